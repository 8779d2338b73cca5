"""Many claims in one request: each answered in its own slot, in chunks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from service.problems import FieldError, Problem, invalid
from service.scoring.requests import Ask, parse_claim, parse_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Callable, Sequence

    from claims.settings import Settings
    from service.scoring.service import Answer, ScoringService
    from service.serving.serving import Serving

Slot = Ask | Problem
T = TypeVar("T")


def listed(parsed: object, most: int) -> list[object]:
    """The claims of ``{"claims": [...]}``. Raises ``Problem`` (422, 413) when it is not that."""
    claims = parsed.get("claims") if isinstance(parsed, dict) else None
    if not isinstance(claims, list):
        error = FieldError("claims", "must be a list of claims")
        raise invalid((error,), "batch")
    if isinstance(parsed, dict) and len(parsed) > 1:
        error = FieldError("", 'holds a field that is not known here besides "claims"')
        raise invalid((error,), "batch")
    return counted(claims, most)


def lines_of(body: bytes, most: int) -> list[bytes]:
    """The lines of ``body`` that are not blank. Raises ``Problem`` (413)."""
    return counted([line for line in body.split(b"\n") if line.strip()], most)


def counted(claims: list[T], most: int) -> list[T]:
    """``claims`` as they are. Raises ``Problem`` (413) when they are more than ``most``."""
    if len(claims) > most:
        text = f"The batch holds more than {most} claims, the most that is taken; send it in parts."
        raise Problem(413, "too-many-claims", text)
    return claims


def slot_of(claim: object, settings: Settings, as_of: dt.date | None) -> Slot:
    """One claim of a batch (parsed, or as a line of JSON): to be scored, or what is wrong."""
    try:
        parsed = parse_json(claim) if isinstance(claim, bytes) else claim
        return parse_claim(parsed, settings.max_lines, as_of)
    except Problem as problem:
        return problem


async def answers(
    scoring: ScoringService,
    serving: Serving,
    claims: Sequence[T],
    slot: Callable[[T], Slot],
    chunk: int,
) -> AsyncIterator[list[Answer]]:
    """Answers to ``claims`` in order, ``chunk`` at a time; a problem's document where one is bad.

    Claims are parsed and scored off the event loop. What is handed out is in the audit log.
    """
    for start in range(0, len(claims), chunk):
        part = claims[start : start + chunk]
        slots = await asyncio.to_thread(_slots, part, slot)
        found = await scoring.score_slots(slots, serving)
        yield [one.document() if isinstance(one, Problem) else one for one in found]


def _slots(part: Sequence[T], slot: Callable[[T], Slot]) -> list[Slot]:
    return [slot(claim) for claim in part]
