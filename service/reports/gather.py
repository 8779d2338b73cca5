"""What the audit log says of one score, put together for its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from models.aliases import RegistryError, resolve
from models.bundle import MANIFEST, digest
from reports.logged import Logged

if TYPE_CHECKING:
    from pathlib import Path

    from models.record import AuditRecord
    from service.audit.repository import AuditRepository


def logged(log: AuditRepository, record: AuditRecord, mlruns: Path) -> Logged | None:
    """Place, hash and events of ``record``; ``None`` when retention has just dropped it.

    Raises ``AuditError``.
    """
    place = log.place(record.score_id)
    if place is None:
        return None
    threshold, data = of_model(record, mlruns)
    return Logged(*place, log.events_of([record.score_id]), threshold, data)


def of_model(record: AuditRecord, mlruns: Path) -> tuple[float | None, str]:
    """Threshold and digest of the training data by the files of the recorded model.

    ``None`` and "" where they are not there, or are another model's.
    """
    if not record.model_version.isdecimal():
        return None, ""
    try:
        manifest = (resolve(mlruns, record.model_version).bundle / MANIFEST).read_bytes()
        if digest(manifest) != record.model_digest:
            return None, ""
        about = json.loads(manifest)["about"]
        return float(about["threshold"]), str(about["training"].get("data_digest", ""))
    except (RegistryError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, ""
