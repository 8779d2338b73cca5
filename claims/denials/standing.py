"""Which denials still stand, when several answers to one claim are at hand.

Answers to one claim (same id, same payer) are taken in the order in which they became known, then
in the order of the files. A denial no longer stands when a later answer takes it back, answers a
replacement of the claim, or answers one of the same lines again. An answer that only says
*duplicate* takes nothing back: it is about the copy. Ids on more than twenty answers are
placeholders, and nothing is inferred from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from claims.denials.decode import REPLACED, Denial, denials, undecided
from claims.labels import PLACEHOLDER_ABOVE
from claims.outcome import known_on, plain_status

if TYPE_CHECKING:
    import datetime as dt

    from claims.carc import Catalogue
    from claims.types import Claim, Remittance

    LineKey = tuple[str, dt.date | None]

_REVERSAL: Final = "22"


class _Answer(NamedTuple):
    """What later and earlier answers need to know of one."""

    day: int
    order: int
    payer: str
    takes_back: bool
    decides: bool
    replacement: bool
    lines: frozenset[LineKey]
    paid: frozenset[LineKey]
    whole_paid: bool
    known_on: dt.date | None


class Ledger:
    """Answers of payers, read one after the other; then the denials that still stand."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._answers: dict[str, list[_Answer]] = {}
        self._denied: list[tuple[_Answer, tuple[Denial, ...]]] = []
        self._seen: set[tuple[str, str, str, int, str]] = set()
        self.remittances = 0
        self.denied = 0
        self.undecided = 0
        self.superseded = 0
        self.repeated = 0

    def add(self, remittance: Remittance) -> None:
        """Take one answer; one that was read before (a copy of a file) counts once."""
        found = denials(remittance, self._catalogue)
        answer = _answer(remittance, self.remittances, found)
        if remittance.payer_claim_number and self._met(remittance, answer):
            self.repeated += 1
            return
        self.remittances += 1
        self.undecided += undecided(remittance)
        self._answers.setdefault(remittance.claim_id, []).append(answer)
        if found:
            self.denied += 1
            self._denied.append((answer, found))

    def standing(self) -> list[Denial]:
        """The denials that still stand, in the order in which they were read."""
        self.superseded = 0
        found: list[Denial] = []
        for answer, several in self._denied:
            for denial in several:
                if self._stands(denial, answer):
                    found.append(denial)
                else:
                    self.superseded += 1
        return found

    def paid_on(self, denial: Denial) -> dt.date | None:
        """The day on which the payer paid the same lines of the same claim, ``None``: not known."""
        keys = _keys(denial)
        for answer in self._others(denial):
            if answer.paid & keys or (answer.whole_paid and not keys):
                return answer.known_on
        return None

    def _met(self, remittance: Remittance, answer: _Answer) -> bool:
        mark = (
            remittance.claim_id,
            remittance.payer_claim_number,
            remittance.trace,
            answer.day,
            f"{plain_status(remittance.status)} {remittance.charge} {remittance.paid} "
            f"{hash(remittance.lines)} {hash(remittance.adjustments)}",
        )
        known = mark in self._seen
        self._seen.add(mark)
        return known

    def _others(self, denial: Denial) -> list[_Answer]:
        answers = self._answers.get(denial.remittance.claim_id, [])
        if not denial.remittance.claim_id or len(answers) > PLACEHOLDER_ABOVE:
            return []
        payer = denial.remittance.payer_id
        return [one for one in answers if not payer or not one.payer or one.payer == payer]

    def _stands(self, denial: Denial, own: _Answer) -> bool:
        keys = _keys(denial)
        for later in self._others(denial):
            if (later.day, later.order) <= (own.day, own.order):
                continue
            if later.takes_back:
                return False
            same = not keys or not later.lines or bool(keys & later.lines)
            if later.decides and (later.replacement or same):
                return False
        return True


def _answer(remittance: Remittance, order: int, found: tuple[Denial, ...]) -> _Answer:
    known = known_on(remittance)
    only_copy = bool(found) and all(one.facts.category == "duplicate" for one in found)
    status = plain_status(remittance.status)
    decides = not undecided(remittance) and not only_copy
    return _Answer(
        day=0 if known is None else known.toordinal(),
        order=order,
        payer=remittance.payer_id,
        takes_back=status == _REVERSAL or remittance.charge < 0,
        decides=decides,
        replacement=remittance.frequency in REPLACED,
        lines=frozenset((one.procedure, one.service_from) for one in remittance.lines),
        paid=frozenset(
            (one.procedure, one.service_from) for one in remittance.lines if one.paid > 0
        ),
        whole_paid=decides and remittance.paid > 0,
        known_on=known,
    )


def _keys(denial: Denial) -> frozenset[LineKey]:
    return frozenset((line.procedure, line.service_from) for line in denial.lines)


class Sent:
    """The claims behind the denials, out of all that were sent, and what was sent again since."""

    def __init__(self, found: list[Denial]) -> None:
        self._ids = {one.remittance.claim_id for one in found if one.remittance.claim_id}
        self._numbers = {
            one.remittance.payer_claim_number for one in found if one.remittance.payer_claim_number
        }
        self._by_id: dict[str, list[Claim]] = {}
        self._by_number: dict[str, list[Claim]] = {}

    def add(self, claim: Claim) -> None:
        """Take one claim; it is kept only when it belongs to one of the denials."""
        if claim.claim_id in self._ids:
            self._by_id.setdefault(claim.claim_id, []).append(claim)
        if claim.original_reference in self._numbers:
            self._by_number.setdefault(claim.original_reference, []).append(claim)

    def claim(self, denial: Denial) -> Claim | None:
        """The claim that was denied: the last of its id sent by the day of the answer."""
        known = denial.known_on
        found = [
            one
            for one in self._of_id(denial)
            if known is None or one.submitted_on is None or one.submitted_on <= known
        ]
        return max(found, key=lambda one: str(one.submitted_on or ""), default=None)

    def resent_on(self, denial: Denial) -> dt.date | None:
        """The last day after the answer on which the claim was sent again, not to void it."""
        known = denial.known_on
        if known is None:
            return None
        number = denial.remittance.payer_claim_number
        again = [*self._of_id(denial), *self._by_number.get(number, [])]
        days = [
            one.submitted_on
            for one in again
            if one.submitted_on is not None and one.submitted_on > known and one.frequency != "8"
        ]
        return max(days, default=None)

    def _of_id(self, denial: Denial) -> list[Claim]:
        found = self._by_id.get(denial.remittance.claim_id, [])
        return found if len(found) <= PLACEHOLDER_ABOVE else []
