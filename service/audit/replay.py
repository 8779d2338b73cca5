"""Compute a recorded score again, from the recorded feature values and the recorded model."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.aliases import resolve
from models.denial import FEATURE_NAMES, DenialModel
from models.record import names_digest
from service.audit.tables import AuditError

if TYPE_CHECKING:
    from pathlib import Path

    from models.record import AuditRecord


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded probability beside the one computed now; ``same`` means to the last bit."""

    score_id: str
    model_version: str
    model_digest: str
    recorded: float
    computed: float

    @property
    def same(self) -> bool:
        """Whether the two are equal in all 64 bits."""
        return bits(self.recorded) == bits(self.computed)


def bits(value: float) -> str:
    """The 64 bits of ``value`` in hexadecimal.

    >>> bits(0.5)
    '3fe0000000000000'
    """
    return struct.pack(">d", value).hex()


def replay(record: AuditRecord, mlruns: Path) -> Replay:
    """Predict again. Raises ``UserError`` when the model is not what the record names.

    The model is found by its version and must have the recorded digest; its bundle is verified
    against its own manifest when it is loaded.
    """
    if record.features_digest != names_digest(FEATURE_NAMES):
        raise AuditError(
            f"The score {record.score_id} was made with another list of features "
            f"({record.code_version}): replay it with that program."
        )
    model = _model(record, mlruns)
    computed = float(model.predict(record.values()).probability[0])
    return Replay(
        score_id=record.score_id,
        model_version=record.model_version,
        model_digest=model.digest,
        recorded=record.denial_probability,
        computed=computed,
    )


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
