"""The payers of a dataset: who they are, and which claim went to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Payers:
    """``place`` (int32 n) is each claim's place in ``names``; a payer is known by its id."""

    names: tuple[str, ...]
    place: NDArray[np.int32]

    @classmethod
    def of(cls, claims: pa.Table) -> Payers:
        """Read them from a claims table; a payer's name is the one most often given with its id."""
        ids, names = claims["payer_id"].to_pylist(), claims["payer_name"].to_pylist()
        counts: dict[str, dict[str, int]] = {}
        for code, name in zip(ids, names, strict=True):
            given = counts.setdefault(code, {})
            given[name] = given.get(name, 0) + 1
        order = {code: place for place, code in enumerate(sorted(counts))}
        texts = []
        for code in order:
            given = counts[code]
            name = max(sorted(given), key=given.__getitem__)
            texts.append(" ".join(part for part in (name, f"({code})" if code else "") if part))
        place = np.fromiter((order[code] for code in ids), np.int32, len(ids))
        return cls(tuple(text or "(no payer)" for text in texts), place)
