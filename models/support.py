"""How much history stands behind an answer, so that silence is honest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import PLACE
from models.score import Level, Support

Row = NDArray[np.float32]

FEW_SIMILAR: Final = 30
FEW_OF_PAYER: Final = 100

_PAYER: Final = PLACE["payer_seen"]
_SIMILAR: Final = PLACE["payer_procedure_seen"]
_PROCEDURE: Final = PLACE["procedure_seen"]
_PROVIDER: Final = PLACE["rendering_seen"]


def levels(values: NDArray[np.float32]) -> NDArray[np.int8]:
    """0 none, 1 thin, 2 good for each row of ``values`` (n, features).

    None: this payer never answered a claim. Thin: fewer than ``FEW_SIMILAR`` lines with this
    procedure or fewer than ``FEW_OF_PAYER`` claims were answered by it.
    """
    payer, similar = values[:, _PAYER], values[:, _SIMILAR]
    good = (similar >= FEW_SIMILAR) & (payer >= FEW_OF_PAYER)
    found: NDArray[np.int8] = np.where(payer < 1, 0, np.where(good, 2, 1)).astype(np.int8)
    return found


def support(values: Row) -> Support:
    """What is known of claims like the one whose feature row is ``values``."""
    level: Level = ("none", "thin", "good")[int(levels(values[None, :])[0])]
    similar = values[_SIMILAR]
    return Support(
        level=level,
        similar_claims=0 if np.isnan(similar) else int(similar),
        notes=tuple(_notes(values)),
    )


def _notes(values: Row) -> list[str]:
    if values[_PAYER] < 1:
        notes = ["This payer has not been seen before: the probability is a guess from others."]
    elif values[_PAYER] < FEW_OF_PAYER:
        few = int(values[_PAYER])
        claims = "one claim to this payer has" if few == 1 else f"{few} claims to this payer have"
        notes = [f"Only {claims} been answered so far."]
    else:
        notes = []
    if values[_PROCEDURE] < 1:
        notes.append("No line with this procedure has been answered before.")
    elif values[_PAYER] >= 1 and values[_SIMILAR] < 1:
        notes.append("This payer has not answered a line with this procedure before.")
    if values[_PROVIDER] < 1:
        notes.append("No claim of this provider has been answered before.")
    return notes
