"""The words of facts: ``FACT_WORDS`` has an entry for every plain fact of ``features.facts``.

``LINE_WORDS`` are those of a line's row: facts that only lines have, and those that are said
otherwise of a line than of a claim (``tests/models/test_wording.py`` holds both).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """How a fact is said when its value is known, and when it is not."""

    known: Callable[[float], str]
    unknown: str = "something is not known of the claim"

    def say(self, value: float) -> str:
        """The fact in words; NaN is what is not known."""
        return self.unknown if math.isnan(value) else self.known(value)


def _flag(yes: str, no: str) -> Words:
    return Words(lambda value: yes if value else no)


def _lines(what: str) -> Words:
    said = {
        0: f"no {what} is on the claim",
        1: f"only some lines carry a {what}",
        2: f"a {what} is on the claim",
    }
    return Words(lambda value: said.get(int(value), said[0]))


def _choice(said: dict[int, str], otherwise: str) -> Words:
    return Words(lambda value: said.get(int(value), otherwise))


def _count(one: str, many: str, none: str = "") -> Words:
    def known(value: float) -> str:
        if value == 0 and none:
            return none
        return (one if value == 1 else many).format(n=f"{value:,.0f}")

    return Words(known)


def _dollars(text: str) -> Words:
    return Words(lambda value: text.format(n=f"{value:,.2f}"))


def _around(before: tuple[str, str], after: str, unknown: str) -> Words:
    """Days below 0 and on the day itself (``before``), days above 0, and days not known."""
    below, on_the_day = before

    def known(value: float) -> str:
        if value == 0:
            return on_the_day
        days = "one day" if abs(value) == 1 else f"{abs(value):,.0f} days"
        return (below if value < 0 else after).format(days=days)

    return Words(known, unknown)


FACT_WORDS: Final[dict[str, Words]] = {
    "institutional": _flag("it is an institutional claim", "it is a professional claim"),
    "replacement": _flag("it replaces or voids an earlier claim", "it is an original claim"),
    "charge": _dollars("the claim's charge is ${n}"),
    "highest_line_charge": _dollars("the dearest line's charge is ${n}"),
    "line_count": _count(
        "the claim has one service line",
        "the claim has {n} service lines",
        "the claim has no service line",
    ),
    "highest_units": Words(lambda value: f"the most units on a line are {value:,.10g}"),
    "highest_modifier_count": _count(
        "there is one modifier on a line at most",
        "a line carries {n} modifiers",
        "no line carries a modifier",
    ),
    "repeated_lines": _count(
        "one line says the same as an earlier line of the claim",
        "{n} lines say the same as an earlier line of the claim",
        "no line says the same as another",
    ),
    "lag_days": Words(
        _count(
            "the claim goes out one day after the service",
            "the claim goes out {n} days after the service",
            "the claim goes out on the day of the service",
        ).known,
        "how long after the service the claim goes out is not known",
    ),
    "delay_reason": _flag("a delay reason is on the claim", "no delay reason is on the claim"),
    "position": _choice(
        {
            1: "this payer is billed as the first",
            2: "this payer is billed as the second",
            3: "this payer is billed as the third",
        },
        "this payer's place in the payer order is not stated",
    ),
    "other_payers": _count(
        "one other payer is named on the claim",
        "{n} other payers are named on the claim",
        "no other payer is named on the claim",
    ),
    "other_adjudicated": _flag(
        "an earlier payer's answer is on the claim", "no earlier payer's answer is on the claim"
    ),
    "other_paid_share": Words(
        lambda value: f"earlier payers paid {100 * value:.0f} % of the charge",
        "no earlier payer's payment is on the claim",
    ),
    "self_insured": _flag(
        "the patient is the subscriber", "the patient is insured through somebody else"
    ),
    "sex": _choice(
        {1: "the patient is female", 2: "the patient is male"}, "the patient's sex is not stated"
    ),
    "age": Words(
        _count(
            "the patient is one year old",
            "the patient is {n} years old",
            "the patient is under one year old",
        ).known,
        "the patient's age is not known",
    ),
    "member_given": _flag("a member id is on the claim", "no member id is on the claim"),
    "rendering_given": _flag(
        "a rendering or attending provider is on the claim",
        "no rendering or attending provider is on the claim",
    ),
    "rendering_taxonomy_given": _flag(
        "the rendering provider's taxonomy is on the claim",
        "the rendering provider's taxonomy is not on the claim",
    ),
    "referring_given": _flag(
        "a referring provider is on the claim", "no referring provider is on the claim"
    ),
    "facility_given": _flag(
        "a service facility is on the claim", "no service facility is on the claim"
    ),
    "clia_given": _lines("CLIA number"),
    "authorization_given": _lines("prior authorization number"),
    "referral_given": _lines("referral number"),
    "attachments": _count(
        "one attachment is announced on the claim",
        "{n} attachments are announced on the claim",
        "no attachment is announced on the claim",
    ),
    "notes": _flag("a note is on the claim", "no note is on the claim"),
    "accident": _flag("an accident is stated on the claim", "no accident is stated on the claim"),
    "employment": _flag(
        "the claim is stated to be related to employment",
        "the claim is not stated to be related to employment",
    ),
    "diagnosis_count": _count(
        "one diagnosis is on the claim",
        "{n} diagnoses are on the claim",
        "no diagnosis is on the claim",
    ),
    "stay_days": Words(
        _count(
            "the stay was one day", "the stay was {n} days", "admission and discharge were one day"
        ).known,
        "there was no stay in hospital",
    ),
    "repeats": _count(
        "this service was sent to this payer once before",
        "this service was sent to this payer {n} times before",
        "this service was not sent to this payer before",
    ),
    "repeat_days": Words(
        _count(
            "this service was sent to this payer one day ago",
            "this service was sent to this payer {n} days ago",
            "this service was sent to this payer today",
        ).known,
        "this service was not sent to this payer before",
    ),
    "repeat_state": _choice(
        {
            1: "this service was sent to this payer before and is not answered yet",
            2: "this service was sent to this payer before and was paid",
            3: "this service was sent to this payer before and was denied",
        },
        "this service was not sent to this payer before",
    ),
    "repeated_share": _choice(
        {1: "some lines were sent to this payer before", 2: "all lines were sent before"},
        "no line was sent to this payer before",
    ),
    "exactly_repeated_share": _choice(
        {
            1: "some lines went out with the same charge, modifiers and provider",
            2: "all lines went out with the same charge, modifiers and provider",
        },
        "no line went out before with the same charge, modifiers and provider",
    ),
    "sent_elsewhere": _count(
        "this service was sent to another payer once before",
        "this service was sent to other payers {n} times before",
        "this service was not sent to another payer before",
    ),
    "visits": _count(
        "this procedure was billed once for this member within a year",
        "this procedure was billed {n} times for this member within a year",
        "this procedure was not billed for this member within a year",
    ),
    "member_answers": _count(
        "this payer has answered one claim of this member",
        "this payer has answered {n} claims of this member",
        "this payer has answered no claim of this member yet",
    ),
    "member_days": Words(
        _count(
            "this payer last answered for this member one day ago",
            "this payer last answered for this member {n} days ago",
        ).known,
        "this payer has answered no claim of this member yet",
    ),
    "member_state": _choice(
        {
            2: "this payer paid this member's last claim",
            3: "this payer denied this member's last claim or a line of it",
        },
        "this payer has answered no claim of this member yet",
    ),
    "member_category": _choice(
        {
            1: "this payer denied this member's last claim for eligibility",
            2: "this payer denied this member's last claim because another payer comes first",
            3: "this payer denied this member's last claim for another reason",
        },
        "this payer did not deny this member's last claim",
    ),
    "coverage_days": _around(
        ("coverage ended {days} before the service", "coverage ended on the day of the service"),
        "coverage ends {days} after the service",
        "when coverage ends is not known",
    ),
    "check_days": _around(
        (
            "eligibility was checked {days} before the service",
            "eligibility was checked on the day of the service",
        ),
        "eligibility was checked {days} after the service",
        "when eligibility was checked is not known",
    ),
    "eligibility_active": Words(
        _flag(
            "the payer said that coverage is active", "the payer said that coverage is not active"
        ).known,
        "whether coverage is active is not known",
    ),
    "days_valid_before": _around(
        (
            "the authorization begins {days} after the service",
            "the authorization begins on the day of the service",
        ),
        "the authorization began {days} before the service",
        "from when the authorization is valid is not known",
    ),
    "days_valid_after": _around(
        (
            "the authorization ended {days} before the service",
            "the authorization ends on the day of the service",
        ),
        "the authorization is valid for {days} after the service",
        "until when the authorization is valid is not known",
    ),
    "lines_not_covered": Words(
        _count(
            "the authorization does not list the procedure of one line",
            "the authorization does not list the procedures of {n} lines",
            "the authorization lists the procedures of the claim",
        ).known,
        "which procedures the authorization is for is not known",
    ),
    "units_spare": Words(
        lambda value: (
            f"the authorization has {abs(value):,.10g} units "
            + ("too few for what is billed" if value < 0 else "left beyond what is billed")
        ),
        "how many units the authorization has left is not known",
    ),
}

LINE_WORDS: Final[dict[str, Words]] = {
    "line_position": Words(lambda value: f"it is line {value:.0f} of the claim"),
    "line_charge_share": Words(
        lambda value: f"the line's charge is {100 * value:.0f} % of the claim's",
        "the claim has no charge that the line's could be a part of",
    ),
    "highest_line_charge": _dollars("the line's charge is ${n}"),
    "highest_units": Words(lambda value: f"{value:,.10g} units are on the line"),
    "highest_modifier_count": _count(
        "one modifier is on the line", "{n} modifiers are on the line", "the line has no modifier"
    ),
    "clia_given": _flag("a CLIA number is on the line", "no CLIA number is on the line"),
    "authorization_given": _flag(
        "a prior authorization number is on the line",
        "no prior authorization number is on the line",
    ),
    "referral_given": _flag(
        "a referral number is on the line", "no referral number is on the line"
    ),
    "repeated_share": _flag(
        "the line was sent to this payer before", "the line was not sent to this payer before"
    ),
    "exactly_repeated_share": _flag(
        "the line went out with the same charge, modifiers and provider",
        "the line did not go out before with the same charge, modifiers and provider",
    ),
    "lines_not_covered": Words(
        _flag(
            "the authorization does not list the line's procedure",
            "the authorization lists the line's procedure",
        ).known,
        "which procedures the authorization is for is not known",
    ),
}

MISSING_WORDS: Final[dict[str, str]] = {
    "member_given": "member id",
    "rendering_given": "rendering provider",
    "rendering_taxonomy_given": "rendering provider's taxonomy",
    "referring_given": "referring provider",
    "facility_given": "service facility",
    "clia_given": "CLIA number",
    "diagnosis_count": "diagnosis",
}
