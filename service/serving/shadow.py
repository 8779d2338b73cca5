"""The challenger in shadow: asked about claims that were scored, heard by nobody but the audit log.

It is asked after the answer is on record, in a thread of its own, about the feature values of that
record: both models see the same row. When more comes than it can do, it lets claims pass and counts
them; a request never waits for it.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.categories import CATEGORIES
from service.audit.event import Event
from service.audit.tables import AuditError
from service.metrics import shadow as counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.denial import DenialModel
    from models.record import AuditRecord
    from models.score import ModelRef
    from service.audit.writer import AuditWriter

KIND: Final = "shadow"
MOST: Final = 2_000
"""Claims that wait at the most."""
_TOGETHER: Final = 64
_log = logging.getLogger("preclear.serving")

Challenger = tuple["DenialModel", "ModelRef"]


class Shadow:
    """Asks the challenger, when there is one, about a ``share`` of the scores."""

    def __init__(self, writer: AuditWriter, share: float, most: int = MOST) -> None:
        self._writer = writer
        self._share = share
        self._most = most
        self._challenger: Challenger | None = None
        self._waiting: deque[AuditRecord] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._closed = False
        self._failing = False
        self.scored = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._thread.start()

    def challenger(self) -> ModelRef | None:
        """Who is asked, if anybody."""
        now = self._challenger
        return None if now is None else now[1]

    def follow(self, challenger: Challenger | None) -> None:
        """Ask this one from now on; ``None``: nobody."""
        self._challenger = challenger

    def offer(self, records: Sequence[AuditRecord]) -> None:
        """Take scores that are on record. Never waits."""
        if self._challenger is None:
            return
        chosen = [one for one in records if picked(one.score_id, self._share)]
        with self._changed:
            room = 0 if self._closed else self._most - len(self._waiting)
            self._waiting.extend(chosen[:room])
            lost = len(chosen[room:])
            self._changed.notify()
        if lost:
            self.dropped += lost
            counted.DROPPED.inc(lost)

    def settle(self) -> None:
        """Wait until all that was taken is answered and written, or given up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._busy)

    def close(self) -> None:
        """Let go of what waits: a shadow is worth no delay of the end."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                some = min(_TOGETHER, len(self._waiting))
                group = [self._waiting.popleft() for _ in range(some)]
                self._busy = True
            self._ask(group)

    def _ask(self, group: Sequence[AuditRecord]) -> None:
        challenger = self._challenger
        if challenger is None:
            return
        try:
            events = told(group, *challenger)
            self._writer.submit(events).result()
        except Exception as error:  # whatever it is, the claims were answered without it
            self.dropped += len(group)
            counted.DROPPED.inc(len(group))
            if not self._failing:
                said = str(error) if isinstance(error, AuditError) else type(error).__name__
                _log.warning("the challenger's answers are not recorded: %s", said)
            self._failing = True
        else:
            self._failing = False
            self.scored += len(group)
            for event in events:
                counted.asked(challenger[1].version, same=bool(event.body["same"]))


def picked(score_id: str, share: float) -> bool:
    """Whether a score is among the ``share`` that is asked about; by its random id alone."""
    return zlib.crc32(score_id.encode()) < share * 2**32


def told(records: Sequence[AuditRecord], model: DenialModel, reference: ModelRef) -> list[Event]:
    """What ``model`` says of the feature values of ``records``, each as an event of its score.

    ``flagged``: the probability reaches the model's threshold; ``same``: as the score's did.
    """
    said = model.predict(np.concatenate([record.values() for record in records]))
    likeliest = said.category_probability.argmax(axis=1).tolist()
    events = []
    for place, record in enumerate(records):
        probability = float(said.probability[place])
        flagged = probability >= model.threshold
        same = flagged == (record.denial_probability >= record.threshold)
        body = {
            "model": {
                "name": reference.name,
                "version": reference.version,
                "digest": reference.digest,
            },
            "denial_probability": probability,
            "raw_score": float(said.raw[place]),
            "threshold": model.threshold,
            "category": CATEGORIES[likeliest[place]],
            "flagged": flagged,
            "same": same,
        }
        events.append(Event(KIND, record.score_id, body, record.caller))
    return events
