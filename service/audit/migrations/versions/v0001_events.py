"""The table of events; the scores of earlier SQLite layouts become its first records."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import context, op

from service.audit.earlier import chain_scores
from service.audit.tables import SCORES_VIEW

revision: Final = "v0001"
down_revision: Final = None


def upgrade() -> None:
    """Make the table, its indexes and the view; move what the table ``scores`` holds."""
    _make_table()
    _make_indexes()
    connection = op.get_bind()
    if sa.inspect(connection).has_table("scores"):
        chain_scores(connection, context.config.attributes["chain"])
        op.drop_table("scores")
    op.execute(SCORES_VIEW)


def _make_table() -> None:
    payload = ("salt", "caller", "purpose", "scored_at", "as_of", "claim_key", "claim_digest",
               "model_name", "model_version", "model_digest", "history_digest", "rules_digest",
               "code_version", "code_digest", "features_digest")  # fmt: skip
    header = ("kind", "recorded_at", "previous", "hash", "seal", "payload_digest")
    op.create_table(
        "events",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("form", sa.Integer, nullable=False),
        sa.Column("score_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in header),
        *(sa.Column(name, sa.Text) for name in payload),
        sa.Column("features", sa.LargeBinary),
        sa.Column("denial_probability", sa.Double),
        sa.Column("decision", sa.Text),
        sa.Column("threshold", sa.Double),
        sa.Column("body", sa.Text),
    )


def _make_indexes() -> None:
    for name, column, where, unique in (
        ("events_scores", "score_id", "kind = 'score'", True),
        ("events_about", "score_id", "kind <> 'score'", False),
        ("events_by_claim", "claim_key", "claim_key IS NOT NULL", False),
    ):
        op.create_index(
            name,
            "events",
            [column],
            unique=unique,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
