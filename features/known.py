"""All that is looked up for claims and their lines: features, likeness and reasons share it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.frame import Frame
from features.history import History
from features.key_columns import claim_columns, line_columns
from features.kinds import CLAIM_KINDS, LINE_KINDS
from features.priors import Priors, priors
from features.rates import Rates, rates
from features.segments import Segments

# Small enough to stay in the processor's cache, large enough to hide numpy's cost per call.
CHUNK: Final = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """n claims and m lines with what history says of them, each as of its claim's day.

    ``before`` is what came before; ``of_claims`` (of n) and ``of_lines`` (of m) are the rates of
    all kinds of keys (``features.kinds``).
    """

    frame: Frame
    lines: Segments
    before: Priors
    of_claims: Rates
    of_lines: Rates

    def first(self, frame: Frame) -> Known:
        """The same of the first claims alone: those of ``frame``."""
        if len(frame) == len(self.frame):
            return self
        claims, lines = len(frame), len(frame.line_claim)
        return Known(
            frame,
            Segments(self.lines.starts[: claims + 1]),
            self.before.first(claims, lines),
            self.of_claims.first(claims),
            self.of_lines.first(lines),
        )


def look_up(frame: Frame, history: History) -> Known:
    """Look up what ``history`` knows of the claims of ``frame``, at most some ten thousands."""
    lines = Segments(frame.starts)
    before = priors(frame, history.sent, history.answered)
    of_claim = claim_columns(frame, before, lines)
    of_line = line_columns(frame, before, lines, of_claim["missing"])
    return Known(
        frame,
        lines,
        before,
        rates(CLAIM_KINDS, history.claim_rates, of_claim, frame.as_of),
        rates(LINE_KINDS, history.line_rates, of_line, frame.as_of[frame.line_claim]),
    )


def chunks(frame: Frame) -> Iterator[tuple[int, Frame]]:
    """``frame`` in parts that suit ``look_up``, each with the place of its first claim."""
    for first in range(0, len(frame), CHUNK):
        yield first, frame.take(np.arange(first, min(first + CHUNK, len(frame))))
