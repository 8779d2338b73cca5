"""The present champion, asked about the same test claims as its challenger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError
from models.aliases import CHAMPION
from models.denial import DenialModel
from models.registry import Registry
from training.days import iso

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """The champion. ``same``: it is the challenger itself, bit for bit.

    ``probability`` (n) is ``None`` where this program cannot ask it: other features, a damaged
    bundle. ``fair`` (n) are the claims submitted after all that it learned from.
    """

    version: str
    same: bool
    learned_before: str
    probability: F64 | None
    fair: Flags


def find(registry: Registry, digest: str, values: F32, day: I32) -> Rival | None:
    """The champion's answers for n test claims: their features and days; ``None`` without one."""
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
    before = str(champion.facts.get("learned_before", "9999-12-31"))
    return Rival(
        version=resolved.version,
        same=champion.digest == digest,
        learned_before=before,
        probability=champion.predict(values).probability,
        fair=np.array([iso(one) >= before for one in day], np.bool_),
    )
