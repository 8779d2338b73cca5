"""Which CARC a denial will carry, given its category and payer: smoothed counts.

A payer's shares lean on those of all payers by ``LEAN`` imagined denials (a Dirichlet prior with
the overall shares as its mean), so that a payer with two denials says little and one with two
thousand speaks for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claims.categories import CATEGORIES

LEAN: Final = 20.0
_ALL: Final = 1_000_000  # more CARCs than there are
TYPICAL: Final[dict[str, tuple[str, ...]]] = {
    "eligibility": ("27", "26", "31"),
    "authorization": ("197", "15", "198"),
    "coding": ("4", "11"),
    "bundling": ("97", "236"),
    "medical_necessity": ("50",),
    "timely_filing": ("29",),
    "duplicate": ("18",),
    "coordination_of_benefits": ("22", "109"),
    "missing_information": ("16",),
    "documentation": ("252", "226"),
    "non_covered": ("96", "204"),
    "benefit_limit": ("119", "35"),
    "provider_enrollment": ("B7", "170", "185"),
}
"""Codes that say a category in their own meaning (``claims/carc.csv``), the plainest first.

Where no denial of a category was ever counted, each stands for one imagined denial, the first for
two.
"""

Counts = dict[str, int]


class CarcTableError(ValueError):
    """The stored counts are not what ``CarcTable.to_json`` writes; one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class CarcTable:
    """Counts of CARCs by category (its place in ``CATEGORIES``), and by category and payer."""

    overall: Mapping[int, Counts]
    by_payer: Mapping[tuple[int, int], Counts]
    _answers: dict[tuple[int, int, int], tuple[tuple[str, float], ...]] = field(
        default_factory=dict, repr=False
    )

    @classmethod
    def fit(
        cls, category: ArrayLike, carc: Sequence[str] | NDArray[np.str_], payer: ArrayLike
    ) -> CarcTable:
        """Count denials: category (n, place in ``CATEGORIES``), CARC (n), ``Frame.payer`` (n).

        Rows with a negative category or an empty CARC are left out.
        """
        categories = np.asarray(category, np.int64).tolist()
        payers = np.asarray(payer, np.uint64).tolist()
        codes = [str(code) for code in carc]
        overall: dict[int, Counter[str]] = {}
        by_payer: dict[tuple[int, int], Counter[str]] = {}
        for place, code, who in zip(categories, codes, payers, strict=True):
            if place >= 0 and code:
                overall.setdefault(place, Counter())[code] += 1
                by_payer.setdefault((place, who), Counter())[code] += 1
        return cls(
            {place: _sorted(counts) for place, counts in sorted(overall.items())},
            {key: _sorted(counts) for key, counts in sorted(by_payer.items())},
        )

    def top(self, category: int, payer: int, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The likeliest CARCs and their probability, given a denial of ``category`` by ``payer``.

        Where no denial of this category was ever counted, the codes that mean it (``TYPICAL``). The
        probabilities add up to less than 1: some of it belongs to codes that are not shown or were
        never seen.
        """
        # A payer never seen leans wholly on the others: one answer for all such payers.
        key = (category, payer if (category, payer) in self.by_payer else 0, count)
        if key not in self._answers:
            self._answers[key] = self._ranked(*key)
        return self._answers[key]

    def likeliest(
        self, chances: Sequence[float], payer: int, count: int = 3
    ) -> tuple[tuple[str, float], ...]:
        """The likeliest CARCs of a denial by ``payer`` whose category is not known.

        ``chances`` (14) is the probability of each of ``CATEGORIES``; a CARC's is the sum over
        categories of the category's chance times its own within the category.
        """
        found: dict[str, float] = {}
        for category in range(len(CATEGORIES)):
            for code, share in self.top(category, payer, _ALL):
                found[code] = found.get(code, 0.0) + chances[category] * share
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ranked[:count])

    def _ranked(self, category: int, payer: int, count: int) -> tuple[tuple[str, float], ...]:
        everywhere = self.overall.get(category) or _typical(category)
        # One imagined denial carries a code never seen.
        total = sum(everywhere.values()) + 1
        here = self.by_payer.get((category, payer), {})
        own = sum(here.values())
        shares = {
            code: (here.get(code, 0) + LEAN * everywhere.get(code, 0) / total) / (own + LEAN)
            for code in {**everywhere, **here}
        }
        ranked = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ranked[:count])

    def to_json(self) -> dict[str, object]:
        """Counts as JSON values; categories by name, payers by the hex form of their hash."""
        payers: dict[str, dict[str, Counts]] = {}
        for (place, who), counts in self.by_payer.items():
            payers.setdefault(f"{who:016x}", {})[CATEGORIES[place]] = counts
        overall = {CATEGORIES[place]: counts for place, counts in self.overall.items()}
        return {"overall": overall, "by_payer": payers}

    @classmethod
    def from_json(cls, values: object) -> CarcTable:
        """Undo ``to_json``; ``CarcTableError`` for anything else."""
        try:
            if not isinstance(values, dict) or set(values) != {"overall", "by_payer"}:
                raise ValueError("keys")
            overall = _read(values["overall"])
            by_payer = {
                (place, int(who, 16)): counts
                for who, table in values["by_payer"].items()
                for place, counts in _read(table).items()
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CarcTableError("The table of CARCs is not one of this version.") from error
        return cls(overall, by_payer)


def _typical(category: int) -> Counts:
    codes = TYPICAL.get(CATEGORIES[category], ())
    return {code: 2 if place == 0 else 1 for place, code in enumerate(codes)}


def _sorted(counts: Counter[str]) -> Counts:
    return dict(sorted(counts.items()))


def _read(table: Mapping[str, Mapping[str, int]]) -> dict[int, Counts]:
    places: dict[str, int] = {name: place for place, name in enumerate(CATEGORIES)}
    read = {}
    for name, counts in table.items():
        if not all(type(count) is int and count > 0 for count in counts.values()):
            raise ValueError("counts")
        read[places[name]] = dict(counts)
    return read
