"""What a denial mechanism is.

A mechanism knows one reason for which payers deny. From the facts and the payers' rules it gives
the probability that it denies each claim (or each line), the codes it would say so with, and what
an administrative mend changes in the facts. It draws nothing: luck is dealt in ``adjudication``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from claims.categories import Action, Category
from data_synth.codes.procedures import KINDS
from data_synth.facts import Facts
from data_synth.rules import Rules

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Speech:
    """What the remittance says: group code, CARC, and a remark code (RARC, ``""`` for none)."""

    group: str
    carc: str
    rarc: str = ""


class Mechanism(Protocol):
    """One reason for denial. ``category`` is that of its codes, ``None`` where they differ.

    ``per_line``: ``chance`` and ``speech`` answer for lines, else for claims. ``secondary`` is the
    share of its probability that is left when the payer comes second.
    """

    @property
    def name(self) -> str:
        """Its name, which is also part of the key of its luck."""
        ...

    @property
    def category(self) -> Category | None:
        """The category of what it says."""
        ...

    @property
    def per_line(self) -> bool:
        """Whether it denies lines one by one."""
        ...

    @property
    def secondary(self) -> float:
        """Share of its probability towards a payer that comes second."""
        ...

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """All that it may say."""
        ...

    @property
    def mends(self) -> frozenset[Action]:
        """Actions that may change what it decides on."""
        ...

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """Probability of denial by this mechanism alone, for each claim or line."""
        ...

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """Place in ``speeches`` for each claim or line, should it deny."""
        ...

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """The facts after the action, for all claims given."""
        ...


KIND: Final = np.array(KINDS)


def procedure_of(facts: Facts) -> I64:
    """Each line's procedure, 0 where it has none: for looking up tables; mask with ``coded``."""
    return np.maximum(facts.lines.procedure, 0)


def coded(facts: Facts) -> Flags:
    """True for lines with a procedure."""
    return facts.lines.procedure >= 0


def payer_of_lines(facts: Facts) -> I64:
    """The payer of each line's claim."""
    return facts.claims.payer[facts.lines.claim]


def day_of_lines(facts: Facts) -> I64:
    """Service day of each line."""
    return facts.claims.service[facts.lines.claim]


def by_luck(luck: F64, *edges: float) -> I64:
    """0 below the first edge, 1 below the second, and so on."""
    return np.searchsorted(np.array(edges), luck, side="right")
