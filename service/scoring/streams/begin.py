"""From a request to its stream: what is split how, and within which limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from service.body import JSON_LINES, NDJSON, lines_accepted, media_type, refuse_stated
from service.body import X12 as X12_TYPE
from service.problems import Problem
from service.scoring.batch import slot_of
from service.scoring.streams.answer import LineStream, StreamLimits
from service.scoring.streams.split import X12, JsonLines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from starlette.requests import Request

    from service.body import Kind
    from service.deps import State
    from service.scoring.requests import Ask
    from service.scoring.service import Answer
    from service.scoring.streams.split import Splitter
    from service.serving.serving import Serving

    Slot = Ask | Problem


def is_stream(request: Request, kind: Kind) -> bool:
    """Whether the answer is in lines: that of JSON lines always, of an 837 when it is asked for."""
    return kind == "jsonl" or (kind == "x12" and lines_accepted(request) is not None)


def begin(
    request: Request,
    held: State,
    serving: Serving,
    as_of: dt.date | None,
    precision: float | None,
    *,
    progress: bool,
) -> LineStream:
    """The stream that answers ``request`` with ``serving`` throughout. Raises ``Problem`` (413)."""
    settings = held.settings
    refuse_stated(request, settings.max_stream_bytes)
    sent = media_type(request)
    lines = lines_accepted(request) or (NDJSON if sent == NDJSON else JSON_LINES)

    async def score(slots: Sequence[Slot]) -> list[Answer | Problem]:
        return await held.scoring.score_slots(
            [_promised(slot, precision) for slot in slots], serving
        )

    splitter: Splitter
    if sent == X12_TYPE:
        splitter = X12(settings.max_lines, as_of)
    else:
        splitter = JsonLines(lambda line: slot_of(line, settings, as_of), settings.max_line_bytes)
    limits = StreamLimits(
        most_bytes=settings.max_stream_bytes,
        most_claims=settings.max_stream_claims,
        ahead=settings.max_body_bytes,
        seconds=settings.body_seconds,
    )
    return LineStream(
        splitter,
        score,
        limits,
        held.streams,
        serving.reference,
        media_type=lines,
        progress=progress,
    )


def _promised(slot: Slot, precision: float | None) -> Slot:
    return slot if isinstance(slot, Problem) else replace(slot, precision=precision)
