"""Records and events as rows of the table, and back."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

from models.record import AuditRecord
from service.audit.chain import event_row
from service.audit.event import SCORE, Event, Recorded
from service.audit.tables import EVENTS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from service.audit.chain import Row

_SAME: Final = (
    "score_id", "claim_digest", "caller", "purpose", "model_name", "model_version",
    "model_digest", "history_digest", "rules_digest", "code_version", "code_digest",
    "features_digest", "features", "denial_probability", "decision", "threshold",
)  # fmt: skip
"""Fields of a record that stand in the column of their name as they are."""
RECORD_COLUMNS: Final = tuple(
    EVENTS.c[name] for name in (*_SAME, "scored_at", "as_of", "claim_key", "body")
)
EVENT_COLUMNS: Final = tuple(
    EVENTS.c[name] for name in ("sequence", "recorded_at", "kind", "score_id", "caller", "body")
)
Entry = AuditRecord | Event


def row_of(entry: Entry) -> Row:
    """``entry`` as a row that waits for its place in the chain."""
    if isinstance(entry, Event):
        return event_row(entry.kind, entry.score_id, entry.body, entry.caller)
    return {
        "kind": SCORE,
        **{name: getattr(entry, name) for name in _SAME},
        "scored_at": entry.scored_at.isoformat(),
        "as_of": entry.as_of.isoformat(),
        "claim_key": key_text(entry.claim_key),
        "body": entry.answer,
    }


def key_text(claim_key: int) -> str:
    """A claim's key as the table has it: 16 hexadecimal digits."""
    return f"{claim_key:016x}"


def record_of(row: sa.RowMapping) -> AuditRecord:
    """The record of a row of ``RECORD_COLUMNS``."""
    values: dict[str, Any] = {name: row[name] for name in _SAME}
    return AuditRecord(
        **values,
        scored_at=dt.datetime.fromisoformat(row["scored_at"]),
        as_of=dt.date.fromisoformat(row["as_of"]),
        claim_key=int(row["claim_key"], 16),
        answer=row["body"],
    )


def event_of(row: sa.RowMapping) -> Recorded:
    """The event of a row of ``EVENT_COLUMNS``."""
    values: dict[str, Any] = dict(row)
    return Recorded(**{**values, "body": json.loads(values["body"] or "{}")})
