"""Drawing one payer's policies: lists that payers partly share, dated changes, enrollments."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_synth.codes import diagnoses, procedures
from data_synth.codes.visits import TEMPLATES
from data_synth.config import ALWAYS, NEVER, WorldConfig
from data_synth.payers import PAYERS
from data_synth.policy_tables import FILING, FOLLOWING, LIMITED, LIMITS
from data_synth.practice import Practice

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

TYPES: Final = np.array([payer.type for payer in PAYERS])
_COUNT: Final = len(PAYERS)


def of_type(*kinds: str) -> Flags:
    """True for payers of one of the types."""
    return np.isin(TYPES, kinds)


def by_type(table: dict[str, float]) -> F64:
    """A value for each payer from a table by type."""
    return np.array([table[str(kind)] for kind in TYPES])


def by_kind(table: dict[str, float]) -> F64:
    """A value for each procedure from a table by kind, 0 where it is silent."""
    return np.array([table.get(kind, 0.0) for kind in procedures.KINDS])


def by_kind_and_type(table: dict[str, tuple[float, float, float, float]]) -> F64:
    """A value for each payer and procedure; the table's columns are those of ``AUTH``."""
    places = {"medicare": 0, "medicaid": 1, "managed_medicaid": 2, "medicare_advantage": 2}
    silent = (0.0, 0.0, 0.0, 0.0)
    return np.array(
        [
            [table.get(kind, silent)[places.get(str(name), 3)] for kind in procedures.KINDS]
            for name in TYPES
        ]
    )


class Drawer:
    """Draws policies from one stream, for a world of one clock."""

    def __init__(self, rng: np.random.Generator, config: WorldConfig) -> None:
        self.rng = rng
        self._config = config

    def month(self, months: I64) -> I64:
        """First day of the month that lies ``months`` after the clock's first."""
        first = np.datetime64(self._config.start, "M").astype(np.int64)
        return (first + months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

    def _alike(self, shape: tuple[int, ...]) -> F64:
        """Uniform draws that most payers take over from a common list, as payers do."""
        common = self.rng.random(shape[1:])
        follows = self.rng.random(shape) < FOLLOWING
        return np.where(follows, np.broadcast_to(common, shape), self.rng.random(shape))

    def since(
        self, chance: F64 | float, *, new: float, columns: int = 0, common: bool = False
    ) -> I64:
        """First days of a demand: NEVER, ALWAYS, or (a share ``new``) a dated event on the clock.

        One a payer, or ``columns`` of them; ``common`` lists are mostly shared by payers. Changes
        take effect on the first of a month, as payers announce them.
        """
        shape = (_COUNT, columns) if columns else (_COUNT,)
        has = (self._alike(shape) if common else self.rng.random(shape)) < chance
        dated = self.month(self.rng.integers(2, max(3, self._config.months - 1), shape))
        begins = np.where(self.rng.random(shape) < new, dated, ALWAYS)
        return np.where(has, begins, NEVER)

    def dropped(self, chance: float, columns: int) -> I64:
        """Last days of some demands; NEVER for the others."""
        shape = (_COUNT, columns)
        gone = self.rng.random(shape) < chance
        ends = self.month(self.rng.integers(3, max(4, self._config.months), shape))
        return np.where(gone, ends, NEVER)

    def coverage(self) -> tuple[Flags, Flags]:
        """Diagnosis lists by payer and procedure, and the same after they were tightened.

        Most of the groups that visits bring to a procedure are on its list; never none.
        """
        usual = usual_groups()
        shape = (_COUNT, *usual.shape)
        on_list = (self._alike(shape) < 0.9) & usual
        lonely = ~on_list.any(axis=2)
        on_list[lonely] = np.broadcast_to(usual, shape)[lonely]
        tight = on_list & (self.rng.random(shape) < 0.8)
        lonely = ~tight.any(axis=2)
        tight[lonely] = on_list[lonely]
        return on_list, tight

    def filing(self) -> I64:
        """Filing limits in days before and after a change that never makes them longer."""
        rows = []
        for kind in TYPES:
            before, after = FILING[str(kind)]
            first = int(self.rng.choice(before))
            rows.append((first, min(first, int(self.rng.choice(after)))))
        return np.array(rows)

    def limits(self, reach: F64) -> I64:
        """Visits of each kind of LIMITED that a payer pays for in a year; 0 for no limit."""
        limit = np.zeros((_COUNT, len(LIMITED)), dtype=np.int64)
        for place, kind in enumerate(LIMITED):
            low, high, chance = LIMITS[kind]
            drawn = self.rng.integers(low, high + 1, _COUNT)
            limit[:, place] = np.where(
                self.rng.random(_COUNT) < chance * (0.4 + 0.6 * reach), drawn, 0
            )
        return limit

    def downtimes(self) -> tuple[I64, I64, F64]:
        """Two windows a payer: first day, day after the last, share denied in it (may be 0)."""
        span = self._config.months * 30
        shape = (_COUNT, 2)
        begin = self._config.first_day + self.rng.integers(0, max(1, span - 45), shape)
        rate = self.rng.uniform(0.03, 0.09, shape)
        happens = self.rng.random(shape) < 0.3
        return begin, begin + self.rng.integers(18, 45, shape), np.where(happens, rate, 0.0)

    def enrollment(self, practice: Practice) -> tuple[I64, I64, I64, I64]:
        """When each provider joined; effective date, lapse and its end by provider and payer.

        A newcomer is enrolled payer by payer, some weeks after joining; a missed revalidation
        suspends a pair for a while; a few pairs never come about.
        """
        rng, first = self.rng, self._config.first_day
        shape = (len(practice.provider_npi), _COUNT)
        span = self._config.months * 30
        newcomer = rng.random(shape[0]) < 0.25
        # One provider of each specialty has been there from the beginning.
        newcomer &= np.r_[False, np.diff(practice.provider_specialty) == 0]
        joined = np.where(newcomer, first + rng.integers(20, max(21, span - 60), shape[0]), ALWAYS)
        slow = joined[:, None] + rng.gamma(1.6, 28.0, shape).astype(np.int64)
        effective = np.where(newcomer[:, None], slow, ALWAYS)
        effective[rng.random(shape) < 0.004] = NEVER
        lapses = rng.random(shape) < 0.02
        begin = first + rng.integers(0, max(1, span - 30), shape)
        end = begin + rng.integers(25, 90, shape)
        return joined, effective, np.where(lapses, begin, NEVER), np.where(lapses, end, NEVER)


def usual_groups() -> Flags:
    """Procedures by diagnosis groups: true where some visit brings the group to the procedure."""
    usual = np.zeros((len(procedures.CODES), len(diagnoses.GROUPS)), dtype=np.bool_)
    for template in TEMPLATES:
        for slot in template.slots:
            for procedure in slot.procedures:
                if procedure >= 0:
                    usual[procedure, [group for group, _ in template.groups]] = True
    return usual
