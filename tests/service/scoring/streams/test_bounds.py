"""Streams wait for nobody for ever, keep no more than they must, and stop when nobody is there."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from models.score import ModelRef
from service.limits import LEAST_RATE, BodyLimits, Pace
from service.problems import Problem
from service.scoring.streams.answer import LineStream, StreamLimits
from service.scoring.streams.incoming import Incoming
from service.scoring.streams.places import Places
from service.scoring.streams.split import JsonLines

REF = ModelRef(name="denial", version="1", digest="sha256:0")
ANSWER = {"score_id": "s", "decision": "submit", "text": "x" * 6_000}
SCOPE = {"type": "http", "method": "POST", "path": "/score/batch", "headers": []}


def chunk(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


class Peer:
    """A client: ``body`` of ``count`` messages, and how many of the answer's bytes came."""

    def __init__(self, body: bytes, count: int) -> None:
        self._body = body
        self._left = count
        self.received = 0
        self.last = b""
        self.status = 0
        self.go = asyncio.Event()
        self.go.set()

    async def receive(self) -> Any:
        if not self._left:
            await asyncio.Event().wait()
        self._left -= 1
        return chunk(self._body, more=self._left > 0)

    async def send(self, message: Any) -> None:
        await self.go.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.received += len(message["body"])
        self.last = (self.last + message["body"])[-2_000:]

    @property
    def left(self) -> int:
        return self._left


def stream(
    score: Any, *, ahead: int = 50_000, seconds: float = 30, places: Places | None = None
) -> LineStream:
    limits = StreamLimits(most_bytes=10**12, most_claims=10**9, ahead=ahead, seconds=seconds)
    lines = JsonLines(lambda line: line, 1_000)  # type: ignore[arg-type, return-value]
    return LineStream(
        lines, score, limits, places or Places(1), REF, media_type="x", progress=False
    )


async def scored(slots: Sequence[object]) -> list[Any]:
    return [ANSWER for _ in slots]


def test_memory_does_not_grow_with_the_stream() -> None:
    """18 MB of answers to a body of 1.5 MB pass; a few hundred kB of them are alive at a time."""

    async def passed(messages: int) -> Peer:
        peer = Peer(b"c" * 499 + b"\n", messages)
        await stream(scored)(dict(SCOPE), peer.receive, peer.send)
        return peer

    asyncio.run(passed(100))
    tracemalloc.start()
    try:
        peer = asyncio.run(passed(3_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peer.received > 18_000_000
    assert b'"complete":true,"claims":3000' in peer.last
    assert peak < 4_000_000


def test_a_reader_that_does_not_read_stops_reading_and_scoring() -> None:
    async def scenario() -> None:
        calls: list[int] = []

        async def counted(slots: Sequence[object]) -> list[Any]:
            calls.append(len(slots))
            return await scored(slots)

        peer = Peer(b"c" * 499 + b"\n", 100_000)
        peer.go.clear()
        task = asyncio.create_task(stream(counted)(dict(SCOPE), peer.receive, peer.send))
        before = -1
        while peer.left != before:  # until nothing moves any more
            before = peer.left
            await asyncio.sleep(0.2)
        # What is read ahead, what is being answered, and a piece between the two.
        assert 100_000 - peer.left < 1_000
        assert sum(calls) < 64 * 5
        peer.go.set()
        while peer.left == before:
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(scenario())


def test_who_does_not_take_answers_is_cut_off() -> None:
    async def scenario() -> None:
        places = Places(1)
        peer = Peer(b"c\n", 100)
        peer.go.clear()
        with pytest.raises(ClientDisconnect):
            await stream(scored, seconds=0.05, places=places)(dict(SCOPE), peer.receive, peer.send)
        with places.taken():  # its place is free again
            pass

    asyncio.run(scenario())


def test_who_sends_nothing_more_hears_so_in_the_closing_line() -> None:
    async def scenario() -> None:
        peer = Peer(b"c\n", 100)

        async def stalling() -> Any:
            if peer.left == 50:
                await asyncio.Event().wait()
            return await peer.receive()

        limited = BodyLimits(stream(scored), most_bytes=10, most_seconds=0.2)
        await limited(dict(SCOPE), stalling, peer.send)
        assert b'"complete":false,"claims":50' in peer.last
        assert b"too-slow" in peer.last

    asyncio.run(scenario())


def test_what_came_before_too_many_bytes_is_answered() -> None:
    async def scenario() -> None:
        peer = Peer(b"c" * 499 + b"\n", 100)
        answer = stream(scored)
        answer._limits = replace(answer._limits, most_bytes=20_000)
        await BodyLimits(answer, most_bytes=10, most_seconds=5)(
            dict(SCOPE), peer.receive, peer.send
        )
        assert peer.status == 200
        assert b'"complete":false,"claims":40' in peer.last
        assert b"too-large" in peer.last

    asyncio.run(scenario())


def test_who_goes_away_ends_the_work() -> None:
    async def scenario() -> None:
        calls = 0
        gone = asyncio.Event()

        async def counted(slots: Sequence[object]) -> list[Any]:
            nonlocal calls
            calls += 1
            gone.set()
            await asyncio.sleep(0)
            return await scored(slots)

        messages = iter([chunk(b"c\n" * 100_000, more=False)])

        async def receive() -> Any:
            message = next(messages, None)
            if message is None:
                await gone.wait()
                return {"type": "http.disconnect"}
            return message

        peer = Peer(b"", 0)
        with pytest.raises(ClientDisconnect):
            await stream(counted, ahead=10**6)(dict(SCOPE), receive, peer.send)
        assert calls <= 3

    asyncio.run(scenario())


def test_streams_have_so_many_places() -> None:
    async def scenario() -> None:
        places = Places(1)
        peer = Peer(b"c\n", 3)
        with places.taken(), pytest.raises(Problem) as refused:
            await stream(scored, places=places)(dict(SCOPE), peer.receive, peer.send)
        assert (refused.value.status, refused.value.kind) == (503, "too-many-streams")
        assert refused.value.headers["Retry-After"] == "5"
        await stream(scored, places=places)(dict(SCOPE), peer.receive, peer.send)
        assert peer.status == 200

    asyncio.run(scenario())


def test_a_claim_is_answered_before_the_next_one_comes() -> None:
    async def scenario() -> None:
        peer = Peer(b"", 0)
        sent = 0

        async def lockstep() -> Any:
            nonlocal sent
            while peer.received < sent * len(ANSWER["text"]):
                await asyncio.sleep(0)
            sent += 1
            return chunk(b"c\n", more=sent < 5)

        await stream(scored)(dict(SCOPE), lockstep, peer.send)
        assert b'"claims":5' in peer.last

    asyncio.run(scenario())


def test_a_drip_is_cut_off_however_steady() -> None:
    async def scenario() -> None:
        async def drip(size: int, count: int) -> None:
            pace = Pace(0.1)
            for _ in range(count):
                async with pace.waiting():
                    await asyncio.sleep(0.01)
                pace.passed(size)

        with pytest.raises(TimeoutError):
            await drip(1, 1_000)
        await drip(LEAST_RATE, 30)

    asyncio.run(scenario())


def test_a_body_is_handed_out_in_pieces_and_its_end_told() -> None:
    async def scenario() -> None:
        messages = iter([chunk(b"a" * 40_000), chunk(b""), chunk(b"b", more=False)])

        async def receive() -> Any:
            message = next(messages, None)
            return message if message is not None else await asyncio.Event().wait()

        async with Incoming(receive, 10_000) as incoming:
            pieces = [await incoming.next() for _ in range(5)]
            assert [len(piece) for piece in pieces] == [16_384, 16_384, 7_232, 1, 0]
            assert incoming.taken == 40_001

    asyncio.run(scenario())
