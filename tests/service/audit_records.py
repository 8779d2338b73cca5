"""Records for tests of the audit log."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from models.record import AuditRecord, names_digest, packed
from service.ids import new_score_id


def record(**changes: object) -> AuditRecord:
    one = AuditRecord(
        score_id=new_score_id(),
        scored_at=dt.datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=dt.UTC),
        as_of=dt.date(2026, 3, 4),
        claim_key=2**64 - 3,
        claim_digest="hmac-sha256:00",
        model_name="denial",
        model_version="7",
        model_digest="sha256:11",
        history_digest="sha256:22",
        code_version="preclear 0",
        features_digest=names_digest(["a", "b", "c"]),
        features=packed(np.array([1.5, np.nan, -0.0], np.float32)),
        denial_probability=0.1 + 0.2,
        decision="hold",
        threshold=0.35,
        answer='{"a": 1}',
    )
    return replace(one, **changes)  # type: ignore[arg-type]
