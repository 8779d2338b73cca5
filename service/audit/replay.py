"""Compute a recorded score again, from the recorded feature values and the recorded model."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.aliases import resolve
from models.denial import FEATURE_NAMES, DenialModel
from models.record import names_digest
from models.support import recorded as recorded_thickness
from service.audit.tables import AuditError

if TYPE_CHECKING:
    from pathlib import Path

    from models.record import AuditRecord


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded probability beside the one computed now; ``same`` means to the last bit.

    ``recorded_ends`` and ``computed_ends`` are those of the interval, ``None`` where the record is
    of a program that gave none. The rules found the edits, and play no part in the probability.
    """

    score_id: str
    model_version: str
    model_digest: str
    recorded: float
    computed: float
    recorded_ends: tuple[float, float] | None
    computed_ends: tuple[float, float] | None
    recorded_rules: str = ""
    present_rules: str = ""

    @property
    def same_rules(self) -> bool:
        """Whether the rules are those of the record, so that it would have the same edits."""
        return self.recorded_rules == self.present_rules

    @property
    def same(self) -> bool:
        """Whether probability and ends are equal in all 64 bits."""
        recorded = (self.recorded, *(self.recorded_ends or ()))
        computed = (self.computed, *(self.computed_ends or ()))
        return [bits(one) for one in recorded] == [bits(one) for one in computed]


def bits(value: float) -> str:
    """The 64 bits of ``value`` in hexadecimal.

    >>> bits(0.5)
    '3fe0000000000000'
    """
    return struct.pack(">d", value).hex()


def replay(record: AuditRecord, mlruns: Path, rules: str = "") -> Replay:
    """Predict again. Raises ``UserError`` when the model is not what the record names.

    The model is found by its version and must have the recorded digest; its bundle is verified
    against its own manifest when it is loaded. ``rules`` is the digest of the present rules.
    """
    if record.features_digest != names_digest(FEATURE_NAMES):
        raise AuditError(
            f"The score {record.score_id} was made with another list of features "
            f"({record.code_version}): replay it with that program."
        )
    model = _model(record, mlruns)
    values = record.values()
    probability = model.predict(values).probability
    low, high = model.ends(np.array([_thickness(record)]), probability)
    recorded = _ends(record)
    return Replay(
        score_id=record.score_id,
        model_version=record.model_version,
        model_digest=model.digest,
        recorded=record.denial_probability,
        computed=float(probability[0]),
        recorded_ends=recorded,
        computed_ends=None if recorded is None else (float(low[0]), float(high[0])),
        recorded_rules=record.rules_digest,
        present_rules=rules,
    )


def _ends(record: AuditRecord) -> tuple[float, float] | None:
    answer = record.answered()
    low, high = (answer.get(f"denial_probability_{end}") for end in ("low", "high"))
    return (low, high) if isinstance(low, float) and isinstance(high, float) else None


def _thickness(record: AuditRecord) -> int:
    """What the interval went by; it is no feature, but stands in the answer."""
    support = record.answered().get("support")
    return recorded_thickness(support) if isinstance(support, dict) else 0


def _model(record: AuditRecord, mlruns: Path) -> DenialModel:
    resolved = resolve(mlruns, record.model_version, record.model_name)
    model = DenialModel.load(resolved.bundle)
    if model.digest != record.model_digest:
        raise AuditError(
            f"The bundle of version {record.model_version} ({resolved.bundle}) is not the one that "
            f"gave the score {record.score_id}: its digest is {model.digest}, recorded was "
            f"{record.model_digest}. Restore it from a copy."
        )
    return model
