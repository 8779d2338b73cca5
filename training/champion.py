"""The present champion, asked about the same test claims as its challenger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError
from models.aliases import CHAMPION
from models.denial import DenialModel
from models.registry import Registry
from training import twin
from training.days import iso

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

_NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """The champion. ``same``: it is the challenger itself, bit for bit.

    ``probability`` (n) is ``None`` where this program cannot ask it: other features, a damaged
    bundle. ``fair`` (n) are the claims submitted after all that it learned from. ``twin``: too few
    claims are new to it, so its judged twin was asked; ``learned_before`` is the twin's then.
    """

    version: str
    same: bool
    learned_before: str
    probability: F64 | None
    fair: Flags
    twin: bool = False


def find(
    registry: Registry, digest: str, values: F32, day: I32, denied: Flags, fewest: int
) -> Rival | None:
    """The champion's answers for n test claims: their features, days and outcomes.

    ``None`` without a champion. ``digest`` is the challenger's. Where fewer than ``fewest`` denied
    or paid claims are new to the champion, its judged twin answers.
    """
    try:
        resolved = registry.resolve(CHAMPION)
    except UserError:
        return None
    try:
        champion = DenialModel.load(resolved.bundle)
    except UserError:
        return Rival(
            version=resolved.version,
            same=False,
            learned_before="",
            probability=None,
            fair=np.zeros(len(day), np.bool_),
        )
    asked, fair, judged = champion, _fair(champion, day), None
    if twin.rarer(denied[fair]) < fewest:
        judged = twin.beside(champion, resolved.bundle)
        if judged is not None:
            asked, fair = judged, _fair(judged, day)
    return Rival(
        version=resolved.version,
        same=champion.digest == digest,
        learned_before=twin.learned_before(asked) or _NEVER,
        probability=asked.predict(values).probability,
        fair=fair,
        twin=judged is not None,
    )


def _fair(model: DenialModel, day: I32) -> Flags:
    before = twin.learned_before(model) or _NEVER
    return np.array([iso(one) >= before for one in day], np.bool_)
