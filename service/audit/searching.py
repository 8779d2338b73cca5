"""Looking through the scores of a log, for pages: by period, decision, payer; no features."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from service.audit.event import SCORE
from service.audit.reading import Reading
from service.audit.rows import EVENT_COLUMNS, event_of
from service.audit.tables import EVENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from service.audit.event import Recorded

_IN_ONE_QUERY: Final = 500
_COLUMNS: Final = tuple(
    EVENTS.c[name]
    for name in (
        "sequence", "score_id", "claim_key", "scored_at", "as_of", "caller", "purpose",
        "model_version", "denial_probability", "decision", "body",
    )
)  # fmt: skip
_KEPT: Final = sa.and_(EVENTS.c.kind == SCORE, EVENTS.c.salt.is_not(None))


@dataclass(frozen=True, slots=True)
class Brief:
    """A score in short; ``answer`` is what was answered, without ``claim_id``."""

    sequence: int
    score_id: str
    claim_key: str
    scored_at: dt.datetime
    as_of: str
    caller: str
    purpose: str
    model_version: str
    denial_probability: float
    decision: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which scores: from ``since`` through ``until`` (UTC days), of these decisions and this payer.

    ``before``: older than this score id, to page on; ``claim_key``: of this claim, 16 hexadecimal
    digits. What is not given is not asked for.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    decisions: Collection[str] = ()
    payer: str = ""
    before: str = ""
    claim_key: str = ""


class Searching(Reading):
    """What pages ask a log. Every method raises ``AuditError``."""

    def search(self, wanted: Wanted, most: int) -> list[Brief]:
        """The latest ``most`` of the scores that are ``wanted``, newest first."""
        query = sa.select(*_COLUMNS).where(_KEPT)
        if wanted.since is not None:
            query = query.where(EVENTS.c.scored_at >= wanted.since.isoformat())
        if wanted.until is not None:
            after = wanted.until + dt.timedelta(days=1)
            query = query.where(EVENTS.c.scored_at < after.isoformat())
        if wanted.decisions:
            query = query.where(EVENTS.c.decision.in_(sorted(wanted.decisions)))
        if wanted.payer:
            said = json.dumps({"payer": wanted.payer}, separators=(",", ":"))[1:-1]
            query = query.where(EVENTS.c.body.contains(said, autoescape=True))
        if wanted.before:
            query = query.where(EVENTS.c.score_id < wanted.before)
        if wanted.claim_key:
            query = query.where(EVENTS.c.claim_key == wanted.claim_key)
        found = self._read(query.order_by(EVENTS.c.score_id.desc()).limit(most))
        return [_brief(row) for row in found]

    def newest(self, claim_keys: Collection[str]) -> dict[str, str]:
        """The id of the newest score of each of these claims."""
        found: dict[str, str] = {}
        every = sorted(claim_keys)
        for start in range(0, len(every), _IN_ONE_QUERY):
            part = every[start : start + _IN_ONE_QUERY]
            query = (
                sa.select(EVENTS.c.claim_key, sa.func.max(EVENTS.c.score_id).label("newest"))
                .where(_KEPT, EVENTS.c.claim_key.in_(part))
                .group_by(EVENTS.c.claim_key)
            )
            found |= {str(row["claim_key"]): str(row["newest"]) for row in self._read(query)}
        return found

    def of_kind(self, kind: str, most: int) -> list[Recorded]:
        """The latest ``most`` events of a kind, oldest first."""
        query = sa.select(*EVENT_COLUMNS).where(EVENTS.c.kind == kind, EVENTS.c.salt.is_not(None))
        found = self._read(query.order_by(EVENTS.c.sequence.desc()).limit(most))
        return [event_of(row) for row in reversed(found)]

    def beside(self, kind: str, most: int) -> list[tuple[Recorded, float, float]]:
        """The latest ``most`` events of a kind, with probability and threshold of their scores."""
        said = EVENTS.alias("said")
        query = (
            sa.select(
                *(said.c[column.name] for column in EVENT_COLUMNS),
                EVENTS.c.denial_probability,
                EVENTS.c.threshold,
            )
            .join(EVENTS, sa.and_(EVENTS.c.score_id == said.c.score_id, EVENTS.c.kind == SCORE))
            .where(said.c.kind == kind, said.c.salt.is_not(None), EVENTS.c.salt.is_not(None))
            .order_by(said.c.sequence.desc())
            .limit(most)
        )
        found = []
        for row in self._read(query):
            values = dict(row)
            probability, threshold = values.pop("denial_probability"), values.pop("threshold")
            event = event_of(cast("sa.RowMapping", values))
            found.append((event, float(probability), float(threshold)))
        return found

    def answered(self, most: int) -> list[tuple[dict[str, Any], Mapping[str, object]]]:
        """The latest ``most`` scores that have an ``outcome``, each with the last of them.

        Of a score: ``claim_key``, ``claim_digest``, ``scored_at``, ``denial_probability``,
        ``decision`` and ``amount_at_risk``.
        """
        said = EVENTS.alias("said")
        query = (
            sa.select(
                EVENTS.c.score_id, EVENTS.c.claim_key, EVENTS.c.claim_digest, EVENTS.c.scored_at,
                EVENTS.c.denial_probability, EVENTS.c.decision, EVENTS.c.body,
                said.c.body.label("outcome"),
            )
            .join(EVENTS, sa.and_(EVENTS.c.score_id == said.c.score_id, EVENTS.c.kind == SCORE))
            .where(said.c.kind == "outcome", said.c.salt.is_not(None), EVENTS.c.salt.is_not(None))
            .order_by(said.c.sequence.desc())
            .limit(most)
        )  # fmt: skip
        found: dict[str, tuple[dict[str, Any], Mapping[str, object]]] = {}
        for row in self._read(query):
            score: dict[str, Any] = dict(row)
            outcome = json.loads(score.pop("outcome"))
            score["amount_at_risk"] = json.loads(score.pop("body"))["amount_at_risk"]
            found.setdefault(score.pop("score_id"), (score, outcome))
        return list(found.values())

    def kinds(self) -> dict[str, int]:
        """How many records there are of each kind."""
        query = sa.select(EVENTS.c.kind, sa.func.count().label("records")).group_by(EVENTS.c.kind)
        return {str(row["kind"]): int(row["records"]) for row in self._read(query)}


def _brief(row: sa.RowMapping) -> Brief:
    values: dict[str, Any] = dict(row)
    answer = json.loads(values.pop("body"))
    values["scored_at"] = dt.datetime.fromisoformat(values["scored_at"])
    return Brief(**values, answer=answer)
