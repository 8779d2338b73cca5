"""The table of the audit log."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from claims.errors import UserError


class AuditError(UserError):
    """The audit log cannot be read or written; one sentence that says how to mend it."""


METADATA: Final = sa.MetaData()
EVENTS: Final = sa.Table(
    "events",
    METADATA,
    sa.Column(
        "sequence",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="from 1, without gaps",
    ),
    sa.Column("form", sa.Integer, nullable=False, comment="of the columns that are hashed"),
    sa.Column("kind", sa.Text, nullable=False, comment="score, outcome, override, checkpoint, ..."),
    sa.Column("score_id", sa.Text, comment="the score that this is, or is about"),
    sa.Column("recorded_at", sa.Text, nullable=False, comment="ISO 8601, UTC"),
    sa.Column("previous", sa.Text, nullable=False, comment="hash of the record before"),
    sa.Column("hash", sa.Text, nullable=False, comment="SHA-256 of this record's header"),
    sa.Column("seal", sa.Text, nullable=False, comment="HMAC-SHA256 of the hash"),
    sa.Column("payload_digest", sa.Text, nullable=False, comment="SHA-256 of what follows"),
    # From here on NULL where retention dropped it.
    sa.Column("salt", sa.Text, comment="random; never NULL otherwise"),
    sa.Column("caller", sa.Text, comment="id of the API key; empty: the command line"),
    sa.Column("purpose", sa.Text, comment="what a score was asked for"),
    sa.Column("scored_at", sa.Text, comment="ISO 8601, UTC"),
    sa.Column("as_of", sa.Text, comment="ISO date"),
    sa.Column("claim_key", sa.Text, comment="keyed hash of claim_id, 16 hex"),
    sa.Column("claim_digest", sa.Text, comment="keyed hash of the whole claim"),
    sa.Column("model_name", sa.Text),
    sa.Column("model_version", sa.Text),
    sa.Column("model_digest", sa.Text),
    sa.Column("history_digest", sa.Text),
    sa.Column("rules_digest", sa.Text, comment="of payers' profiles and CMS's lists"),
    sa.Column("code_version", sa.Text),
    sa.Column("code_digest", sa.Text, comment="SHA-256 of the program's files"),
    sa.Column("features_digest", sa.Text, comment="SHA-256 of names in order"),
    sa.Column("features", sa.LargeBinary, comment="float32, little endian"),
    sa.Column("denial_probability", sa.Double),
    sa.Column("decision", sa.Text),
    sa.Column("threshold", sa.Double),
    sa.Column("body", sa.Text, comment="JSON; of a score the answer without claim_id"),
)
_IS_SCORE: Final = EVENTS.c.kind == "score"
sa.Index(
    "events_scores",
    EVENTS.c.score_id,
    unique=True,
    sqlite_where=_IS_SCORE,
    postgresql_where=_IS_SCORE,
)
_ABOUT: Final = EVENTS.c.kind != "score"
sa.Index("events_about", EVENTS.c.score_id, sqlite_where=_ABOUT, postgresql_where=_ABOUT)
_OF_CLAIM: Final = EVENTS.c.claim_key.is_not(None)
sa.Index("events_by_claim", EVENTS.c.claim_key, sqlite_where=_OF_CLAIM, postgresql_where=_OF_CLAIM)
SCORES_VIEW: Final = (
    "CREATE VIEW scores AS SELECT sequence, score_id, scored_at, as_of, caller, purpose, claim_key,"
    " claim_digest, model_name, model_version, model_digest, history_digest, rules_digest,"
    " code_version, code_digest, features_digest, features, denial_probability, decision,"
    " threshold, body AS answer FROM events WHERE kind = 'score' AND salt IS NOT NULL"
)
"""For people who ask the database themselves; nothing of ours reads it."""
