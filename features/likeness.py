"""How much of the past resembles a claim: counted apart from the features.

A feature holds the count of the line that is most often denied; here every line counts, and the
least known one speaks for its claim. What the counts are of, and how they are looked up, is that of
``features.kinds``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.frame import Frame
from features.history import History
from features.index import clip_days
from features.key_columns import location
from features.kinds import CLAIM_KINDS, LINE_KINDS
from features.known import CHUNK, Known, chunks
from features.rates import counted
from features.segments import Segments

I64 = NDArray[np.int64]

_CLAIM: Final = CLAIM_KINDS.places("payer", "payer_rendering", "rendering", "payer_location")
_LINE: Final = LINE_KINDS.places(
    "procedure", "payer_procedure_range", "payer_procedure", "payer_revenue"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likeness:
    """What had been answered before each of n claims (int64 counts, as of the claim's day).

    Of lines it is the count of the least known one, 0 for a claim without lines. A line without a
    procedure (an institutional one) counts by its revenue code.
    """

    payer: I64  # claims of this payer
    provider: I64  # claims of this rendering provider to this payer; -1 where the claim names none
    provider_anywhere: I64  # the same to any payer
    location: I64  # claims from this location and setting to this payer
    similar: I64  # lines with this procedure to this payer
    procedure: I64  # lines with this procedure to any payer
    resembling: I64  # the most of: the two above, and lines with one of its range to this payer

    def take(self, rows: I64) -> Likeness:
        """Those of the claims at ``rows``."""
        return Likeness(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def likeness(frame: Frame, history: History) -> Likeness:
    """Count what resembles each claim of ``frame`` as of its day: the same alone as in a batch."""
    if len(frame) <= CHUNK:
        return _likeness(frame, history)
    found = [_likeness(part, history) for _, part in chunks(frame)]
    return Likeness(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in found])
            for field in fields(Likeness)
        }
    )


def likeness_of(known: Known) -> Likeness:
    """The same of claims that were looked up in full."""
    claims, lines = known.of_claims.seen[_CLAIM], known.of_lines.seen[_LINE]
    return _told(known.frame, known.lines, claims, lines)


def _likeness(frame: Frame, history: History) -> Likeness:
    of, days = frame.line_claim, clip_days(frame.as_of)
    columns: dict[str, NDArray[Any]] = {
        "payer": frame.payer,
        "rendering": frame.rendering,
        "location": location(frame),
        "setting": frame.setting,
    }
    claims = counted(CLAIM_KINDS, history.claim_rates, columns, days, _CLAIM)[0]
    columns = {
        "payer": frame.payer[of],
        "procedure": frame.procedure,
        "procedure_range": frame.procedure_range,
        "revenue": frame.revenue,
    }
    lines = counted(LINE_KINDS, history.line_rates, columns, days[of], _LINE)[0]
    return _told(frame, Segments(frame.starts), claims, lines)


def _told(frame: Frame, lines: Segments, of_claims: I64, of_lines: I64) -> Likeness:
    """From how often the keys of ``_CLAIM`` and of ``_LINE`` were seen: (kinds, rows)."""
    payer, provider, anywhere, place = of_claims
    procedure, near, similar, revenue = of_lines
    bare = frame.procedure == 0
    similar = np.where(bare, revenue, similar)
    # How often any payer answered lines without a procedure says nothing of this one.
    procedure = np.where(bare, revenue, procedure)
    resembling = np.maximum(np.maximum(similar, procedure), near)
    named = frame.rendering != 0
    return Likeness(
        payer=payer,
        provider=np.where(named, provider, -1),
        provider_anywhere=np.where(named, anywhere, -1),
        location=place,
        similar=lines.lowest(similar, 0),
        procedure=lines.lowest(procedure, 0),
        resembling=lines.lowest(resembling, 0),
    )
