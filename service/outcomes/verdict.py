"""Which answer of a payer is the outcome of which score, and what is recorded of it.

The rules are those of ``claims.labels``, seen from the score: an answer belongs to what was sent on
an earlier day, and the first answer after a submission is its outcome. Of several scores of a claim
before its answer the last is of the claim as it was sent (``as_sent``); the others were of drafts
that were changed or looked at again (``replaced``). A score that was made after the answer was
known is ``retrospective``: it foretold nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.score import payer_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from models.record import AuditRecord

AS_SENT: Final = "as_sent"
REPLACED: Final = "replaced"
Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """One adjudication of a claim: its name (a digest), and what it says."""

    name: str
    claim_key: int
    known_on: dt.date
    place: int
    outcome: str
    category: str
    carc: str
    payer: str

    @classmethod
    def of_row(cls, name: str, place: int, text: str) -> Answer:
        """The answer in a row of ``claims.rows``, which must be one that decides."""
        values = json.loads(text)[0]
        return cls(
            name=name,
            claim_key=values["claim_key"],
            known_on=dt.date.fromisoformat(values["known_on"]),
            place=place,
            outcome=values.get("outcome", ""),
            category=values.get("category", ""),
            carc=values.get("carc", ""),
            payer=payer_id(str(values.get("payer_id", ""))),
        )


def outcomes(scores: Iterable[AuditRecord], answers: Iterable[Answer]) -> dict[str, Body]:
    """What is to be recorded of each of the ``scores`` that has its outcome, by score id."""
    of_claim: dict[int, list[AuditRecord]] = {}
    for score in scores:
        of_claim.setdefault(score.claim_key, []).append(score)
    said: dict[int, list[Answer]] = {}
    for answer in {one.name: one for one in answers}.values():
        said.setdefault(answer.claim_key, []).append(answer)
    found: dict[str, Body] = {}
    for key, own in of_claim.items():
        for submission, (answer, group) in enumerate(_episodes(own, said.get(key, [])), start=1):
            found |= _bodies(answer, group, submission)
    return found


def _episodes(
    scores: Sequence[AuditRecord], answers: Sequence[Answer]
) -> Iterator[tuple[Answer, list[AuditRecord]]]:
    """The scores that each answer belongs to; an answer without any ends nothing."""
    ordered = sorted(answers, key=lambda one: (one.known_on, one.place, one.name))
    left = sorted(scores, key=lambda score: (score.as_of, score.score_id))
    first = True
    for answer in ordered:
        group = [score for score in left if score.as_of < answer.known_on]
        if not group and first:
            # Nothing was sent earlier: what was sent that day was answered that day.
            group = [score for score in left if score.as_of == answer.known_on]
        if group:
            yield answer, group
        first = False
        left = left[len(group) :]


def _bodies(answer: Answer, group: Sequence[AuditRecord], submission: int) -> Mapping[str, Body]:
    live = [score for score in group if score.scored_at.date() <= answer.known_on]
    sent = (live or group)[-1]
    return {
        score.score_id: {
            "remittance": answer.name,
            "known_on": answer.known_on.isoformat(),
            "outcome": answer.outcome,
            "category": answer.category,
            "carc": answer.carc,
            "payer": answer.payer,
            "submission": submission,
            "standing": AS_SENT if score is sent else REPLACED,
            "retrospective": score.scored_at.date() > answer.known_on,
        }
        for score in group
    }
