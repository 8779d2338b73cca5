"""Denials in the order in which they are worth working: what each is, and what it may bring.

The expected value of a denial is the amount denied times the chance that it is paid when it is sent
again, less the cost of the work. They are ordered by expected dollars a minute of work; among
equals the nearer deadline comes first. What cannot be sent again stands at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from claims.denials.choose import Choice, Circumstances, Limits, NoLimits, choose
from claims.denials.next_actions import WORKED, NextAction, group_words
from features.hashing import code_hash
from models.recovery import Chance, Recovery

if TYPE_CHECKING:
    import datetime as dt

    from claims.denials.decode import Denial
    from claims.denials.standing import Ledger, Sent

LimitsOf = Callable[[str, str], Limits]
"""The limits of a payer, by its id and claim filing code (``claims.profiles.Profiles.of``)."""

MINUTES: Final[Mapping[NextAction, float]] = MappingProxyType(
    {
        "correct_and_resubmit": 15.0,
        "resubmit_with_documents": 25.0,
        "appeal": 45.0,
        "bill_other_payer": 15.0,
        "bill_patient": 10.0,
        "write_off": 2.0,
        "no_action": 5.0,
    }
)
_UNKNOWN: Final = 0.5
"""What an unknown chance is taken for, in the order alone (Laplace's rule, nothing counted)."""
_ENOUGH: Final = 20
"""Resubmissions of a category from which its chance may speak for a write-off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What work costs: ``wage`` in dollars a minute, ``minutes`` by next action."""

    wage: float = 0.5
    minutes: Mapping[NextAction, float] = field(default_factory=lambda: MINUTES)


@dataclass(frozen=True, slots=True)
class CodeText:
    """A code as it stands in the remittance, and what it says in plain words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class RecoveryChance:
    """Chance that it is paid when it is sent again; ``resent`` of ``seen`` denials of its category
    were, in the history that it was learned from."""

    probability: float
    resent: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """One denial, decoded and ranked. Amounts are dollars as text, days are ISO dates or ``None``.

    ``lines`` are line numbers of the claim, empty where the claim was denied as a whole; ``also``
    are further reasons given for the same lines. ``deadline`` is the last day for ``next_action``,
    ``days_left`` counts to it (negative: past). ``sent_on`` is the day the claim was sent, where
    the claim is at hand. ``chance`` and ``expected_value`` are ``None`` where nothing was learned
    that speaks of them.
    """

    rank: int
    claim_id: str
    payer_claim_number: str
    payer_id: str
    payer_name: str
    billing_npi: str
    service_from: str | None
    sent_on: str | None
    decided_on: str | None
    known_on: str | None
    lines: tuple[int, ...]
    procedures: tuple[str, ...]
    whole_claim: bool
    amount: str
    group: CodeText
    carc: CodeText
    remarks: tuple[CodeText, ...]
    also: tuple[CodeText, ...]
    category: str
    mendable: str
    kind: str
    standing: str
    owner: str
    next_action: str
    text: str
    reason: str
    documents: tuple[str, ...]
    appealable: bool
    appeal_by: str | None
    resubmit_by: str | None
    deadline: str | None
    days_left: int | None
    chance: RecoveryChance | None
    minutes: float
    expected_value: str | None


def to_dict(one: Triaged) -> dict[str, Any]:
    """The denial as JSON values."""
    return asdict(one)


def no_limits(payer_id: str, filing_code: str) -> Limits:
    """Of no payer is anything known."""
    return NoLimits()


def triage(
    ledger: Ledger,
    as_of: dt.date,
    *,
    sent: Sent | None = None,
    limits: LimitsOf = no_limits,
    recovery: Recovery | None = None,
    work: Work | None = None,
) -> list[Triaged]:
    """The standing denials of ``ledger`` as of a day, the one most worth working first.

    ``sent`` are the claims behind them, where they are at hand; without a ``recovery`` no chance is
    given, and the order takes all for equal.
    """
    costs = work or Work()
    found = [
        _weighed(denial, _circumstances(denial, ledger, sent, limits, as_of), recovery, costs)
        for denial in ledger.standing()
    ]
    found.sort(key=_order)
    return [_told(one, rank, as_of) for rank, one in enumerate(found, start=1)]


def of_history(recovery: Recovery | None) -> dict[str, int] | None:
    """What the chances rest on: denials seen, those sent again within so many days, those paid."""
    if recovery is None:
        return None
    seen, resent, paid = recovery.all()
    return {"days": recovery.days, "seen": seen, "resent": resent, "paid": paid}


def totals(found: Iterable[Triaged]) -> dict[str, int]:
    """How many denials call for each next action, the most frequent first."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.next_action] = counts.get(one.next_action, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A denial with its choice; ``likely`` is what the order goes by, ``value`` what is told."""

    denial: Denial
    sent_on: dt.date | None
    choice: Choice
    chance: Chance | None
    minutes: float
    value: float | None
    likely: float


def _circumstances(
    denial: Denial, ledger: Ledger, sent: Sent | None, limits: LimitsOf, as_of: dt.date
) -> Circumstances:
    remittance = denial.remittance
    return Circumstances(
        as_of=as_of,
        limits=limits(remittance.payer_id, remittance.filing_code),
        claim=None if sent is None else sent.claim(denial),
        resent_on=None if sent is None else sent.resent_on(denial),
        paid_on=ledger.paid_on(denial) if denial.facts.category == "duplicate" else None,
    )


def _weighed(
    denial: Denial, known: Circumstances, recovery: Recovery | None, work: Work
) -> _Weighed:
    choice = choose(denial, known)
    on = None if known.claim is None else known.claim.submitted_on
    minutes = work.minutes[choice.next_action]
    amount = float(denial.amount)
    if choice.next_action in ("write_off", "no_action"):
        return _Weighed(denial, on, choice, None, minutes, 0.0, -amount)
    cost = minutes * work.wage
    if choice.next_action in WORKED and amount <= cost:
        why = f"The amount, ${amount:,.2f}, is no more than the work would cost (${cost:,.2f})."
        return _written_off(denial, on, choice, work, why)
    chance = None
    if recovery is not None and choice.next_action in WORKED:
        payer = code_hash(denial.remittance.payer_id)
        chance = recovery.chance(denial.facts.category or "other", payer)
    if chance is None or not chance.resent:
        return _Weighed(denial, on, choice, None, minutes, None, amount * _UNKNOWN - cost)
    value = amount * chance.chance - cost
    if value < 0 and chance.resent >= _ENOUGH:
        brings = amount * chance.chance
        why = f"It is likely to bring ${brings:,.2f}, and the work would cost ${cost:,.2f}."
        return _written_off(denial, on, choice, work, why)
    return _Weighed(denial, on, choice, chance, minutes, value, value)


def _written_off(
    denial: Denial, sent_on: dt.date | None, choice: Choice, work: Work, why: str
) -> _Weighed:
    given_up = replace(
        choice,
        next_action="write_off",
        text="Write it off, unless your own policy on small balances says otherwise.",
        reason=why,
        documents=(),
    )
    minutes = work.minutes["write_off"]
    return _Weighed(denial, sent_on, given_up, None, minutes, 0.0, -float(denial.amount))


def _order(one: _Weighed) -> tuple[bool, float, float, str]:
    closed = one.choice.next_action in ("write_off", "no_action")
    rate = one.likely if closed else -round(one.likely / max(one.minutes, 0.1), 2)
    deadline = one.choice.deadline
    last = float("inf") if deadline is None else float(deadline.toordinal())
    return closed, rate, last, one.denial.remittance.claim_id


def _told(one: _Weighed, rank: int, as_of: dt.date) -> Triaged:
    denial, choice, remittance = one.denial, one.choice, one.denial.remittance
    facts = denial.facts
    chance = one.chance
    deadline = choice.deadline
    return Triaged(
        rank=rank,
        claim_id=remittance.claim_id,
        payer_claim_number=remittance.payer_claim_number,
        payer_id=remittance.payer_id,
        payer_name=remittance.payer_name,
        billing_npi=remittance.payee_npi,
        sent_on=_iso(one.sent_on),
        service_from=_iso(denial.service_from),
        decided_on=_iso(denial.decided_on),
        known_on=_iso(denial.known_on),
        lines=tuple(line.number for line in denial.lines),
        procedures=tuple(dict.fromkeys(line.procedure for line in denial.lines if line.procedure)),
        whole_claim=denial.whole,
        amount=f"{denial.amount:.2f}",
        group=CodeText(denial.group, group_words(denial.group)),
        carc=CodeText(facts.code, facts.meaning),
        remarks=tuple(CodeText(said.code, said.meaning) for said in denial.remarks),
        also=tuple(CodeText(other.code, other.meaning) for other in denial.others),
        category=facts.category or "other",
        mendable=facts.mendable,
        kind=facts.kind,
        standing=choice.standing,
        owner=facts.owner,
        next_action=choice.next_action,
        text=choice.text,
        reason=choice.reason,
        documents=choice.documents,
        appealable=choice.appealable,
        appeal_by=_iso(choice.appeal_by),
        resubmit_by=_iso(choice.resubmit_by),
        deadline=_iso(deadline),
        days_left=None if deadline is None else (deadline - as_of).days,
        chance=None if chance is None else RecoveryChance(*chance),
        minutes=one.minutes,
        expected_value=None if one.value is None else f"{one.value:.2f}",
    )


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
