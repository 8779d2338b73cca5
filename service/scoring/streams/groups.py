"""The claims of a stream in groups to be scored together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from service.problems import Problem
from service.unreadable import MOST, UnreadablePart, too_many

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.scoring.requests import Ask
    from service.scoring.streams.incoming import Incoming
    from service.scoring.streams.split import Splitter

    Slot = Ask | Problem


async def groups(
    incoming: Incoming, splitter: Splitter, most_claims: int, size: int
) -> AsyncIterator[list[Slot]]:
    """Up to ``size`` slots at a time; fewer when no further one is at hand.

    With an Idempotency-Key the body is at hand from the start, so its groups are the same each
    time. Raises, after what came before, the ``Problem`` for which the body may not go on.
    """
    ready: list[Slot] = []
    claims = unreadable = 0
    last, ended = False, None
    while not last:
        found, last, ended = await _step(incoming, splitter)
        room = _room(found, most_claims - claims)
        if room < len(found):
            text = f"The stream holds more than {most_claims} claims, the most that is taken."
            found, last = found[:room], True
            ended = Problem(413, "too-many-claims", text)
        claims += (held := _claims(found))
        unreadable += len(found) - held
        if unreadable > MOST:
            last, ended = True, ended or too_many()
        ready += found
        while ready and (len(ready) >= size or last or not incoming.at_hand()):
            yield ready[:size]
            ready = ready[size:]
    if ended is not None:
        raise ended


async def _step(incoming: Incoming, splitter: Splitter) -> tuple[list[Slot], bool, Problem | None]:
    """What the next piece of the body holds, whether it was the last, and why if it may not be.

    Claims are parsed off the event loop.
    """
    try:
        piece = await incoming.next()
        if piece:
            return await asyncio.to_thread(splitter.feed, piece), False, None
        return await asyncio.to_thread(splitter.finish), True, None
    except Problem as problem:
        return [], True, problem


def _claims(slots: list[Slot]) -> int:
    return sum(not isinstance(slot, UnreadablePart) for slot in slots)


def _room(slots: list[Slot], claims: int) -> int:
    """How many of ``slots`` hold no more than ``claims`` claims."""
    for place, slot in enumerate(slots):
        claims -= not isinstance(slot, UnreadablePart)
        if claims < 0:
            return place
    return len(slots)
