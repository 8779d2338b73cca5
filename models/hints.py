"""Which of two actions a category calls for on this claim, by what history holds against it.

A detail is blamed where it differs (decision 0012): the rate of the lines with the same modifiers,
diagnosis or setting speaks against that detail only as far as it lies above the rate of the
procedure itself, which every such line has.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import PLACE
from models.grouping import APART, POINTS

Row = NDArray[np.float32]

_PROCEDURE: Final = PLACE["payer_procedure_rate"]
_MODIFIERS: Final = PLACE["payer_procedure_modifiers_rate"]
_OTHERS: Final = np.array(
    [
        PLACE[f"payer_procedure_{detail}_rate"]
        for detail in ("code", "diagnosis", "setting")
    ]
)  # fmt: skip


def modifiers_blamed(values: Row) -> bool:
    """Whether it is the modifiers, more than diagnosis or setting, that this payer denies.

    ``values`` is the feature row of the claim. ``False`` where there is no line to judge by.
    """
    modifiers, usual = float(values[_MODIFIERS]), float(values[_PROCEDURE])
    apart = modifiers - usual > max(APART * modifiers, POINTS)
    return apart and modifiers >= float(np.max(np.nan_to_num(values[_OTHERS])))
