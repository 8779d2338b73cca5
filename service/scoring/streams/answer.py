"""A batch that streams in and out: claims are scored as they come, answered as they are scored.

Memory is bounded whatever the size of the batch: so many bytes are read ahead, so many claims are
scored at once, so many bytes wait to be sent, and then the client's connection is not read.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from service.limits import Pace, allow_stream
from service.problems import Problem
from service.scoring.lane import CHUNK
from service.scoring.streams.ahead import ahead
from service.scoring.streams.groups import groups
from service.scoring.streams.incoming import Incoming
from service.scoring.streams.outgoing import Outgoing
from service.scoring.streams.tally import Tally

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from starlette.types import Receive, Scope, Send

    from models.score import ModelRef
    from service.scoring.requests import Ask
    from service.scoring.service import Answer
    from service.scoring.streams.places import Places
    from service.scoring.streams.split import Splitter

    Slot = Ask | Problem
    Score = Callable[[Sequence[Slot]], Awaitable[list[Answer | Problem]]]


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Most bytes and claims of a stream, bytes read ahead, seconds that a client may let wait."""

    most_bytes: int
    most_claims: int
    ahead: int
    seconds: float


class LineStream(Response):
    """Answers a body of claims, a line each and one to close, while it comes.

    What is refused before the first claim was scored is refused by its status. What is found wrong
    later is in the closing line: the status is out.
    """

    def __init__(
        self,
        splitter: Splitter,
        score: Score,
        limits: StreamLimits,
        places: Places,
        model: ModelRef,
        *,
        media_type: str,
        progress: bool,
    ) -> None:
        """``score`` answers up to ``CHUNK`` claims, and records them first."""
        super().__init__(media_type=media_type)
        self._splitter = splitter
        self._score = score
        self._limits = limits
        self._places = places
        self._tally = Tally(model)
        self._progress = progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, score and answer. Raises ``Problem`` while nothing is answered."""
        headers = {"Content-Type": str(self.media_type), "X-Accel-Buffering": "no"}
        with self._places.taken():
            allow_stream(scope, self._limits.most_bytes)
            out = Outgoing(send, Pace(self._limits.seconds), headers)
            async with (
                Incoming(receive, self._limits.ahead) as incoming,
                ahead(self._answers(incoming)) as answers,
            ):
                ended: Problem | None = None
                try:
                    async for part in answers:
                        await self._put(out, incoming, part)
                except Problem as problem:
                    if not out.started:
                        raise
                    ended = problem
                await out.put(self._tally.closing(incoming.taken, ended), last=True)

    async def _put(
        self, out: Outgoing, incoming: Incoming, part: Sequence[Answer | Problem]
    ) -> None:
        text = await asyncio.to_thread(self._tally.lines, part)
        if self._progress:
            text += self._tally.progress(incoming.taken)
        if incoming.gone:
            raise ClientDisconnect
        await out.put(text)

    async def _answers(self, incoming: Incoming) -> AsyncIterator[list[Answer | Problem]]:
        limits = self._limits
        async for slots in groups(incoming, self._splitter, limits.most_claims, CHUNK):
            found = await self._score(slots)
            yield found
            lost = [one for one in found if isinstance(one, Problem) and one.status == 503]
            if lost:  # nothing can be recorded now, so nothing more is scored in vain
                raise lost[0]
