"""The judged twin of a registered model: the one that knows nothing of the test period.

A registered model has learned from all claims that its data held, so none of them is new to it. Its
twin, kept beside it, is the same recipe fitted on what was known when the test period began: it can
be asked about the claims since.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError
from models.aliases import judged_beside
from models.denial import DenialModel

Flags = NDArray[np.bool_]


def beside(model: DenialModel, bundle: Path) -> DenialModel | None:
    """The twin of ``model``, which was loaded from ``bundle``; ``None`` where it is not there.

    A folder of that name that holds another model than the one named by ``model`` is no twin.
    """
    named, folder = model.facts.get("judged"), judged_beside(bundle)
    if folder is None or not isinstance(named, dict):
        return None
    try:
        found = DenialModel.load(folder)
    except UserError:
        return None
    return found if found.digest == named.get("digest") else None


def learned_before(model: DenialModel) -> str:
    """The ISO day from which on claims are new to ``model``; "" when it does not say."""
    return str(model.facts.get("learned_before", ""))


def rarer(denied: Flags) -> int:
    """How many claims (n outcomes) are of the rarer kind, denied or paid.

    >>> rarer(np.array([True, False, False]))
    1
    """
    hits = int(denied.sum())
    return min(hits, len(denied) - hits)
