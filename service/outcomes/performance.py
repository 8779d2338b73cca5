"""How well the model foretold what became of claims: live, of all payers and of each large one.

Judged is, of each claim, the score that was given last before its first answer: the score of the
claim as it was sent. Four kinds are counted and not judged:

* ``replaced``: a later score of the claim took its place. Who held a claim, changed it and scored
  it again was helped; what the first score foretold never came to be, so it is no mistake.
* ``mended``: somebody recorded, before the answer was known, that he worked on the claim
  (``service.audit.intervention``), and it was sent without being scored again. What the score
  foretold is of the claim before that.
* ``resubmission``: what was scored after a first answer is an example of another kind (decision
  0011).
* ``retrospective``: a score that was made after the answer was known foretold nothing.

A claim that was held and changed, *not* scored again, and of which nobody recorded that, cannot be
told from one that was sent as it was; paid, it counts against precision. So precision here is a
lower bound, and the lower the more is mended without a word.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from service.outcomes.interventions import Interventions
from service.outcomes.verdict import AS_SENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.audit.repository import AuditRepository

DAYS: Final = 365
"""Days back from the last outcome that count."""
PAYERS: Final = 20
ALL: Final = "all"
OTHER: Final = "other"
BINS: Final = 10
_AT_ONCE: Final = 5_000
MENDED: Final = "mended"
NOT_JUDGED: Final = (MENDED, "replaced", "resubmission", "retrospective")


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim: what was foretold of it and what became of it; ``why`` it is not judged, or ""."""

    payer: str
    known_on: dt.date
    probability: float
    flagged: bool
    denied: bool
    why: str

    @classmethod
    def of(cls, body: Mapping[str, object], probability: float, threshold: float) -> Judged:
        """From the body of an ``outcome`` event and what the score said."""
        return cls(
            payer=str(body["payer"]),
            known_on=dt.date.fromisoformat(str(body["known_on"])),
            probability=probability,
            flagged=probability >= threshold,
            denied=body["outcome"] in ("denied", "partial"),
            why=_why(body),
        )


def _why(body: Mapping[str, object]) -> str:
    if body["retrospective"]:
        return "retrospective"
    if body["standing"] != AS_SENT:
        return "replaced"
    return "resubmission" if body["submission"] != 1 else ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims of which alike was foretold: how many, how many denials were expected and came."""

    claims: int
    expected: float
    denied: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the judged claims of one payer, and what follows from them."""

    claims: int
    denied: int
    flagged: int
    flagged_denied: int
    expected: float
    squares: float
    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, judged: Iterable[Judged]) -> Figures:
        """Count ``judged``."""
        found = list(judged)
        places = [min(int(one.probability * BINS), BINS - 1) for one in found]
        grouped: list[list[Judged]] = [[] for _ in range(BINS)]
        for place, one in zip(places, found, strict=True):
            grouped[place].append(one)
        return cls(
            claims=len(found),
            denied=sum(one.denied for one in found),
            flagged=sum(one.flagged for one in found),
            flagged_denied=sum(one.flagged and one.denied for one in found),
            expected=sum(one.probability for one in found),
            squares=sum((one.probability - one.denied) ** 2 for one in found),
            bins=tuple(
                Bin(len(g), sum(o.probability for o in g), sum(o.denied for o in g))
                for g in grouped
            ),
        )

    @property
    def precision(self) -> float | None:
        """Share of the claims at or above the threshold that were denied; ``None`` of none."""
        return self.flagged_denied / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Share of the denied claims that were at or above the threshold."""
        return self.flagged_denied / self.denied if self.denied else None

    @property
    def calibration(self) -> float | None:
        """Denials for each one that was expected: above 1, more is denied than was foretold."""
        return self.denied / self.expected if self.expected else None

    @property
    def brier(self) -> float | None:
        """Mean squared difference of probability and what became of the claim."""
        return self.squares / self.claims if self.claims else None

    def document(self) -> dict[str, object]:
        """As JSON; what cannot be said is null."""
        return {
            "claims": self.claims,
            "denied": self.denied,
            "flagged": self.flagged,
            "flagged_denied": self.flagged_denied,
            "expected_denials": self.expected,
            "precision": self.precision,
            "recall": self.recall,
            "calibration": self.calibration,
            "brier": self.brier,
            "bins": [
                {"claims": one.claims, "expected_denials": one.expected, "denied": one.denied}
                for one in self.bins
            ],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of a period: of ``all``, of each large payer, of the ``other`` ones."""

    since: dt.date | None
    until: dt.date | None
    payers: Mapping[str, Figures]
    not_judged: Mapping[str, int]

    def document(self) -> dict[str, object]:
        """As JSON, for pages and reports."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "payers": {name: figures.document() for name, figures in self.payers.items()},
            "not_judged": dict(self.not_judged),
        }


def standing(found: Iterable[Judged], most: int = PAYERS) -> Standing:
    """The figures of ``found``; ``most`` payers by name, those with the most claims.

    A payer without a readable id is among the others. Equal counts go by the id.
    """
    every = list(found)
    judged = [one for one in every if not one.why]
    counts = Counter(one.payer for one in judged if one.payer)
    large = sorted(counts, key=lambda payer: (-counts[payer], payer))[:most]
    groups: dict[str, list[Judged]] = {ALL: judged, **{name: [] for name in large}, OTHER: []}
    for one in judged:
        groups[one.payer if one.payer in counts and one.payer in groups else OTHER].append(one)
    if not groups[OTHER]:
        del groups[OTHER]
    days = [one.known_on for one in every]
    reasons = Counter(one.why for one in every if one.why)
    return Standing(
        since=min(days) if days else None,
        until=max(days) if days else None,
        payers={name: Figures.of(group) for name, group in groups.items()},
        not_judged={why: reasons[why] for why in NOT_JUDGED},
    )


class Performance:
    """The figures of an audit log, kept up to date by reading what is new in it. Any thread."""

    def __init__(self, repository: AuditRepository) -> None:
        self._repository = repository
        self._reading = threading.Lock()
        self._read = 0
        self._known: dict[str, Judged] = {}
        self._touched = Interventions(repository)

    def now(self) -> Standing:
        """The figures as the log has them now. Raises ``AuditError``."""
        with self._reading:
            while new := self._repository.outcomes(self._read, _AT_ONCE):
                for event, probability, threshold in new:
                    # The last event of a score is what holds.
                    self._known[str(event.score_id)] = Judged.of(event.body, probability, threshold)
                self._read = new[-1][0].sequence
            self._touched.follow()
            last = max((one.known_on for one in self._known.values()), default=None)
            if last is None:
                return standing([])
            first = last - dt.timedelta(days=DAYS)
            found = [(name, one) for name, one in self._known.items() if one.known_on > first]
            return standing(self._told(name, one) for name, one in found)

    def _told(self, score_id: str, one: Judged) -> Judged:
        """``one``, not judged where somebody worked on the claim before its answer was known."""
        if one.why or not self._touched.before(score_id, one.known_on):
            return one
        return replace(one, why=MENDED)
