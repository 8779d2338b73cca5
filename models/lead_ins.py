"""What the claim or line itself says, in words: facts, and what goes before a rate.

A row of ``features.build_lines`` is told as that of its line. In a claim of several lines, what is
the most or the least of them is not said of "this" service.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_NAMES
from features.catalog import FEATURES, PLACE
from models.fact_words import FACT_WORDS, LINE_WORDS

Row = NDArray[np.float32]

_SHARES_SENT: Final = ("repeated_share", "exactly_repeated_share")


def value_of(values: Row, name: str) -> float:
    """The value of the feature ``name`` in a row of a claim or line; NaN when it is not known."""
    return float(values[PLACE[name]])


def of_line(values: Row) -> bool:
    """Whether a row is that of a line."""
    return len(values) > len(FEATURES)


def one_line(values: Row) -> bool:
    """Whether all that is counted over lines is about one line."""
    return of_line(values) or not value_of(values, "line_count") > 1


def fact(name: str, values: Row) -> str:
    """A fact of ``features.facts`` (or ``LINE_FACTS``) as it is in this row."""
    said = _say(name, values)
    if name in _SHARES_SENT and value_of(values, name) > 0:
        # When that was, and what came of it, is of the same factor.
        return f"{lead_in('already_billed', values)}: {said}"
    return said


def lead_in(factor: str, values: Row) -> str:
    """What of this factor stands before a rate; "" for nothing."""
    say = _LEAD_INS.get(factor)
    return _of_several(say(values), values) if say else ""


def _say(name: str, values: Row) -> str:
    if of_line(values) and name in LINE_WORDS:
        return LINE_WORDS[name].say(float(values[LINE_NAMES.index(name)]))
    return _of_several(FACT_WORDS[name].say(value_of(values, name)), values)


def _of_several(said: str, values: Row) -> str:
    """The same words where "this" service or procedure may be that of any line."""
    if one_line(values):
        return said
    for what in ("service", "procedure"):
        said = said.replace(f"this {what} was not", f"no {what} of the claim was")
        said = said.replace(f"this {what}", f"a {what} of the claim")
    return said


def _eligibility(values: Row) -> str:
    """What is known of coverage; nothing where nothing is."""
    if value_of(values, "eligibility_active") == 0:
        return _say("eligibility_active", values)
    days = value_of(values, "coverage_days")
    return "" if math.isnan(days) else _say("coverage_days", values)


def _authorization(values: Row) -> str:
    """What the authorization falls short of, else whether there is one."""
    for name in ("days_valid_before", "days_valid_after", "units_spare"):
        if value_of(values, name) < 0:
            return _say(name, values)
    if value_of(values, "lines_not_covered") > 0:
        return _say("lines_not_covered", values)
    return _say("authorization_given", values)


def _referral(values: Row) -> str:
    place = "line" if of_line(values) else "claim"
    if value_of(values, "referral_given") == 0 and value_of(values, "referring_given") == 0:
        return f"neither a referral number nor a referring provider is on the {place}"
    return f"a referral number or a referring provider is on the {place}"


def _documentation(values: Row) -> str:
    return _say("attachments", values)


def _already_billed(values: Row) -> str:
    if value_of(values, "repeats") == 0:
        return _say("repeats", values)
    days, state = value_of(values, "repeat_days"), value_of(values, "repeat_state")
    known = {2.0: "paid", 3.0: "denied"}.get(state, "not answered yet")
    return f"this service was sent to this payer {_ago(days)} ({known})"


def _filing_lag(values: Row) -> str:
    lag = value_of(values, "lag_days")
    return "" if math.isnan(lag) else _say("lag_days", values)


def _other_coverage(values: Row) -> str:
    position = value_of(values, "position")
    if position >= 2 and value_of(values, "other_adjudicated") == 0:
        return "this payer is not the first and no earlier payer's answer is on the claim"
    return _say("position", values)


def _benefit_use(values: Row) -> str:
    return _say("visits", values)


def _ago(days: float) -> str:
    return f"{days:,.0f} day{'' if days == 1 else 's'} ago" if days >= 0 else "before"


_LEAD_INS: Final[dict[str, Callable[[Row], str]]] = {
    "authorization": _authorization,
    "eligibility": _eligibility,
    "referral": _referral,
    "documentation": _documentation,
    "already_billed": _already_billed,
    "filing_lag": _filing_lag,
    "other_coverage": _other_coverage,
    "benefit_use": _benefit_use,
}
