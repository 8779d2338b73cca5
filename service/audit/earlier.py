"""Records of programs of before the chain: they become the first records of it.

The chain vouches for them from the day on which they were taken in, which a ``migrated`` event
states, and not for the time before.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.audit.appending import insert
from service.audit.chain import EMPTY, event_row
from service.audit.event import MIGRATED, SCORE

if TYPE_CHECKING:
    from service.audit.chain import Chain, Row

_SAME: Final = (
    "score_id", "scored_at", "as_of", "claim_key", "claim_digest", "model_name", "model_version",
    "model_digest", "history_digest", "code_version", "features_digest", "features",
    "denial_probability", "decision", "threshold",
)  # fmt: skip
_AT_ONCE: Final = 500


def chain_scores(connection: sa.Connection, chain: Chain) -> None:
    """Copy the table ``scores`` of layout 1 or 2 into ``events``, oldest first."""
    named = {str(column["name"]) for column in sa.inspect(connection).get_columns("scores")}
    rules = "rules_digest" if "rules_digest" in named else "'' AS rules_digest"
    query = sa.text(f"SELECT {', '.join(_SAME)}, answer, {rules} FROM scores ORDER BY sequence")  # noqa: S608 -- names of ours
    head, count = EMPTY, 0
    for rows in connection.execute(query).mappings().partitions(_AT_ONCE):
        linked, head = chain.link(head, [_row(row) for row in rows])
        insert(connection, linked)
        count += len(rows)
    if count:
        body = {"records": count, "on": dt.datetime.now(dt.UTC).date().isoformat()}
        linked, head = chain.link(head, [event_row(MIGRATED, None, body)])
        insert(connection, linked)


def _row(row: sa.RowMapping) -> Row:
    return {
        "kind": SCORE,
        **{name: row[name] for name in (*_SAME, "rules_digest")},
        "recorded_at": row["scored_at"],
        "caller": "",
        "purpose": "",
        "code_digest": "",
        "body": row["answer"],
    }
