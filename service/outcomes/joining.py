"""Recording in the audit log what became of the claims that were scored, once for each score.

The log holds at most one ``outcome`` event a score that says the same: before anything is recorded
the log is asked what it has, and one process asks at a time. Who is killed in between leaves his
remittances marked as not yet told, and the next to come tells them.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.rows import deciding
from features import running
from service.audit.event import Event
from service.outcomes.base_tables import BaseTables
from service.outcomes.verdict import Answer, outcomes
from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from service.audit.repository import AuditRepository
    from service.outcomes.store import OutcomeStore

    Append = Callable[[Sequence[Event]], None]

OUTCOME: Final = "outcome"
_LOCK: Final = ".telling"
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Joined:
    """Keys of the claims that were scored here, and how many events were recorded."""

    scored: frozenset[int]
    recorded: int


class Joining:
    """Joins what is in ``store`` to the scores in ``repository``, and appends what that says."""

    def __init__(
        self, home: Path, store: OutcomeStore, repository: AuditRepository, append: Append
    ) -> None:
        self._home = home
        self._store = store
        self._repository = repository
        self._append = append

    def tell(self, keys: Collection[int]) -> Joined:
        """Record the outcomes of the scores of these claims. Raises ``UserError``."""
        with self._turn():
            parts = [self._tell(part) for part in _parts(keys)]
        scored = frozenset(key for part in parts for key in part.scored)
        return Joined(scored, sum(part.recorded for part in parts))

    def tell_untold(self) -> int:
        """Record what somebody who was killed left; how many claims that were."""
        count = 0
        while keys := self._store.untold(_AT_ONCE):
            self.tell(keys)
            count += len(keys)
        return count

    def _tell(self, keys: Sequence[int]) -> Joined:
        posted = self._store.answers(keys)
        answers = [Answer.of_row(one.name, one.place, one.row) for one in posted if one.row]
        scores = self._repository.scores_of(keys)
        scored = frozenset(score.claim_key for score in scores)
        wanted = outcomes(scores, [*answers, *self._trained(scored)])
        # The last event of a score is what holds; an equal one would say nothing new.
        told = {one.score_id: one.body for one in self._repository.events_of(wanted, OUTCOME)}
        events = [
            Event(OUTCOME, score_id, body)
            for score_id, body in sorted(wanted.items())
            if told.get(score_id) != body
        ]
        if events:
            self._append(events)
        self._store.tell([one.name for one in posted])
        return Joined(scored, len(events))

    def _trained(self, keys: Collection[int]) -> list[Answer]:
        """The adjudications of these claims among what the last training read."""
        base = running.base(self._home)
        if base is None or not keys:
            return []
        tables = BaseTables(base)
        chosen = np.isin(tables.answers, np.array(sorted(keys), np.uint64))
        texts = deciding(*tables.remittances(chosen))
        return [Answer.of_row(name, place, text) for place, (name, text) in enumerate(texts)]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            handle = os.open(self._home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            text = f"The folder {self._home} cannot be written ({error.strerror})"
            raise StateError(f"{text}: make it writable or set PRECLEAR_HOME.") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the process, however that ends
            yield
        finally:
            os.close(handle)


def _parts(keys: Collection[int]) -> Iterator[list[int]]:
    every = sorted(keys)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
