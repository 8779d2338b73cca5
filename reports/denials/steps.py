"""The steps that a denial can take, and the state that it is in after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]

Step = Literal[
    "identified",
    "resubmitted",
    "corrected",
    "appealed",
    "appeal_won",
    "appeal_lost",
    "denied_again",
    "voided",
    "written_off",
    "adjusted",
    "paid",
]
STEPS: Final[Mapping[Step, str]] = {
    "identified": "the first answer denied something of the claim (835)",
    "resubmitted": "sent again as a new claim (837)",
    "corrected": "a corrected claim was sent, frequency 7 (837)",
    "appealed": "appealed (entered)",
    "appeal_won": "the appeal was won (entered)",
    "appeal_lost": "the appeal was lost (entered)",
    "denied_again": "a later answer denied something again (835)",
    "voided": "the claim was taken back, frequency 8 (837)",
    "written_off": "written off (entered)",
    "adjusted": "a later answer denied nothing and paid nothing: contract, patient (835, entered)",
    "paid": "a later answer denied nothing and paid (835, entered)",
}
NAMES: Final[tuple[Step, ...]] = tuple(STEPS)
CODE: Final[Mapping[str, int]] = {name: code for code, name in enumerate(NAMES)}
CLOSED: Final[tuple[Step, ...]] = ("paid", "adjusted", "written_off", "voided")
"""States in which nothing more is expected of a denial."""
WORK: Final[tuple[Step, ...]] = ("resubmitted", "corrected", "appealed")
"""Steps that cost the practice work."""


def states(of: I64, kind: I8, denials: int) -> I8:
    """The state (d) of each denial from its steps in order (s): paid, else adjusted, else the last.

    ``of`` is the place of a step's denial; each has at least the step ``identified``.
    """
    state = np.zeros(denials, np.int8)
    state[of] = kind  # of several of one denial the last stays
    for final in (CODE["adjusted"], CODE["paid"]):
        state[of[kind == final]] = final
    return state


def state_text(state: str) -> str:
    """A state as a person reads it: ``denied again``."""
    return state.replace("_", " ")
