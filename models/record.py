"""What is kept of one score, so that it can be looked up, replayed and explained later.

No claim id, member id, name, birth date or authorization number is in a record: the claim is known
by its keyed hash alone (``claims.keys``), and ``answer`` is the answer without ``claim_id``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STORED: Final = np.dtype("<f4")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One score as it was given. ``features`` are float32, little endian, in the model's order."""

    score_id: str
    scored_at: dt.datetime  # UTC
    as_of: dt.date
    claim_key: int  # keyed hash of the claim id, 64 bits
    claim_digest: str  # keyed hash of the whole claim
    model_name: str
    model_version: str
    model_digest: str
    history_digest: str
    code_version: str
    features_digest: str  # of the names, in order
    features: bytes
    denial_probability: float
    decision: str
    threshold: float
    answer: str  # JSON
    rules_digest: str = ""  # of the profiles and lists that edits were found by; "": not kept then
    caller: str = ""  # id of the API key; "": none was asked for
    purpose: str = ""  # what the score was asked for
    code_digest: str = ""  # of the program's files; "": not kept then

    def values(self) -> NDArray[np.float32]:
        """The feature values as one row, shape (1, F)."""
        return np.frombuffer(self.features, STORED).astype(np.float32).reshape(1, -1)

    def answered(self) -> dict[str, object]:
        """The answer as plain values; without ``claim_id``, which is not kept."""
        loaded: dict[str, object] = json.loads(self.answer)
        return loaded


def packed(values: NDArray[np.float32]) -> bytes:
    """One row of feature values as ``AuditRecord.features`` keeps them."""
    return values.astype(STORED, copy=False).tobytes()


def names_digest(names: Sequence[str]) -> str:
    """SHA-256 of feature names in order: two records with one digest have the same columns.

    >>> names_digest(["a", "b"]) == names_digest(["b", "a"])
    False
    """
    return "sha256:" + hashlib.sha256("\n".join(names).encode()).hexdigest()
