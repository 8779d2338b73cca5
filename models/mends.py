"""What a person can put right on a claim, one mend at a time.

Each mend is an administrative fact that a person can attest, written as columns of a ``Frame`` to
be set. No mend touches a diagnosis, a procedure, a modifier, a unit, a charge or a date of service
(``tests/models/test_whatif.py`` compares every column).

Where a mend must assume something that the claim does not say (what an earlier payer paid, when
coverage ends), it is tried several ways and the least favourable counts. What the front desk found
is mended only where it is known to be wrong, and only in the eyes of a model that has seen such
facts (``mends_of``): another would answer as if nothing had been mended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import Action, Category
from features.columns import NO_DAY
from features.frame import NO_UNITS, Frame
from features.front_desk import (
    ENDED,
    INACTIVE,
    authorization_told,
    coverage_days,
    coverage_state,
    days_valid_after,
    days_valid_before,
    lines_not_covered,
    units_asked,
    units_spare,
)
from features.key_columns import lag_days

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
Column = NDArray[np.generic]
Setting = bool | int | Callable[[Frame, Rows], Column]

WAITING_DAYS: Final = 30
LONG_LAG: Final = 60
_STATED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One thing that a person can put right.

    ``name`` tells mends apart; ``prevents`` is the category that it is about (``None``: any);
    ``path`` is the JSON path that changes; ``applies`` says for which
    claims of a frame it makes sense; ``sets`` gives the new value of each column, for the claims
    concerned or, for a column of lines, for all their lines. ``seen`` names features of which one
    at least must have varied in training (none: the mend can always be tried).
    """

    name: str
    action: Action
    prevents: Category | None
    path: str
    applies: Callable[[Frame], Flags]
    sets: Mapping[str, Setting]
    seen: tuple[str, ...] = ()


def _some_line_lacks(column: str) -> Callable[[Frame], Flags]:
    def lacks(frame: Frame) -> Flags:
        missing = np.zeros(len(frame), np.bool_)
        missing[frame.line_claim[~getattr(frame, column)]] = True
        return missing

    return lacks


def _not_given(column: str) -> Callable[[Frame], Flags]:
    return lambda frame: ~getattr(frame, column)


def _later_payer_without_answer(frame: Frame) -> Flags:
    return (frame.position >= 2) & ~frame.other_adjudicated


def _long_ago(frame: Frame) -> Flags:
    return lag_days(frame) >= LONG_LAG


def _paid(share: float) -> Callable[[Frame, Rows], Column]:
    return lambda frame, rows: (frame.charge[rows] * share).astype(np.int64)


def _answered_by_first(name: str, share: float) -> Mend:
    return Mend(
        name=name,
        action="update_coordination_of_benefits",
        prevents="coordination_of_benefits",
        path="other_payers",
        applies=_later_payer_without_answer,
        sets={
            "other_adjudicated": True,
            "other_payers": lambda frame, rows: np.maximum(frame.other_payers[rows], 1),
            "other_paid": _paid(share),
        },
    )


def _not_covered(frame: Frame) -> Flags:
    state = coverage_state(frame)
    found: Flags = (state == ENDED) | (state == INACTIVE)
    return found


def _covered_until(name: str, days: int) -> Mend:
    """The member was covered after all, until so many days after the service."""
    return Mend(
        name=name,
        action="verify_eligibility",
        prevents="eligibility",
        path="eligibility",
        applies=_not_covered,
        sets={
            # What was not known stays so.
            "eligibility_active": lambda frame, rows: np.where(
                frame.eligibility_active[rows] < 0, -1, 1
            ),
            "coverage_end": lambda frame, rows: np.where(
                coverage_days(frame)[rows] < 0,
                frame.service_to[rows] + np.int32(days),
                frame.coverage_end[rows],
            ),
        },
        seen=("coverage_days", "eligibility_active"),
    )


def _falls_short(frame: Frame) -> Flags:
    """Where the authorization is known not to cover days, a procedure or units of the claim."""
    if not authorization_told(frame):
        return np.zeros(len(frame), np.bool_)
    days = (days_valid_before(frame) < 0) | (days_valid_after(frame) < 0)
    return days | (lines_not_covered(frame) > 0) | (units_spare(frame) < 0)


def _valid_from(frame: Frame, rows: Rows) -> Column:
    early = days_valid_before(frame)[rows] < 0
    return np.where(early, frame.service_from[rows], frame.authorization_from[rows])


def _valid_to(frame: Frame, rows: Rows) -> Column:
    late = days_valid_after(frame)[rows] < 0
    return np.where(late, frame.service_to[rows], frame.authorization_to[rows])


def _units_enough(frame: Frame, rows: Rows) -> Column:
    """As many as all lines ask for; where no units are known, none."""
    everything = frame.replace(line_covered=np.ones_like(frame.line_covered))
    left = frame.authorization_units[rows]
    return np.where(left == NO_UNITS, left, np.maximum(left, units_asked(everything)[rows]))


def _procedures_listed(frame: Frame, rows: Rows) -> Column:
    covered = frame.line_covered[np.isin(frame.line_claim, rows)]
    return np.where(covered == 0, 1, covered)


def _complete(name: str, path: str, sets: Mapping[str, Setting], lacks: str) -> Mend:
    return Mend(
        name=name,
        action="complete_information",
        prevents="missing_information",
        path=path,
        applies=_not_given(lacks),
        sets=sets,
    )


WAITING: Final = Mend(
    name="waiting",
    action="submit_now",
    prevents=None,
    path="submitted_on",
    applies=lambda frame: _long_ago(frame) & (frame.as_of != NO_DAY),
    sets={"as_of": lambda frame, rows: frame.as_of[rows] + np.int32(WAITING_DAYS)},
)
"""The odd one out: what happens if the claim is *not* sent now."""

MENDS: Final[tuple[Mend, ...]] = (
    Mend(
        name="authorization",
        action="obtain_authorization",
        prevents="authorization",
        path="authorization.number",
        applies=_some_line_lacks("line_authorization"),
        sets={"authorization": True, "line_authorization": True},
    ),
    Mend(
        name="authorization_extended",
        action="correct_authorization",
        prevents="authorization",
        path="authorization",
        applies=_falls_short,
        sets={
            "authorization_from": _valid_from,
            "authorization_to": _valid_to,
            "authorization_units": _units_enough,
            "line_covered": _procedures_listed,
        },
        seen=("days_valid_before", "days_valid_after", "lines_not_covered", "units_spare"),
    ),
    _covered_until("covered_a_while", 60),
    _covered_until("covered_a_year", 365),
    Mend(
        name="referral",
        action="obtain_referral",
        prevents="authorization",
        path="referral_number",
        applies=_some_line_lacks("line_referral"),
        sets={"referral": True, "line_referral": True},
    ),
    Mend(
        name="attachment",
        action="attach_documentation",
        prevents="documentation",
        path="attachments",
        applies=lambda frame: frame.attachments == 0,
        sets={"attachments": 1},
    ),
    _complete("rendering", "rendering.npi", {"rendering_given": True}, "rendering_given"),
    _complete(
        "rendering_taxonomy",
        "rendering.taxonomy",
        {"rendering_taxonomy_given": True},
        "rendering_taxonomy_given",
    ),
    _complete("referring", "referring.npi", {"referring_given": True}, "referring_given"),
    _complete("facility", "facility.npi", {"facility_given": True}, "facility_given"),
    Mend(
        name="billing_taxonomy",
        action="complete_information",
        prevents="missing_information",
        path="billing.taxonomy",
        applies=lambda frame: frame.billing_taxonomy == 0,
        sets={"billing_taxonomy": _STATED},
    ),
    Mend(
        name="clia",
        action="complete_information",
        prevents="missing_information",
        path="clia_number",
        applies=_some_line_lacks("line_clia"),
        sets={"clia": True, "line_clia": True},
    ),
    _answered_by_first("first_payer_paid_nothing", 0.0),
    _answered_by_first("first_payer_paid_half", 0.5),
    _answered_by_first("first_payer_paid_most", 0.8),
    Mend(
        name="delay_reason",
        action="prove_timely_filing",
        prevents="timely_filing",
        path="delay_reason",
        applies=lambda frame: _long_ago(frame) & ~frame.delay_reason,
        sets={"delay_reason": True},
    ),
    WAITING,
)


def mends_of(seen: Collection[str], mends: tuple[Mend, ...] = MENDS) -> tuple[Mend, ...]:
    """Of ``mends``, those that a model can judge: ``seen`` features varied in its training."""
    return tuple(mend for mend in mends if not mend.seen or set(mend.seen) & set(seen))
