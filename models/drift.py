"""What monitoring found: inputs, scores and answers since a model learned, beside those before.

Made by ``training.monitoring``, shown by ``reports.monitoring``. All shares are of claims; what is
not defined is NaN, and null in JSON.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One input, or the score, in a month beside the reference.

    ``index`` is the population stability index; ``chance`` what it reaches by chance one time in 20
    on as many claims that come in weeks as uneven as these; ``p`` the chance of a difference so
    large where nothing changed. ``moved``: beyond chance for all that were tested together, and by
    more than the bound. ``rate``: it is counted from answers,
    not read off the claim. Medians and missing shares: before (reference) and now.
    """

    name: str
    meaning: str
    factor: str
    rate: bool
    index: float
    chance: float
    p: float
    moved: bool
    median_before: float
    median_now: float
    missing_before: float
    missing_now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The claims of a month whose answers are in, old enough that slow answers are among them.

    ``ratio``: denials for each one that was expected. ``p``: the chance of a ratio so far from 1
    where the model is right, times the number of months that were looked at.
    """

    claims: int
    denied: int
    expected: float
    ratio: Estimate
    p: float
    auroc: Estimate
    brier: Estimate
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Claims of one month of submission, from ``first`` to ``last`` (ISO days).

    ``reference``: they are of the period that others are compared with. ``inputs`` are the features
    tested, the most moved first; empty, like ``score``, where nothing was compared. ``answered`` is
    ``None`` where too few answers are in. ``drifts``: one sentence for each kind of drift.
    """

    month: str
    first: str
    last: str
    reference: bool
    claims: int
    mean_probability: float
    flagged: float
    new_payers: float
    new_procedures: float
    score: Shift | None
    inputs: tuple[Shift, ...]
    answered: Answered | None
    drifts: tuple[str, ...]

    @property
    def facts(self) -> tuple[Shift, ...]:
        """What claims say that moved beyond chance."""
        return tuple(one for one in self.inputs if one.moved and not one.rate)

    @property
    def rates(self) -> tuple[Shift, ...]:
        """Rates of earlier answers that moved beyond chance."""
        return tuple(one for one in self.inputs if one.moved and one.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerDrift:
    """One payer in the latest month that was compared; ``answered`` is of all months since."""

    payer: str
    claims: int
    inputs: tuple[Shift, ...]
    answered: Answered | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """All of it. ``model`` is its name, ``learned_before`` the first day that is new to it (ISO).

    ``twin``: the reference was scored by the judged twin, which had not learned from it; without
    one, ``False``, nothing is said of the reference's scores and answers. ``untested`` are features
    that grow with the history by nature. ``drifts`` are those of the latest months.
    """

    model: str
    digest: str
    threshold: float
    learned_before: str
    reference_first: str
    reference_last: str
    reference_claims: int
    twin: bool
    set_aside: int
    features: int
    untested: int
    months: tuple[Month, ...]
    payers: tuple[PayerDrift, ...]
    drifts: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """As plain values."""
        found = _plain(asdict(self))
        assert isinstance(found, dict)  # noqa: S101 - it was one
        return found


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
