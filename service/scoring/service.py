"""Score claims, write each score to the audit log, and only then hand it out."""

from __future__ import annotations

import datetime as dt
import json
import logging
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from claims.stages import Stage, watched
from models.record import AuditRecord, packed
from models.score import to_dict
from service.audit.digest import claim_digest, code_digest
from service.audit.tables import AuditError
from service.idempotency.keeping import keep, keeps, recalled
from service.ids import new_score_id
from service.metrics.scores import recorded
from service.problems import Problem, internal, unavailable
from service.scoring.lane import Lane, StoppingError
from service.scoring.names import in_callers_words
from service.tracing.spans import span, tell, tracing
from service.wake import finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.keys import Keys
    from models.scoring import Scored
    from service.audit.writer import AuditWriter
    from service.scoring.requests import Ask
    from service.serving.serving import Serving
    from service.serving.shadow import Shadow

Answer = dict[str, object]
Recorded = tuple[Answer, AuditRecord]
Stages = tuple[Stage, ...]
_log = logging.getLogger("preclear.service")


@dataclass(frozen=True, slots=True)
class About:
    """What stays the same for every score of a process and goes into each record."""

    features_digest: str
    code_version: str


class ScoringService:
    """The way of a claim from request to answer; shared by all requests of a process."""

    def __init__(
        self, keys: Keys, writer: AuditWriter, about: About, shadow: Shadow | None = None
    ) -> None:
        """``shadow`` is offered each score once it is on record."""
        self._keys = keys
        self._writer = writer
        self._about = about
        self._shadow = shadow
        # One thread: scoring is computation, and while it runs the event loop still answers
        # health checks and the audit log commits.
        self._lane: Lane[Recorded | Problem] = Lane(self._staged, self._to_writer)

    def close(self) -> None:
        """Finish what is being scored."""
        self._lane.close()

    def waiting(self) -> int:
        """How many claims wait to be scored."""
        return self._lane.waiting()

    async def score_one(self, ask: Ask, serving: Serving) -> Answer:
        """The answer of ``serving`` for one claim.

        Raises ``Problem``: 500, or 503 when it cannot be recorded. Claims that come while others
        are being scored are scored together next, by one model: sixteen cost about as much as
        three, and each has the answer that it would have alone, bit for bit.
        """
        before = await recalled([ask.claim.claim_id])
        if before is not None:
            return in_callers_words(cast("Answer", before[0]), ask.paths)
        # What is not to be kept first, or traced, goes from thread to thread: each turn that it had
        # to take in the event loop would be behind all that arrives meanwhile.
        at_once = not keeps() and not tracing()
        try:
            found, stages, together = await finished(self._lane.single(ask, serving, at_once))
        except StoppingError:
            raise _stopping() from None
        except AuditError as error:
            raise _not_recorded(error) from None
        tell(stages, together)
        if isinstance(found, Problem):
            raise found
        if at_once:
            self._on_record([found[1]])
        else:
            await keep([found[0]])
            await self._record([found[1]])
        return in_callers_words(found[0], ask.paths)

    async def score_slots(
        self, slots: Sequence[Ask | Problem], serving: Serving
    ) -> list[Answer | Problem]:
        """The answer of ``serving`` or a problem for each slot; a problem stays what it is.

        At most ``lane.CHUNK`` slots should be given at once. A claim that cannot be scored gets a
        problem of its own; when nothing can be recorded, each claim gets that problem.
        """
        asks = [slot for slot in slots if not isinstance(slot, Problem)]
        before = await recalled([ask.claim.claim_id for ask in asks]) if asks else None
        if before is not None:
            return _placed(slots, before)
        try:
            scored, stages = await finished(self._lane.part(asks, serving))
        except StoppingError:
            return [slot if isinstance(slot, Problem) else _stopping() for slot in slots]
        tell(stages, len(asks))
        records = [pair[1] for pair in scored if not isinstance(pair, Problem)]
        try:
            if asks:
                await keep(
                    [one.document() if isinstance(one, Problem) else one[0] for one in scored]
                )
            if records:
                await self._record(records)
        except Problem as problem:
            scored = [pair if isinstance(pair, Problem) else problem for pair in scored]
        return _placed(slots, [one if isinstance(one, Problem) else one[0] for one in scored])

    async def _record(self, records: Sequence[AuditRecord]) -> None:
        try:
            with span("record"):
                await self._writer.add(records)
        except AuditError as error:
            raise _not_recorded(error) from None
        self._on_record(records)

    def _to_writer(self, found: Sequence[Recorded | Problem]) -> Future[None]:
        """Hand over what is to be recorded. Raises ``AuditError``."""
        records = [one[1] for one in found if not isinstance(one, Problem)]
        if records:
            return self._writer.submit(records)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def _on_record(self, records: Sequence[AuditRecord]) -> None:
        recorded(records)
        if self._shadow is not None:
            self._shadow.offer(records)

    def _staged(
        self, asks: Sequence[Ask], serving: Serving
    ) -> tuple[list[Recorded | Problem], Stages]:
        """What ``_each`` gives, and the stages of its work where traces are made."""
        if not tracing():
            return self._each(asks, serving), ()
        with watched() as stages:
            return self._each(asks, serving), tuple(stages)

    def _each(self, asks: Sequence[Ask], serving: Serving) -> list[Recorded | Problem]:
        try:
            return list(self._answers(asks, serving))
        except Exception:  # one of them is at fault: find out which
            return [self._alone(ask, serving) for ask in asks]

    def _alone(self, ask: Ask, serving: Serving) -> Recorded | Problem:
        try:
            return self._answers([ask], serving)[0]
        except Exception as error:
            return internal(error)

    def _answers(self, asks: Sequence[Ask], serving: Serving) -> list[Recorded]:
        scored = serving.scorer.score(
            [ask.claim for ask in asks],
            [ask.as_of for ask in asks],
            [ask.precision for ask in asks],
            [ask.edits for ask in asks],
        )
        return [self._answer(ask, one, serving) for ask, one in zip(asks, scored, strict=True)]

    def _answer(self, ask: Ask, scored: Scored, serving: Serving) -> Recorded:
        moment = dt.datetime.now(dt.UTC)
        stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        score = replace(scored.score, score_id=new_score_id(), scored_at=stamp)
        answer = to_dict(score)
        kept = {name: value for name, value in answer.items() if name != "claim_id"}
        record = AuditRecord(
            score_id=score.score_id,
            scored_at=moment,
            as_of=ask.as_of,
            claim_key=self._keys.claim(ask.claim.claim_id),
            claim_digest=claim_digest(ask.claim, self._keys),
            model_name=score.model.name,
            model_version=score.model.version,
            model_digest=score.model.digest,
            history_digest=serving.history.digest,
            code_version=self._about.code_version,
            features_digest=self._about.features_digest,
            features=packed(scored.values),
            denial_probability=score.denial_probability,
            decision=score.decision,
            threshold=score.threshold,
            answer=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
            rules_digest=score.rules.digest,
            caller=ask.caller,
            purpose=ask.purpose,
            code_digest=code_digest(),
        )
        return answer, record


def _stopping() -> Problem:
    return unavailable("The service is stopping.", "stopping")


def _not_recorded(error: AuditError) -> Problem:
    _log.error("no score was given: %s", error)
    text = "The score could not be recorded, so it is not given; try again shortly."
    return unavailable(text, "audit-unavailable")


def _placed(
    slots: Sequence[Ask | Problem], answers: Sequence[Answer | Problem]
) -> list[Answer | Problem]:
    """``answers`` in the slots of their claims, each in its caller's words."""
    left = iter(answers)
    placed: list[Answer | Problem] = []
    for slot in slots:
        if isinstance(slot, Problem):
            placed.append(slot)
            continue
        answer = next(left)
        words = answer if isinstance(answer, Problem) else in_callers_words(answer, slot.paths)
        placed.append(words)
    return placed
