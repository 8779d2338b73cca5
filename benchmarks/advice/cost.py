"""What the what-ifs of one request cost: one claim scored with all of them, and with none.

Both take the same way through the program in one process, in turns, and medians are compared. The
claims are those that are flagged, which have the most what-ifs, and as many that are not.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.advice.ground import KEYS, Ground
from claims.types import Claim
from models.scoring import Scorer

CLAIMS: Final = 200
TURNS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds a claim, medians; ``combined`` of the claims also had two tried together."""

    claims: int
    combined: int
    with_them: float
    without: float

    @property
    def ratio(self) -> float:
        """How many times as much with them."""
        return self.with_them / self.without


def measure(ground: Ground) -> dict[str, Cost]:
    """The cost for flagged claims and for others, one request each."""
    whole = Scorer(ground.model, ground.history, KEYS)
    bare = Scorer(ground.model, ground.history, KEYS, mends=())
    flagged: list[Claim] = []
    plain: list[Claim] = []
    for claim, made in zip(ground.claims, ground.scored(), strict=True):
        (plain if made.score.decision == "submit" else flagged).append(claim)
    return {
        "flagged": _timed(whole, bare, flagged[:CLAIMS]),
        "not flagged": _timed(whole, bare, plain[:CLAIMS]),
    }


def _timed(whole: Scorer, bare: Scorer, claims: list[Claim]) -> Cost:
    combined = sum(one.score.combination is not None for one in whole.score(claims))
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for claim in claims:
            for scorer, times in zip((whole, bare), spent, strict=True):
                began = time.perf_counter()
                scorer.score([claim])
                times.append(1000 * (time.perf_counter() - began))
    with_them, without = map(statistics.median, spent)
    return Cost(claims=len(claims), combined=combined, with_them=with_them, without=without)


def lines(costs: dict[str, Cost]) -> list[str]:
    """The table to print."""
    head = f"{'one claim a request':22}{'claims':>8}{'pairs':>7}{'all':>10}{'none':>10}{'ratio':>7}"
    return [
        head,
        *(
            f"{name:22}{one.claims:>8}{one.combined:>7}{one.with_them:>7.2f} ms"
            f"{one.without:>7.2f} ms{one.ratio:>7.2f}"
            for name, one in costs.items()
        ),
    ]
