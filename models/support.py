"""How much history stands behind an answer, so that silence is honest (decision 0026).

* ``none``: this payer never answered a claim, or the claim has a line like which nothing was ever
  answered: not its procedure to any payer, nor one of its range to this payer. The probability is a
  guess from others.
* ``thin``: this payer answered fewer than ``FEW_OF_PAYER`` claims, or fewer than ``FEW`` lines with
  the procedure of the least known line, or fewer than ``FEW`` claims from this location and
  setting, or none of this provider.
* ``good``: otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.likeness import Likeness
from models.score import Level, Support

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]

FEW: Final = 10
FEW_OF_PAYER: Final = 100
NONE, THIN, GOOD = 0, 1, 2
NAMES: Final[tuple[Level, Level, Level]] = ("none", "thin", "good")
UNLIKE: Final = -1
"""The thickness of the history of a claim that nothing resembles."""


def levels(of: Likeness) -> I8:
    """0 none, 1 thin, 2 good for each of n claims."""
    none = (of.payer < 1) | (of.resembling < 1)
    thin = (of.payer < FEW_OF_PAYER) | (np.minimum(of.similar, of.location) < FEW)
    thin |= of.provider == 0
    return np.where(none, NONE, np.where(thin, THIN, GOOD)).astype(np.int8)


def thickness(of: Likeness) -> I64:
    """How many answered claims or lines the interval of each of n claims goes by.

    As many as are known of what is known least: the line's procedure to this payer, the location; 0
    where the provider is new to this payer, ``UNLIKE`` where the level is ``none``.
    """
    least = np.where(of.provider == 0, 0, np.minimum(of.similar, of.location))
    return np.where(levels(of) == NONE, UNLIKE, least)


def recorded(support: Mapping[str, object]) -> int:
    """The thickness that an answer's ``support`` went by, as it stands in a record.

    Before there was ``least_known``, it was ``similar_claims``, whatever the level.
    """
    least = support.get("least_known")
    if not isinstance(least, int):
        similar = support.get("similar_claims")
        return similar if isinstance(similar, int) else 0
    return UNLIKE if support.get("level") == "none" else least


def support(of: Likeness, row: int) -> Support:
    """What is known of claims like the one at ``row``."""
    one = of.take(np.array([row]))
    level = NAMES[int(levels(one)[0])]
    return Support(
        level=level,
        similar_claims=int(one.similar[0]),
        least_known=max(int(thickness(one)[0]), 0),
        notes=tuple(_notes(one)) if level != "good" else (),
    )


def _notes(one: Likeness) -> list[str]:
    payer, similar = int(one.payer[0]), int(one.similar[0])
    notes = []
    if payer < 1:
        notes.append("This payer has not been seen before: the probability is a guess from others.")
    elif payer < FEW_OF_PAYER:
        claims = (
            "one claim to this payer has" if payer == 1 else f"{payer} claims to this payer have"
        )
        notes.append(f"Only {claims} been answered so far.")
    if one.resembling[0] < 1:
        notes.append("No line like one of these, with this procedure or one near it, has been "
                     "answered before: the probability is a guess.")  # fmt: skip
    elif one.procedure[0] < 1:
        notes.append("No line with this procedure has been answered before.")
    elif payer >= 1 and similar < 1:
        notes.append("This payer has not answered a line with this procedure before.")
    elif payer >= 1 and similar < FEW:
        lines = "one line" if similar == 1 else f"{similar} lines"
        notes.append(f"This payer has answered only {lines} with this procedure so far.")
    if payer >= 1:
        notes += _of_the_sender(one)
    elif one.provider_anywhere[0] == 0:
        notes.append(_NEW_PROVIDER)
    return notes


_NEW_PROVIDER: Final = "No claim of this provider has been answered before."


def _of_the_sender(one: Likeness) -> list[str]:
    """What is not known of the provider and of the place that the claim comes from."""
    notes = []
    location = int(one.location[0])
    if one.provider_anywhere[0] == 0:
        notes.append(_NEW_PROVIDER)
    elif one.provider[0] == 0:
        notes.append("This payer has not answered a claim of this provider before.")
    if location < 1:
        notes.append("This payer has not answered a claim from this billing provider or location, "
                     "in this setting, before.")  # fmt: skip
    elif location < FEW:
        claims = "one claim" if location == 1 else f"{location} claims"
        notes.append(f"This payer has answered only {claims} from this billing provider or "
                     "location, in this setting, so far.")  # fmt: skip
    return notes
