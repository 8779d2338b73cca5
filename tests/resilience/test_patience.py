"""Who sends too little, or takes nothing, is not waited for without end."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Coroutine, Iterator
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState
from wire import Served, Wire, get, head, post, served

from claims.settings import Settings
from service.load.patience import PATIENCE, Patient
from service.scoring.examples import FLAT


@pytest.fixture
def one(settings: Settings) -> Iterator[Served]:
    with served(settings.model_copy(update={"body_seconds": 0.3})) as found:
        yield found


def until_cut(send: Callable[[], None]) -> None:
    """Send again and again until the server has cut the connection."""
    while True:
        try:
            send()
        except (ConnectionResetError, BrokenPipeError):
            return


def test_a_connection_without_a_request_is_closed(one: Served) -> None:
    silent = Wire(one.port)
    assert silent.ended()
    silent.close()


@pytest.mark.parametrize("begun", [b"P", b"POST /score HTTP/1.1\r\n", get("/healthz")[:-2]])
def test_a_head_that_does_not_become_whole_is_not_waited_for(one: Served, begun: bytes) -> None:
    slow = Wire(one.port)
    slow.send(begun)
    told = slow.read()
    assert told.status == 408
    assert told.json()["type"] == "urn:preclear:problem:too-slow"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert slow.ended()
    slow.close()


def test_a_head_that_drips_is_not_waited_for(one: Served) -> None:
    slow = Wire(one.port)
    until_cut(lambda: slow.send(b"G"))
    slow.close()


def test_a_body_that_does_not_come_is_not_waited_for(one: Served) -> None:
    slow = Wire(one.port)
    slow.send(head("/score", one.key, 100) + b"{")
    assert slow.read().status == 408
    assert slow.ended()
    slow.close()


def test_a_body_that_nobody_reads_does_not_go_on_for_ever(one: Served) -> None:
    """Answered before its body ends: what still comes is passed over, but not without end."""
    long = Wire(one.port)
    long.send(head("/healthz", "", 10**12, method="GET"))
    assert long.read().status == 200
    until_cut(lambda: long.send(b"x" * 1_000))
    long.close()


class Clock:
    """What a protocol asks of its event loop, with a time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def call_later(self, *_: object) -> Mock:
        return Mock()

    def create_task(self, work: Coroutine[object, object, None]) -> Mock:
        work.close()
        return Mock()


def test_a_request_at_work_may_take_long_and_the_next_is_waited_for_anew() -> None:
    clock, transport = Clock(), Mock()
    transport.get_write_buffer_size.return_value = 0
    transport.is_closing.return_value = False
    transport.get_extra_info.return_value = None
    config = uvicorn.Config(lambda: None, log_config=None)
    config.load()
    waits = Patient(config, ServerState(), {PATIENCE: 10}, clock)
    waits.connection_made(transport)

    def cut_at(now: float) -> bool:
        clock.now = now
        waits._look()
        return bool(transport.close.called)

    assert not cut_at(9)
    waits.data_received(get("/healthz"))
    assert not cut_at(500)
    waits.cycle.response_complete = True
    waits.handle_events()
    assert not cut_at(509)
    assert cut_at(510)


def test_who_takes_no_answer_is_cut_and_holds_no_place(one: Served) -> None:
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    wire.connect(("127.0.0.1", one.port))
    batch = post("/score/batch", one.key, {"claims": [FLAT] * 400})
    wire.settimeout(60)
    until_cut(lambda: wire.sendall(batch))
    wire.close()
    other = Wire(one.port)
    while one.app.state.share.now:
        assert other.ask(get("/healthz")).status == 200
    assert json.loads(other.ask(post("/score", one.key, FLAT)).body)["score_id"]
    other.close()
