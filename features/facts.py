"""What the claim itself says, and what came before it, as plain numbers (one function a group).

Each entry of ``FACTS`` is a feature: its name, the factor that a biller reads it under, what it
means (with its unit), and how it is read. ``NaN`` stands for "not known".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features import front_desk
from features.frame import Frame
from features.key_columns import lag_days
from features.priors import NONE, Priors
from features.segments import Segments
from features.walks import count_again

Column = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class View:
    """What a fact may be read from."""

    frame: Frame
    before: Priors
    lines: Segments


@dataclass(frozen=True, slots=True)
class Fact:
    """One feature that is not a rate."""

    name: str
    factor: str
    meaning: str
    read: Callable[[View], Column]


def unknown(values: NDArray[np.generic], missing: int = -1) -> NDArray[np.float64]:
    """Turn a marker for "not known" into NaN."""
    return np.where(values == missing, np.nan, values)


def _highest(values: Callable[[View], NDArray[np.generic]]) -> Callable[[View], Column]:
    return lambda v: v.lines.highest(values(v), empty=0)


def _all_lines(v: View, flags: NDArray[np.bool_]) -> Column:
    """0 none of the lines, 1 some, 2 all."""
    count = v.lines.highest(flags, empty=False).astype(np.int64)
    return count + v.lines.lowest(flags, empty=False)


def _repeated_lines(v: View) -> Column:
    """Count lines that say the same as an earlier line of the claim."""
    f, again = v.frame, np.empty(len(v.frame), np.int64)
    count_again(f.procedure, f.modifiers, f.revenue, f.line_from, v.lines.starts, again)
    return again


def _dollars(cents: NDArray[np.int64]) -> NDArray[np.float64]:
    return cents / 100.0


def _paid_share(v: View) -> Column:
    charge = v.frame.charge
    share = v.frame.other_paid / np.where(charge > 0, charge, 1)
    return np.where(v.frame.other_adjudicated, share, np.nan)


def _front_desk(name: str, factor: str, meaning: str, read: Callable[[Frame], Column]) -> Fact:
    return Fact(name, factor, f"{meaning}, as the front desk found", lambda v: read(v.frame))


FACTS: Final[tuple[Fact, ...]] = (
    Fact("institutional", "claim_type", "1 on an 837I", lambda v: v.frame.institutional),
    Fact("replacement", "claim_type", "1 when frequency is 7 or 8", lambda v: v.frame.replacement),
    Fact("charge", "charge", "total charge, dollars", lambda v: _dollars(v.frame.charge)),
    Fact(
        "highest_line_charge",
        "charge",
        "dearest line, dollars",
        _highest(lambda v: _dollars(v.frame.line_charge)),
    ),
    Fact("line_count", "claim_size", "service lines", lambda v: v.lines.sizes),
    Fact("highest_units", "units", "most units on a line", _highest(lambda v: v.frame.units / 1e3)),
    Fact(
        "highest_modifier_count",
        "modifiers",
        "most modifiers on a line",
        _highest(lambda v: v.frame.modifier_count),
    ),
    Fact("repeated_lines", "already_billed", "lines equal to an earlier line", _repeated_lines),
    Fact(
        "lag_days",
        "filing_lag",
        "days from service to sending",
        lambda v: unknown(lag_days(v.frame)),
    ),
    Fact(
        "delay_reason",
        "filing_lag",
        "1 when a delay reason is given",
        lambda v: v.frame.delay_reason,
    ),
    Fact(
        "position",
        "other_coverage",
        "1 primary, 2 secondary, 3 tertiary",
        lambda v: v.frame.position,
    ),
    Fact("other_payers", "other_coverage", "other payers named", lambda v: v.frame.other_payers),
    Fact(
        "other_adjudicated",
        "other_coverage",
        "1 when an earlier payer's answer is on the claim",
        lambda v: v.frame.other_adjudicated,
    ),
    Fact("other_paid_share", "other_coverage", "paid by earlier payers over charge", _paid_share),
    Fact(
        "self_insured",
        "patient",
        "1 when the patient is the subscriber",
        lambda v: v.frame.self_insured,
    ),
    Fact("sex", "patient", "1 female, 2 male, 0 unknown", lambda v: v.frame.sex),
    Fact("age", "patient", "years at service", lambda v: unknown(v.frame.age)),
    Fact(
        "member_given",
        "missing_information",
        "1 when a member id is given",
        lambda v: v.frame.member_given,
    ),
    Fact(
        "rendering_given",
        "missing_information",
        "1 when a rendering or attending provider is given",
        lambda v: v.frame.rendering_given,
    ),
    Fact(
        "rendering_taxonomy_given",
        "missing_information",
        "1 when the rendering provider's taxonomy is given",
        lambda v: v.frame.rendering_taxonomy_given,
    ),
    Fact(
        "referring_given",
        "referral",
        "1 when a referring provider is given",
        lambda v: v.frame.referring_given,
    ),
    Fact(
        "facility_given",
        "missing_information",
        "1 when a service facility is given",
        lambda v: v.frame.facility_given,
    ),
    Fact(
        "clia_given",
        "missing_information",
        "CLIA number: 0 no line, 1 some, 2 all",
        lambda v: _all_lines(v, v.frame.line_clia),
    ),
    Fact(
        "authorization_given",
        "authorization",
        "authorization number: 0 no line, 1 some, 2 all",
        lambda v: _all_lines(v, v.frame.line_authorization),
    ),
    Fact(
        "referral_given",
        "referral",
        "referral number: 0 no line, 1 some, 2 all",
        lambda v: _all_lines(v, v.frame.line_referral),
    ),
    Fact("attachments", "documentation", "attachments announced", lambda v: v.frame.attachments),
    Fact("notes", "documentation", "1 when the claim has a note", lambda v: v.frame.notes),
    Fact("accident", "accident", "1 when an accident is stated", lambda v: v.frame.accident),
    Fact("employment", "accident", "1 when related to employment", lambda v: v.frame.employment),
    Fact("diagnosis_count", "diagnosis", "diagnoses on the claim", lambda v: v.frame.diagnoses),
    Fact("stay_days", "claim_type", "days in hospital", lambda v: unknown(v.frame.stay_days)),
    Fact(
        "repeats",
        "already_billed",
        "most times a line's service was sent to this payer before",
        _highest(lambda v: v.before.repeats),
    ),
    Fact(
        "repeat_days",
        "already_billed",
        "days since a line's service was last sent to this payer",
        _highest(lambda v: unknown(v.before.repeat_days)),
    ),
    Fact(
        "repeat_state",
        "already_billed",
        "what is known of it: 1 unanswered, 2 paid, 3 denied",
        _highest(lambda v: v.before.repeat_state),
    ),
    Fact(
        "repeated_share",
        "already_billed",
        "lines sent before: 0 none, 1 some, 2 all",
        lambda v: _all_lines(v, v.before.repeat_state > NONE),
    ),
    Fact(
        "exactly_repeated_share",
        "already_billed",
        "lines sent before with the same charge, modifiers, provider: 0 none, 1 some, 2 all",
        lambda v: _all_lines(v, v.before.exact_repeats > 0),
    ),
    Fact(
        "sent_elsewhere",
        "other_coverage",
        "most times a line's service was sent to another payer before",
        _highest(lambda v: v.before.elsewhere),
    ),
    Fact(
        "visits",
        "benefit_use",
        "most times within a year a line's procedure was sent for this member and payer",
        _highest(lambda v: v.before.visits),
    ),
    Fact(
        "member_answers",
        "member_history",
        "claims of this member that this payer has answered",
        lambda v: v.before.member_answers,
    ),
    Fact(
        "member_days",
        "member_history",
        "days since this payer last answered for this member",
        lambda v: unknown(v.before.member_days),
    ),
    Fact(
        "member_state",
        "member_history",
        "that answer: 0 none, 2 paid, 3 denied",
        lambda v: v.before.member_state,
    ),
    Fact(
        "member_category",
        "member_history",
        "its denial: 0 none, 1 eligibility, 2 coordination of benefits, 3 another",
        lambda v: v.before.member_category,
    ),
    _front_desk(
        "coverage_days",
        "eligibility",
        "days from the last service to the end of coverage",
        front_desk.coverage_days,
    ),
    _front_desk(
        "check_days",
        "eligibility",
        "days from the first service to the eligibility check",
        front_desk.check_days,
    ),
    _front_desk(
        "eligibility_active",
        "eligibility",
        "1 when the payer said that coverage is active",
        front_desk.active,
    ),
    _front_desk(
        "days_valid_before",
        "authorization",
        "days from the authorization's first day to the first service",
        front_desk.days_valid_before,
    ),
    _front_desk(
        "days_valid_after",
        "authorization",
        "days from the last service to the authorization's last day",
        front_desk.days_valid_after,
    ),
    _front_desk(
        "lines_not_covered",
        "authorization",
        "lines whose procedure the authorization does not list",
        front_desk.lines_not_covered,
    ),
    _front_desk(
        "units_spare",
        "authorization",
        "units left of the authorization beyond those billed",
        front_desk.units_spare,
    ),
)

OF_CLAIM: Final = frozenset(
    {"charge", "line_count", "other_paid_share", "repeated_lines", "units_spare"}
)
"""Facts over all lines of a claim that a line alone could not tell."""
