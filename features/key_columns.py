"""The columns that keys are made of: codes as they are, numbers cut into a few steps."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.expected import not_authorized, not_covered, same_again, too_late
from features.frame import Frame
from features.front_desk import authorization_state, coverage_state
from features.priors import NONE, Priors
from features.segments import Segments
from features.walks import find_companions

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

_LAG_STEPS: Final = np.array([8, 31, 61, 91, 121, 151, 181, 241, 301, 366])
_AGE_STEPS: Final = np.array([1, 6, 13, 18, 26, 40, 50, 65, 75, 85])
_VISIT_STEPS: Final = np.array([1, 2, 3, 4, 5, 7, 10, 13, 16, 21, 26, 31, 41])
_UNIT_STEPS: Final = np.array([1000, 1001, 2001, 3001, 4001, 6001, 10001])


def lag_days(frame: Frame) -> I64:
    """Days from the last day of service to the day of judging; -1 where either is not known."""
    stated = (frame.service_to != NO_DAY) & (frame.as_of != NO_DAY)
    return np.where(stated, np.maximum(frame.as_of.astype(np.int64) - frame.service_to, 0), -1)


def location(frame: Frame) -> U64:
    """Where each claim (n) comes from: its facility, or else its billing provider."""
    return np.where(frame.facility != 0, frame.facility, frame.billing)


def missing_fields(frame: Frame, lines: Segments) -> NDArray[np.uint8]:
    """One bit for each thing that some payer may want and that is not on the claim."""
    clia = frame.clia | lines.highest(frame.line_clia, empty=False)
    wanted = (
        frame.rendering_given,
        frame.rendering_taxonomy_given,
        frame.billing_taxonomy != 0,
        frame.referring_given,
        frame.facility_given,
        clia,
        frame.member_given,
        frame.diagnoses > 0,
    )
    bits: NDArray[np.uint8] = np.packbits(~np.stack(wanted), axis=0)[0]
    return bits


def companions(frame: Frame, lines: Segments) -> U64:
    """The procedure of the dearest other line of the claim, 0 where the line stands alone."""
    found = np.empty(len(frame.procedure), np.uint64)
    find_companions(frame.line_charge, frame.procedure, lines.starts, found)
    return found


def claim_columns(frame: Frame, before: Priors, lines: Segments) -> dict[str, NDArray[Any]]:
    """Build the columns of ``CLAIM_KINDS``, each (n,)."""
    state = lines.highest(before.repeat_state, empty=NONE).astype(np.int64)
    every = lines.lowest(before.repeat_state, empty=NONE) > NONE
    alike = lines.lowest(before.exact_repeats, empty=0) > 0
    paper = np.minimum(frame.attachments, 2) * 2 + frame.notes
    coverage = frame.position * 16 + np.minimum(frame.other_payers, 3) * 2 + frame.other_adjudicated
    lag, cover = lag_days(frame), coverage_state(frame)
    return {
        "payer": frame.payer,
        "filing_code": frame.filing_code,
        "position": frame.position,
        "rendering": frame.rendering,
        "location": location(frame),
        "setting": frame.setting,
        "lag": np.searchsorted(_LAG_STEPS, lag, side="right"),
        "coverage": coverage,
        "missing": missing_fields(frame, lines),
        "paperwork": paper,
        "repeat": state * 4 + every * 2 + alike,
        "member": frame.member,
        "age_group": np.searchsorted(_AGE_STEPS, frame.age, side="right"),
        "sex": frame.sex,
        "coverage_state": cover,
        "too_late": too_late(lag, frame.delay_reason),
        "not_covered": not_covered(cover),
        "same_again": same_again(state, every, alike),
    }


def line_columns(
    frame: Frame, before: Priors, lines: Segments, missing: NDArray[np.uint8]
) -> dict[str, NDArray[Any]]:
    """Build the columns of ``LINE_KINDS``, each (m,); ``missing`` (n,) as of ``claim_columns``."""
    of = frame.line_claim
    authorized = authorization_state(frame)
    return {
        "payer": frame.payer[of],
        "procedure": frame.procedure,
        "procedure_range": frame.procedure_range,
        "authorization": frame.line_authorization,
        "referral": frame.line_referral | frame.referring_given[of],
        "attachment": frame.attachments[of] > 0,
        "modifiers": frame.modifiers,
        "companion": companions(frame, lines),
        "diagnosis_group": frame.line_diagnosis_group,
        "diagnosis": frame.line_diagnosis,
        "setting": np.where(frame.line_setting != 0, frame.line_setting, frame.setting[of]),
        "visits": np.searchsorted(_VISIT_STEPS, before.visits, side="right"),
        "unit_count": np.searchsorted(_UNIT_STEPS, frame.units, side="right"),
        "missing": missing[of],
        "revenue": frame.revenue,
        "authorization_state": authorized,
        "not_authorized": not_authorized(authorized),
    }
