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

from features.build import CHUNK
from features.frame import Frame
from features.hashing import mix
from features.history import History
from features.index import RateIndex, clip_days
from features.key_columns import location
from features.kinds import CLAIM_KINDS, LINE_KINDS, KindGroup
from features.segments import Segments

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_CLAIM: Final = ("payer", "payer_rendering", "rendering", "payer_location")
_LINE: Final = (
    "payer_procedure",
    "payer_revenue",
    "procedure",
    "payer_procedure_range",
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
    parts = [
        _likeness(frame.take(np.arange(first, min(first + CHUNK, len(frame)))), history)
        for first in range(0, len(frame), CHUNK)
    ]
    return Likeness(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Likeness)
        }
    )


def _likeness(frame: Frame, history: History) -> Likeness:
    of, lines = frame.line_claim, Segments(frame.starts)
    columns: dict[str, NDArray[Any]] = {
        "payer": frame.payer,
        "rendering": frame.rendering,
        "location": location(frame),
        "setting": frame.setting,
    }
    payer, provider, anywhere, place = _seen(
        CLAIM_KINDS, _CLAIM, history.claim_rates, columns, frame.as_of
    )
    columns = {
        "payer": frame.payer[of],
        "procedure": frame.procedure,
        "procedure_range": frame.procedure_range,
        "revenue": frame.revenue,
    }
    similar, revenue, procedure, near = _seen(
        LINE_KINDS, _LINE, history.line_rates, columns, frame.as_of[of]
    )
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


def _seen(
    group: KindGroup,
    names: tuple[str, ...],
    index: RateIndex,
    columns: dict[str, NDArray[Any]],
    as_of: I32,
) -> I64:
    """How many were answered before ``as_of`` (rows) under the kinds ``names``: (names, rows)."""
    places = [group.place[name] for name in names]
    stated = np.zeros((len(group.columns) + 1, len(as_of)), np.uint64)
    for place, name in enumerate(group.columns):
        if name in columns:
            stated[place] = columns[name]
    state = np.broadcast_to(group.salts[places][:, None], (len(places), len(as_of)))
    for slot in group.slots[places].T:
        state = mix(state, stated[slot])
    until = np.broadcast_to(clip_days(as_of), state.shape).ravel()
    return index.counts(state.ravel(), until, until)[0].reshape(state.shape).astype(np.int64)
