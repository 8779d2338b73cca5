"""The next action on a denial: from the reason code, the group, the remarks and the calendar.

The reason code proposes (``claims/carc.csv``, column ``action``); the others dispose:

* A claim with remark MA130 was sent back as unprocessable. It can be sent again, complete, as a new
  claim, and not appealed (Medicare Claims Processing Manual, chapter 1, section 80.3.2).
* A patient is billed only for amounts of group PR, and never where a remark forbids it.
* Where the payer's limit for an appeal or a corrected claim is known and past, there is none.
* What was corrected once and denied again is appealed, not corrected again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from claims.denials.documents import documents
from claims.denials.steps import step

if TYPE_CHECKING:
    import datetime as dt

    from claims.categories import Category
    from claims.denials.decode import Denial
    from claims.denials.next_actions import NextAction, Standing
    from claims.types import Claim

_PATIENT_OWES: Final = frozenset(
    {"eligibility", "medical_necessity", "non_covered", "benefit_limit"}
)
VAGUE: Final = frozenset({"16", "96", "107", "125", "129", "148", "226", "252", "272", "A1"})
"""Reason codes of which a remark says what is meant."""
_TWO_SERVICES: Final = "B20"
_PART_B: Final = "MB"
_PATIENCE: Final = 45
"""Days after which an answer is asked for. Medicare pays clean claims within 30 (42 CFR 405.922),
state laws on prompt payment mostly within 30 to 45."""


_STATUS: Final = "Send nothing more; ask the payer for the status of what was sent again."


class Limits(Protocol):
    """A payer's limits (``claims.profiles.Profile``); ``None`` where nobody said."""

    def last_filing_day(self, served: dt.date) -> dt.date | None:
        """The last day for a first claim for ``served``."""

    def last_corrected_day(self, served: dt.date, decided: dt.date | None) -> dt.date | None:
        """The last day for a corrected claim."""

    def last_appeal_day(self, decided: dt.date) -> dt.date | None:
        """The last day for an appeal of what was decided on ``decided``."""


class NoLimits:
    """Of a payer nothing is known."""

    def last_filing_day(self, served: dt.date) -> dt.date | None:
        """Not known."""
        return None

    def last_corrected_day(self, served: dt.date, decided: dt.date | None) -> dt.date | None:
        """Not known."""
        return None

    def last_appeal_day(self, decided: dt.date) -> dt.date | None:
        """Not known."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the remittance, as of a day.

    ``claim`` is the claim that was denied, where it is at hand; ``resent_on`` the day on which it
    was sent again, still without an answer; ``paid_on`` the day on which the same service was paid.
    """

    as_of: dt.date
    limits: Limits
    claim: Claim | None = None
    resent_on: dt.date | None = None
    paid_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do next. ``text`` says it, ``reason`` why this and not what the code proposes.

    ``deadline`` is the last day for ``next_action``; ``appealable`` says whether an appeal is still
    open, as far as is known. ``documents`` belong to an appeal or to what the payer asked for.
    """

    next_action: NextAction
    standing: Standing
    text: str
    reason: str
    appealable: bool
    appeal_by: dt.date | None
    resubmit_by: dt.date | None
    documents: tuple[str, ...]

    @property
    def deadline(self) -> dt.date | None:
        """The last day on which ``next_action`` still helps, ``None`` where it is not known."""
        if self.next_action == "appeal":
            return self.appeal_by
        if self.next_action in ("correct_and_resubmit", "resubmit_with_documents"):
            return self.resubmit_by
        return None


def choose(denial: Denial, known: Circumstances) -> Choice:
    """The next action on ``denial``."""
    standing: Standing = "rejected" if denial.says("unprocessable") else "denied"
    appeal_by, resubmit_by = _limits(denial, known.limits, standing)
    open_ = _Open(
        appeal=standing == "denied"
        and not denial.says("no_appeal")
        and (appeal_by is None or known.as_of <= appeal_by),
        resend=not denial.says("no_resubmission")
        and (resubmit_by is None or known.as_of <= resubmit_by),
    )
    action, reason = _closed(denial, known) or _decided(denial, known, standing, open_)
    category: Category = denial.facts.category or "other"
    said = denial.remarks
    text = step(action, category)
    if action in ("correct_and_resubmit", "resubmit_with_documents"):
        if denial.facts.code in VAGUE and not any(one.known and not one.notice for one in said):
            text = "Ask the payer what is missing or wrong: no remark that we know says it."
        text = f"{text} {_how(action, denial, standing)}".rstrip()
    if known.resent_on is not None:
        text = _STATUS
    listed = action in ("appeal", "resubmit_with_documents")
    return Choice(
        next_action=action,
        standing=standing,
        text=text,
        reason=reason,
        appealable=open_.appeal,
        appeal_by=appeal_by if standing == "denied" and not denial.says("no_appeal") else None,
        resubmit_by=resubmit_by,
        documents=documents(denial) if listed else (),
    )


@dataclass(frozen=True, slots=True)
class _Open:
    appeal: bool
    resend: bool


Decision = tuple["NextAction", str]


def _limits(
    denial: Denial, limits: Limits, standing: Standing
) -> tuple[dt.date | None, dt.date | None]:
    served, decided = denial.service_from, denial.decided_on
    appeal_by = None if decided is None else limits.last_appeal_day(decided)
    if served is None:
        return appeal_by, None
    filing = limits.last_filing_day(served)
    if standing == "rejected" or denial.says("new_claim"):
        return appeal_by, filing
    return appeal_by, limits.last_corrected_day(served, decided) or filing


def _closed(denial: Denial, known: Circumstances) -> Decision | None:
    """Where there is nothing to send: already sent, already paid, or passed on."""
    if known.resent_on is not None:
        return "no_action", _waiting((known.as_of - known.resent_on).days, known.resent_on)
    if known.paid_on is not None:
        return "no_action", f"The same service was paid on {known.paid_on}."
    if denial.facts.category == "duplicate" and denial.facts.code != _TWO_SERVICES:
        return "no_action", "A copy is not worked: the first claim's answer decides."
    if denial.facts.action == "wait":
        return "no_action", "The payer says that it passed the claim on."
    return None


def _waiting(days: int, sent: dt.date) -> str:
    if days <= _PATIENCE:
        return f"It was sent again on {sent}: wait for that answer."
    return (
        f"It was sent again on {sent}, {days} days ago, unanswered: ask the payer for its status."
    )


def _decided(denial: Denial, known: Circumstances, standing: Standing, open_: _Open) -> Decision:
    wanted, reason = _wanted(denial, standing)
    if wanted == "appeal" and denial.facts.category == "timely_filing":
        late = _sent_late(denial, known)
        if late:
            return "write_off", late
    if wanted in ("correct_and_resubmit", "resubmit_with_documents"):
        return _resend(wanted, reason, denial, standing, open_)
    if wanted == "appeal" and not open_.appeal:
        return _no_appeal(denial, standing, open_)
    return wanted, reason


def _wanted(denial: Denial, standing: Standing) -> Decision:
    """What the codes ask for, whatever the calendar says."""
    facts = denial.facts
    resend: NextAction = "correct_and_resubmit"
    if facts.category == "documentation" or denial.says("documents"):
        resend = "resubmit_with_documents"
    if standing == "rejected":
        return resend, "Sent back as unprocessable (MA130): it can be sent anew, not appealed."
    if denial.says("new_claim") or denial.says("replacement"):
        return resend, "The payer's remark asks for it."
    billable = denial.group == "PR" and not denial.says("patient_free")
    if facts.action == "bill_patient" or (billable and facts.category in _PATIENT_OWES):
        return _patient(denial, resend, billable=billable)
    proposed: dict[str, Decision] = {
        "correct_and_resubmit": (resend, "The reason can be mended."),
        "bill_other_payer": (
            "bill_other_payer",
            "The payer says that another one is responsible.",
        ),
        "write_off": ("write_off", f"{facts.meaning}: an appeal is not known to help."),
        "post": ("no_action", f"{facts.meaning}: post that answer."),
    }
    appeal: Decision = ("appeal", "A corrected claim would not change the payer's decision.")
    return proposed.get(facts.action, appeal)


def _patient(denial: Denial, resend: NextAction, *, billable: bool) -> Decision:
    if denial.facts.mendable == "soft" and denial.facts.action == "correct_and_resubmit":
        return resend, "The reason can be mended."
    if billable:
        return "bill_patient", "The payer assigns it to the patient (group PR)."
    why = f"The patient may not be billed (group {denial.group or 'not stated'})"
    if denial.group == "PR":
        why = "A remark says that the patient may not be billed"
    if denial.facts.category in ("eligibility", "coordination_of_benefits"):
        return "bill_other_payer", f"{why}; another payer may have covered the day."
    if denial.facts.mendable == "soft":
        return resend, f"{why}, but the reason can be mended."
    return "appeal", f"{why}."


def _resend(
    wanted: NextAction, reason: str, denial: Denial, standing: Standing, open_: _Open
) -> Decision:
    if open_.resend and denial.replacement and standing == "denied" and open_.appeal:
        return "appeal", "It was corrected once already and denied again."
    if open_.resend:
        return wanted, reason
    shut = "The payer's limit for corrected claims is past"
    if denial.says("no_resubmission"):
        shut = "The payer's remark forbids sending it again"
    if open_.appeal:
        return "appeal", f"{shut}; an appeal is still open as far as is known."
    return "write_off", f"{shut}, and so is any appeal."


def _no_appeal(denial: Denial, standing: Standing, open_: _Open) -> Decision:
    why = "The payer's limit for appeals is past"
    if denial.says("no_appeal"):
        why = "The payer's remark grants no appeal"
    if denial.facts.mendable == "soft" and open_.resend and standing == "denied":
        return "correct_and_resubmit", f"{why}, but the reason can be mended."
    return "write_off", f"{why}."


def _sent_late(denial: Denial, known: Circumstances) -> str:
    """Why an appeal for late filing cannot succeed; "" as long as it may."""
    served = denial.service_from
    sent = None if known.claim is None else known.claim.submitted_on
    if served is None or sent is None:
        return ""
    last = known.limits.last_filing_day(served)
    if last is None or sent <= last:
        return ""
    return f"The claim was sent on {sent}, after the payer's limit for that service ({last})."


def _how(action: NextAction, denial: Denial, standing: Standing) -> str:
    """As what the claim is to be sent again; "" where documents alone may do."""
    if standing == "rejected" or denial.says("new_claim"):
        return "Send it as a new claim (frequency 1), not as a replacement."
    if action == "resubmit_with_documents":
        return ""
    if denial.remittance.filing_code.strip().upper() == _PART_B:
        return (
            "Medicare Part B takes no replacement claims: ask for a reopening of what was denied."
        )
    return "Send it as a replacement (frequency 7) with the payer's claim number."
