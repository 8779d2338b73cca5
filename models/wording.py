"""Sentences for reasons, in a biller's words, with the evidence behind them.

A sentence is written around one feature that pushed its factor; it gives that feature's value (a
count, a rate, days), what the key of a rate holds and the rate that it leans on, and nothing that
the model did not see. Rates are smoothed (``features.kinds``), so they are given as "about" where
fewer than ``FIRM`` claims stand behind them; where fewer than ``FEW`` do, it is said that the
broader key speaks too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import Category
from features.build_lines import LINE_NAMES
from features.catalog import FEATURES, PLACE, Feature
from features.kinds import CLAIM_KINDS, LINE_KINDS, RECENT_DAYS, Kind
from models.grouping import strongest
from models.telling import FEW, FIRM
from models.words import (
    CATEGORY_WORDS,
    ELSEWHERE,
    FACT_WORDS,
    FACTOR_WORDS,
    LINE_WORDS,
    MISSING_WORDS,
    ONE_DENIAL,
    SUBJECTS,
    USUAL,
)

Row = NDArray[np.float32]

POINTS_TO: Final = "this points above all to a denial"
_SHARES_SENT: Final = ("repeated_share", "exactly_repeated_share")
MOST_MISSING: Final = 3
KINDS: Final[dict[str, Kind]] = {
    kind.name: kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds)
}
_LINE_NAMES: Final = frozenset(kind.name for kind in LINE_KINDS.kinds)


def sentence(
    lead: Feature,
    values: Row,
    *,
    raises: bool,
    beside: float = math.nan,
    towards: Category | None = None,
) -> str:
    """One sentence about the factor of ``lead`` for the claim or line with the row ``values``.

    ``raises`` says which way the whole factor pushes; a factor that lowers the risk says so.
    ``beside`` is the rate that a rate leans on, NaN where it is not known. ``towards`` is the
    category of the denials to which most of the factor's push goes, where that is to be said.
    """
    if lead.measure == "combined":
        lead = FEATURES[strongest(values)]
    said = _fact(lead, values) if lead.measure == "fact" else _counted(lead, values, beside)
    return _whole(said, raises, towards)


def vague(factor: str, *, raises: bool, towards: Category | None = None) -> str:
    """A sentence for a factor none of whose features may be told by itself as pushing its way."""
    said = f"{FACTOR_WORDS[factor]}, taken together with the rest of the claim"
    if raises:
        return _whole(f"{said}, raises the risk", True, towards)
    return _whole(f"{said}, speaks for it", False, None)


def _whole(said: str, raises: bool, towards: Category | None) -> str:
    said = said[0].upper() + said[1:]
    if not raises:
        return f"{said}; this lowers the risk."
    if towards is None:
        return f"{said}."
    why = ONE_DENIAL.get(towards, CATEGORY_WORDS[towards])
    return f"{said}; {POINTS_TO} {why}."


def percent(rate: float) -> str:
    """A rate in words that do not claim more than they know.

    >>> percent(0.4249), percent(0.004), percent(0.999)
    ('42 %', 'under 1 %', 'over 99 %')
    """
    if rate < 0.01:
        return "under 1 %"
    return "over 99 %" if rate > 0.99 else f"{100 * rate:.0f} %"


def value_of(values: Row, name: str) -> float:
    """The value of the feature ``name`` in a row; NaN when it is not known."""
    return float(values[PLACE[name]])


def _fact(lead: Feature, values: Row) -> str:
    if len(values) > len(FEATURES) and lead.name in LINE_WORDS:
        return LINE_WORDS[lead.name].say(float(values[LINE_NAMES.index(lead.name)]))
    said = FACT_WORDS[lead.name].say(value_of(values, lead.name))
    if lead.name in _SHARES_SENT and value_of(values, lead.name) > 0:
        # When that was, and what came of it, is of the same factor.
        return f"{_already_billed(values)}: {said}"
    return said


def _counted(lead: Feature, values: Row, beside: float) -> str:
    if lead.measure == "share":
        return _usual(lead, values)
    kind = KINDS[lead.kind]
    base = kind.over or kind.name
    what = SUBJECTS[base] + _detail(base, values)
    seen = value_of(values, f"{base}_seen")
    why = f" {CATEGORY_WORDS[kind.category]}" if kind.category else ""
    if lead.measure == "seen":
        return _times(seen, what)
    rate = value_of(values, lead.name)
    if math.isnan(rate):
        return f"there is no service line to compare with {what}"
    said = _rate(lead, rate, seen, what, why) + _compared(kind, rate, beside)
    lead_in = _LEAD_INS.get(kind.factor)
    before = lead_in(values) if lead_in else ""
    return f"{before}: {said}" if before else said


def _compared(kind: Kind, rate: float, beside: float) -> str:
    """What the rate leans on, where it is another in print."""
    if math.isnan(beside) or percent(beside) == percent(rate):
        return ""
    broader = KINDS[kind.parent]
    over = broader.over or broader.name
    rows = f"all {SUBJECTS[over]}" if over in SUBJECTS else ELSEWHERE[kind.over or kind.name]
    return f"; of {rows}, {percent(beside)}"


def _usual(lead: Feature, values: Row) -> str:
    """How usual a detail is, over all payers."""
    rows, alike = USUAL[lead.kind]
    share = value_of(values, lead.name)
    if math.isnan(share):
        return f"there is no service line to compare with {rows}"
    said = f"{percent(share)} of the {rows} answered so far {alike}"
    lead_in = _LEAD_INS.get(KINDS[lead.kind].factor)
    before = lead_in(values) if lead_in else ""
    return f"{before}: {said}" if before else said


def _times(seen: float, what: str) -> str:
    if not seen >= 1:
        return f"none of the {what} has been answered yet"
    return f"{seen:,.0f} of the {what} {'has' if seen == 1 else 'have'} been answered so far"


def _rate(lead: Feature, rate: float, seen: float, what: str, why: str) -> str:
    if not seen >= 1:
        return (
            f"none of the {what} has been answered yet, "
            f"and by those that come nearest {percent(rate)} are denied{why}"
        )
    # "Under 1 %" and "over 99 %" are vague enough.
    about = "about " if seen < FIRM and 0.01 <= rate <= 0.99 else ""
    # The worst line for a category need not be the one that was counted.
    if lead.kind in _LINE_NAMES and KINDS[lead.kind].category:
        return f"{about}{percent(rate)} of the {what} were denied{why}"
    if seen < FEW:
        has, by = ("has", "it") if seen == 1 else ("have", "them")
        return (
            f"only {seen:,.0f} of the {what} {has} been answered so far, "
            f"and by {by} and those that come nearest {percent(rate)} are denied{why}"
        )
    if lead.measure == "recent":
        return (
            f"in the last {RECENT_DAYS} days {about}{percent(rate)} of the {what} "
            f"were denied{why} ({seen:,.0f} answered in all)"
        )
    return f"of {seen:,.0f} {what}, {about}{percent(rate)} were denied{why}"


def _detail(kind: str, values: Row) -> str:
    if kind not in ("payer_missing", "payer_procedure_missing"):
        return ""
    missing = [words for name, words in MISSING_WORDS.items() if value_of(values, name) == 0]
    among = "among it " if len(missing) > MOST_MISSING else ""
    return f" ({among}no {', no '.join(missing[:MOST_MISSING])})" if missing else ""


def _eligibility(values: Row) -> str:
    """What is known of coverage; nothing where nothing is."""
    if value_of(values, "eligibility_active") == 0:
        return FACT_WORDS["eligibility_active"].say(0)
    days = value_of(values, "coverage_days")
    return "" if math.isnan(days) else FACT_WORDS["coverage_days"].say(days)


def _authorization(values: Row) -> str:
    """What the authorization falls short of, else whether there is one."""
    for name in ("days_valid_before", "days_valid_after", "units_spare"):
        if value_of(values, name) < 0:
            return FACT_WORDS[name].say(value_of(values, name))
    if value_of(values, "lines_not_covered") > 0:
        return FACT_WORDS["lines_not_covered"].say(value_of(values, "lines_not_covered"))
    return FACT_WORDS["authorization_given"].say(value_of(values, "authorization_given"))


def _referral(values: Row) -> str:
    if value_of(values, "referral_given") == 0 and value_of(values, "referring_given") == 0:
        return "no referral is on the claim"
    return "a referral is on the claim"


def _documentation(values: Row) -> str:
    return FACT_WORDS["attachments"].say(value_of(values, "attachments"))


def _already_billed(values: Row) -> str:
    if value_of(values, "repeats") == 0:
        return FACT_WORDS["repeats"].say(0)
    days, state = value_of(values, "repeat_days"), value_of(values, "repeat_state")
    known = {2.0: "paid", 3.0: "denied"}.get(state, "not answered yet")
    return f"this service was sent to this payer {_ago(days)} ({known})"


def _filing_lag(values: Row) -> str:
    lag = value_of(values, "lag_days")
    return "" if math.isnan(lag) else FACT_WORDS["lag_days"].say(lag)


def _other_coverage(values: Row) -> str:
    position = value_of(values, "position")
    if position >= 2 and value_of(values, "other_adjudicated") == 0:
        return "this payer is not the first and no earlier payer's answer is on the claim"
    return FACT_WORDS["position"].say(position)


def _benefit_use(values: Row) -> str:
    return FACT_WORDS["visits"].say(value_of(values, "visits"))


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
