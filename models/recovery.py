"""Which chance a denial has of being paid after all, learned from what was sent again.

Of each category, and of each payer and category: how many denials were seen that are old enough to
tell, how many of them were sent again, and how many of those were then paid. The chance is that of
a denial that *is* sent again. A payer's leans on its category by ``LEAN`` imagined resubmissions,
a category's on all of them likewise, and all of them start at one half (Laplace's rule of
succession), so that nothing counted means one half and counts of zero beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from claims.categories import CATEGORIES, CATEGORY_CODE

LEAN: Final = 20.0
_NEVER_MET: Final = -1
"""Stands for every payer of whom nothing was counted: no hash is below 0."""
_BROKEN: Final = "The table of recoveries is not one of this version."


class RecoveryError(ValueError):
    """The stored table is not what ``Recovery.to_json`` writes; one sentence."""


class Counts(NamedTuple):
    """Denials old enough to tell, those sent again, and those of them that were paid."""

    seen: int = 0
    resent: int = 0
    paid: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(self.seen + other.seen, self.resent + other.resent, self.paid + other.paid)


class Chance(NamedTuple):
    """Chance that a denial sent again is paid, and on how many ``resent`` of ``seen`` it rests.

    Both counts are of the category; ``chance`` is the payer's own as far as it has shown one.
    """

    chance: float
    resent: int
    seen: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """Counts by category (a place in ``CATEGORIES``), and by category and payer (``Frame.payer``).

    ``days``: how long after a denial became known an answer to a resubmission counts.
    """

    days: int
    overall: Mapping[int, Counts]
    by_payer: Mapping[tuple[int, int], Counts]
    _chances: dict[int, tuple[Chance, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def fit(
        cls,
        days: int,
        rows: Iterable[tuple[int, frozenset[int], bool, bool]],
    ) -> Recovery:
        """Count denials: category, the hashes that its payer goes by, sent again, then paid."""
        overall: dict[int, Counts] = {}
        by_payer: dict[tuple[int, int], Counts] = {}
        for category, payers, resent, paid in rows:
            one = Counts(1, int(resent), int(resent and paid))
            overall[category] = overall.get(category, Counts()).plus(one)
            for payer in payers:
                key = (category, payer)
                by_payer[key] = by_payer.get(key, Counts()).plus(one)
        return cls(days, dict(sorted(overall.items())), dict(sorted(by_payer.items())))

    def counts(self, category: str, payer: int = 0) -> Counts:
        """What was counted of a category: of one payer, or (0) of all."""
        place = CATEGORY_CODE[category]
        if payer:
            return self.by_payer.get((place, payer), Counts())
        return self.overall.get(place, Counts())

    def all(self) -> Counts:
        """What was counted of all categories."""
        total = Counts()
        for one in self.overall.values():
            total = total.plus(one)
        return total

    def chance(self, category: str, payer: int = 0) -> Chance:
        """The chance of a denial of ``category`` by ``payer`` (``features.hashing.code_hash``)."""
        return self.chances(payer)[CATEGORY_CODE[category]]

    def chances(self, payer: int = 0) -> tuple[Chance, ...]:
        """The chances of denials by ``payer``, in the order of ``CATEGORIES``; worked out once."""
        if not self._chances:
            payers = {0, _NEVER_MET, *(key[1] for key in self.by_payer)}
            made = {one: tuple(self._chance(name, one) for name in CATEGORIES) for one in payers}
            self._chances.update(made)  # in one step: another thread sees none or all
        return self._chances.get(payer, self._chances[_NEVER_MET])

    def _chance(self, category: str, payer: int) -> Chance:
        every, of_category = self.all(), self.counts(category)
        broad = (every.paid + 1) / (every.resent + 2)
        known = (of_category.paid + LEAN * broad) / (of_category.resent + LEAN)
        if payer:
            own = self.counts(category, payer)
            known = (own.paid + LEAN * known) / (own.resent + LEAN)
        return Chance(known, of_category.resent, of_category.seen)

    def to_json(self) -> dict[str, object]:
        """Counts as JSON values; categories by name, payers by the hex form of their hash."""
        payers: dict[str, dict[str, list[int]]] = {}
        for (place, who), counts in self.by_payer.items():
            payers.setdefault(f"{who:016x}", {})[CATEGORIES[place]] = list(counts)
        overall = {CATEGORIES[place]: list(counts) for place, counts in self.overall.items()}
        return {"days": self.days, "overall": overall, "by_payer": payers}

    @classmethod
    def from_json(cls, values: object) -> Recovery:
        """Undo ``to_json``; ``RecoveryError`` for anything else."""
        try:
            if not isinstance(values, dict) or set(values) != {"days", "overall", "by_payer"}:
                raise ValueError("keys")
            days = values["days"]
            if type(days) is not int or days <= 0:
                raise ValueError("days")
            by_payer = {
                (place, int(who, 16)): counts
                for who, table in values["by_payer"].items()
                for place, counts in _read(table).items()
            }
            return cls(days, _read(values["overall"]), by_payer)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecoveryError(_BROKEN) from error


NOTHING: Final = Recovery(1, {}, {})
"""What is known of recoveries before anything was learned: every chance is one half."""


def _read(table: Mapping[str, object]) -> dict[int, Counts]:
    read = {}
    for name, counts in table.items():
        if not isinstance(counts, list) or len(counts) != 3:
            raise ValueError("counts")
        if any(type(count) is not int for count in counts):
            raise ValueError("counts")
        found = Counts(*counts)
        if not found.seen >= found.resent >= found.paid >= 0:
            raise ValueError("counts")
        read[CATEGORY_CODE[name]] = found
    return read
