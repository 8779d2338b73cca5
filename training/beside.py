"""Challenger beside champion, on the same claims that neither had learned from.

Two sources: what both said while one served and the other was in shadow, and the matured claims of
the data that were submitted after all that both learned from. A claim that is in both counts once,
by what was said live.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.progress import Progress
from models.denial import DenialModel
from training.days import iso
from training.gates import FEWEST
from training.intervals import UNDEFINED, Figure
from training.metrics import log_loss_gain
from training.prepare import Prepared, matrix
from training.twin import learned_before, rarer

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEVER: Final = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """n claims: day (number) of each, both probabilities, outcomes; ``live`` of them in shadow."""

    day: NDArray[np.int64]
    champion: F64
    challenger: F64
    denied: Flags
    live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """``gain``: how much lower the challenger's log loss is (nats a claim, paired).

    ``days`` are those that the claims span; ``enough`` says whether either kind is there often
    enough for the interval to mean something.
    """

    claims: int
    denied: int
    live: int
    days: int
    gain: Figure
    enough: bool

    @property
    def worse(self) -> bool:
        """Worse beyond chance."""
        return self.gain.high < 0

    @property
    def sentence(self) -> str:
        """What was measured."""
        if not self.claims:
            return "no claim that is new to both has its answer yet"
        gain = self.gain
        way, turned = ("lower", gain) if gain.value >= 0 else ("higher", _turned(gain))
        return (
            f"on {self.claims:,} claims of {self.days} days ({self.denied:,} denied, "
            f"{self.live:,} by what it said in shadow) its log loss is {way} than the champion's "
            f"by {turned:.4f} nats a claim"
        )

    def metrics(self) -> dict[str, float]:
        """For MLflow."""
        found = {
            "claims": float(self.claims), "denied": float(self.denied), "live": float(self.live),
            "days": float(self.days), "gain": self.gain.value, "gain.low": self.gain.low,
            "gain.high": self.gain.high,
        }  # fmt: skip
        return {f"shadow.{name}": value for name, value in found.items() if np.isfinite(value)}


def _turned(gain: Figure) -> Figure:
    return Figure(-gain.value, -gain.high, -gain.low)


def compare(pairs: Pairs, seed: int = 1) -> Beside:
    """Measure them."""
    size = len(pairs.day)
    gain = log_loss_gain(pairs.challenger, pairs.champion, pairs.denied, seed) if size else None
    return Beside(
        claims=size,
        denied=int(pairs.denied.sum()),
        live=pairs.live,
        days=int(pairs.day.max() - pairs.day.min()) + 1 if size else 0,
        gain=gain or UNDEFINED,
        enough=bool(size) and rarer(pairs.denied) >= FEWEST,
    )


def pairs(
    prepared: Prepared,
    champion: DenialModel,
    challenger: DenialModel,
    live: Sequence[tuple[int, int, float, float, bool]],
    progress: Progress,
) -> Pairs:
    """The claims of both sources.

    ``live``: claim key, day, the champion's and the challenger's probability, denied.
    """
    examples, frame = prepared.examples, prepared.frame
    since = max(learned_before(one) or NEVER for one in (champion, challenger))
    new = examples.mature & np.array([iso(day) >= since for day in examples.day], np.bool_)
    known = np.array([key for key, *_ in live], np.uint64)
    places = np.flatnonzero(new & ~np.isin(frame.claim_key[examples.rows], known))
    values = matrix(frame, prepared.history, examples.rows[places], progress)
    both = [one.scores(values)[1] if len(places) else np.zeros(0) for one in (champion, challenger)]
    return Pairs(
        day=np.append(np.array([day for _, day, *_ in live], np.int64), examples.day[places]),
        champion=np.append(np.array([one[2] for one in live], np.float64), both[0]),
        challenger=np.append(np.array([one[3] for one in live], np.float64), both[1]),
        denied=np.append(np.array([one[4] for one in live], np.bool_), examples.denied[places]),
        live=len(live),
    )
