"""Find records and events in the audit log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from service.audit.database import cause
from service.audit.event import SCORE
from service.audit.intervention import KINDS, Touched, mends
from service.audit.rows import EVENT_COLUMNS, RECORD_COLUMNS, event_of, key_text, record_of
from service.audit.tables import EVENTS, AuditError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from models.record import AuditRecord
    from service.audit.database import Database
    from service.audit.event import Recorded

_IN_ONE_QUERY: Final = 500
_SCORES: Final = sa.select(*RECORD_COLUMNS).where(
    EVENTS.c.kind == SCORE,
    EVENTS.c.salt.is_not(None),  # retention did not drop it
)
_PLACE: Final = sa.select(EVENTS.c.sequence, EVENTS.c.hash).where(EVENTS.c.kind == SCORE)
_LAST: Final = sa.select(*EVENT_COLUMNS).order_by(EVENTS.c.sequence.desc()).limit(1)
_EVENTS: Final = sa.select(*EVENT_COLUMNS).where(EVENTS.c.kind != SCORE, EVENTS.c.salt.is_not(None))

_SAID: Final = EVENTS.alias("said")
_OUTCOMES: Final = (
    sa.select(
        *(_SAID.c[column.name] for column in EVENT_COLUMNS),
        EVENTS.c.denial_probability,
        EVENTS.c.threshold,
    )
    .join(EVENTS, sa.and_(EVENTS.c.score_id == _SAID.c.score_id, EVENTS.c.kind == SCORE))
    .where(_SAID.c.kind == "outcome", _SAID.c.salt.is_not(None), EVENTS.c.salt.is_not(None))
    .order_by(_SAID.c.sequence)
)

_TOUCHED: Final = (
    sa.select(*(_SAID.c[column.name] for column in EVENT_COLUMNS), EVENTS.c.claim_key)
    .join(EVENTS, sa.and_(EVENTS.c.score_id == _SAID.c.score_id, EVENTS.c.kind == SCORE))
    .where(_SAID.c.kind.in_(KINDS), _SAID.c.salt.is_not(None), EVENTS.c.salt.is_not(None))
    .order_by(_SAID.c.sequence)
)


class Reading:
    """What can be asked of a log. Scores whose contents were dropped are not found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = database.reader

    def last(self) -> Recorded | None:
        """The last record of the log; of one that is no event the body is its answer."""
        found = self._read(_LAST)
        return event_of(found[0]) if found else None

    def get(self, score_id: str) -> AuditRecord | None:
        """The record of one score, ``None`` if there is none. Raises ``AuditError``."""
        found = self._records(_SCORES.where(EVENTS.c.score_id == score_id))
        return found[0] if found else None

    def place(self, score_id: str) -> tuple[int, str] | None:
        """Number and hash of the record of one score. Raises ``AuditError``."""
        found = self._read(_PLACE.where(EVENTS.c.score_id == score_id))
        return (found[0]["sequence"], found[0]["hash"]) if found else None

    def between(self, first: dt.datetime, end: dt.datetime) -> Iterator[AuditRecord]:
        """Every record of a score made from ``first`` on and before ``end``, oldest first (UTC).

        Raises ``AuditError``.
        """
        # Written by ``isoformat`` in one zone, texts stand in the order of their moments; a second
        # without a fraction sorts after those with one, so the bounds are looked at again.
        low, high = first.isoformat()[:16], (end + dt.timedelta(minutes=1)).isoformat()[:16]
        after = ""
        within = _SCORES.where(EVENTS.c.scored_at >= low, EVENTS.c.scored_at < high)
        while True:
            query = within.where(EVENTS.c.score_id > after).order_by(EVENTS.c.score_id)
            found = self._records(query.limit(_IN_ONE_QUERY))
            yield from (record for record in found if first <= record.scored_at < end)
            if len(found) < _IN_ONE_QUERY:
                return
            after = found[-1].score_id

    def latest(
        self, limit: int = 50, claim_key: int | None = None, before: str | None = None
    ) -> list[AuditRecord]:
        """The latest records, newest first.

        ``claim_key``: of this claim alone; ``before``: older than this score id, to page on.
        """
        query = _SCORES.order_by(EVENTS.c.score_id.desc()).limit(limit)
        if claim_key is not None:
            query = query.where(EVENTS.c.claim_key == key_text(claim_key))
        if before is not None:
            query = query.where(EVENTS.c.score_id < before)
        return self._records(query)

    def scores_of(self, claim_keys: Iterable[int]) -> list[AuditRecord]:
        """Every record of these claims, newest first. Raises ``AuditError``."""
        found: list[AuditRecord] = []
        for keys in _parts({key_text(key) for key in claim_keys}):
            found += self._records(_SCORES.where(EVENTS.c.claim_key.in_(keys)))
        return sorted(found, key=lambda record: record.score_id, reverse=True)

    def records_of(self, score_ids: Iterable[str]) -> list[AuditRecord]:
        """The records of these scores, in no order. Raises ``AuditError``."""
        found: list[AuditRecord] = []
        for part in _parts(set(score_ids)):
            found += self._records(_SCORES.where(EVENTS.c.score_id.in_(part)))
        return found

    def events_of(self, score_ids: Iterable[str], kind: str | None = None) -> list[Recorded]:
        """The events about these scores, oldest first; ``kind``: of this kind alone.

        Raises ``AuditError``.
        """
        found: list[Recorded] = []
        for part in _parts(set(score_ids)):
            query = _EVENTS.where(EVENTS.c.score_id.in_(part))
            if kind is not None:
                query = query.where(EVENTS.c.kind == kind)
            found += [event_of(row) for row in self._read(query)]
        return sorted(found, key=lambda event: event.sequence)

    def outcomes(self, after: int, most: int) -> list[tuple[Recorded, float, float]]:
        """``outcome`` events after that sequence, oldest first, with what their scores foretold.

        That is the probability of denial and the threshold then. Raises ``AuditError``.
        """
        query = _OUTCOMES.where(_SAID.c.sequence > after).limit(most)
        found = []
        for row in self._read(query):
            values = dict(row)
            probability, threshold = values.pop("denial_probability"), values.pop("threshold")
            event = event_of(cast("sa.RowMapping", values))
            found.append((event, float(probability), float(threshold)))
        return found

    def touched(self, after: int, most: int) -> tuple[list[Touched], int]:
        """Interventions (``service.audit.intervention``) recorded after that sequence.

        Oldest first, of at most ``most`` events; and the sequence to go on from, which is ``after``
        at the end of the log. Raises ``AuditError``.
        """
        found, last = [], after
        for row in self._read(_TOUCHED.where(_SAID.c.sequence > after).limit(most)):
            values = dict(row)
            key = int(values.pop("claim_key"), 16)
            event = event_of(cast("sa.RowMapping", values))
            last = event.sequence
            if mends(event):
                found.append(Touched.of(event, key))
        return found, last

    def _records(self, query: sa.Select[Any]) -> list[AuditRecord]:
        return [record_of(row) for row in self._read(query)]

    def _read(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        try:
            with self._reader.begin() as connection:
                return connection.execute(query).mappings().all()
        except sa.exc.SQLAlchemyError as error:
            text = f"The audit log {self._database.name} cannot be read ({cause(error)})."
            raise AuditError(text) from None


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    """``values`` in parts that one query can name."""
    every = sorted(values)
    for start in range(0, len(every), _IN_ONE_QUERY):
        yield every[start : start + _IN_ONE_QUERY]
