"""Sentences for reasons, in a biller's words, with the evidence behind them.

A sentence is written around one feature that pushed its factor; it gives that feature's value (a
count, a rate, days), what the key of a rate holds and the rate that it leans on, and nothing that
the model did not see. Of a claim with several lines, what is counted over lines is that of its
worst line, for each kind of key by itself; so it is told "for one line", and beside nothing that
may be another line's. Rates are smoothed (``features.kinds``), so they are given as "about" where
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
_PAYER: Final = ("payer",)
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
    if lead.measure == "fact":
        return _whole(_fact(lead, values), raises, towards)
    said = _counted(lead, values, beside, raises)
    lead_in = _LEAD_INS.get(KINDS[lead.kind].factor)
    before = _of_claim(lead_in(values), values) if lead_in and lead.measure != "seen" else ""
    return _whole(f"{before}: {said}" if before else said, raises, towards)


def vague(factor: str, *, raises: bool, towards: Category | None = None) -> str:
    """A sentence for a factor none of whose features may be told by itself as pushing its way."""
    against = "against" if raises else "for"
    said = f"what counts {against} it is {FACTOR_WORDS[factor]}"
    return _whole(f"{said}, though only beside the rest of the claim", raises, towards)


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
    said = _of_claim(FACT_WORDS[lead.name].say(value_of(values, lead.name)), values)
    if lead.name in _SHARES_SENT and value_of(values, lead.name) > 0:
        # When that was, and what came of it, is of the same factor.
        return f"{_of_claim(_already_billed(values), values)}: {said}"
    return said


def _one_line(values: Row) -> bool:
    """Whether all that is counted over lines is about one line."""
    return len(values) > len(FEATURES) or not value_of(values, "line_count") > 1


def _of_claim(said: str, values: Row) -> str:
    """The same words where "this" service or procedure may be that of any line."""
    if _one_line(values):
        return said
    for what in ("service", "procedure"):
        said = said.replace(f"this {what} was not", f"no {what} of the claim was")
        said = said.replace(f"this {what}", f"a {what} of the claim")
    return said


def _counted(lead: Feature, values: Row, beside: float, raises: bool) -> str:
    """What was counted over the key of ``lead``."""
    kind = KINDS[lead.kind]
    one = lead.kind not in _LINE_NAMES or kind.parts == _PAYER or _one_line(values)
    value = value_of(values, lead.name)
    if math.isnan(value):
        return "there is no service line to compare with others"
    if lead.measure == "share":
        rows, alike = USUAL[lead.kind]
        said = f"{percent(value)} of the {rows} answered so far {alike}"
        return said if one else f"for one line, {said}"
    base = kind.over or kind.name
    what = SUBJECTS[base] + _detail(base, values)
    seen = value_of(values, f"{base}_seen")
    if lead.measure == "seen":
        said = _times(seen, what)
    else:
        # The worst line for a category need not be the one that was counted.
        counted = seen if one or not kind.category else math.nan
        said = _rate(lead, value, counted, what)
        said += _compared(kind, value, beside) if one else _of_payer(kind, values, value, raises)
    return said if one else f"for one line, {said}"


def _compared(kind: Kind, rate: float, beside: float) -> str:
    """What the rate leans on, where it is another in print."""
    if math.isnan(beside) or percent(beside) == percent(rate):
        return ""
    broader = KINDS[kind.parent]
    over = broader.over or broader.name
    rows = f"all {SUBJECTS[over]}" if over in SUBJECTS else ELSEWHERE[kind.over or kind.name]
    return f"; of {rows}, {percent(beside)}"


def _of_payer(kind: Kind, values: Row, rate: float, raises: bool) -> str:
    """Beside the rate of one line: that of all lines to its payer, where it says the same."""
    broader = kind
    while broader.parent and broader.parts != _PAYER:
        broader = KINDS[broader.parent]
    if not broader.shown or broader.parts != _PAYER:
        return ""
    whole = value_of(values, f"{broader.name}_rate")
    if (whole < rate) != raises or percent(whole) == percent(rate):
        return ""
    return f"; of all {SUBJECTS[broader.over or broader.name]}, {percent(whole)}"


def _times(seen: float, what: str) -> str:
    if not seen >= 1:
        return f"none of the {what} has been answered yet"
    return f"{seen:,.0f} of the {what} {'has' if seen == 1 else 'have'} been answered so far"


def _rate(lead: Feature, rate: float, seen: float, what: str) -> str:
    """The rate of a key of which ``seen`` were answered, NaN where that is not known."""
    kind = KINDS[lead.kind]
    why = f" {CATEGORY_WORDS[kind.category]}" if kind.category else ""
    # Public rules may expect more of such claims than any answer has shown (features.expected).
    nearest = "what comes nearest or is a common rule" if kind.expects else "what comes nearest"
    # "Under 1 %" and "over 99 %" are vague enough.
    about = "about " if not seen >= FIRM and 0.01 <= rate <= 0.99 else ""
    if math.isnan(seen):
        return f"{about}{percent(rate)} of the {what} are denied{why}, as far as is known"
    if seen < 1:
        return (
            f"none of the {what} has been answered yet; going by {nearest}, "
            f"{about}{percent(rate)} are denied{why}"
        )
    if seen < FEW:
        return (
            f"only {seen:,.0f} of the {what} {'has' if seen == 1 else 'have'} been answered so "
            f"far; going by {'it' if seen == 1 else 'them'} and {nearest}, "
            f"{about}{percent(rate)} are denied{why}"
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
        return "neither a referral number nor a referring provider is on the claim"
    return "a referral number or a referring provider is on the claim"


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
