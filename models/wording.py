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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import Category
from features.catalog import FEATURES, Feature
from features.kinds import CLAIM_KINDS, LINE_KINDS, RECENT_DAYS, Kind
from models.fact_words import MISSING_WORDS
from models.grouping import strongest
from models.lead_ins import fact, lead_in, one_line, value_of
from models.telling import FEW, FIRM
from models.words import (
    ALONE,
    CATEGORY_WORDS,
    ELSEWHERE,
    FACTOR_WORDS,
    ONE_DENIAL,
    SUBJECTS,
    USUAL,
)

__all__ = ["KINDS", "POINTS_TO", "percent", "sentence", "vague", "value_of"]

Row = NDArray[np.float32]

POINTS_TO: Final = "this points above all to a denial"
MANY: Final = 1000
"""Answers behind a low rate from which it is given with a decimal."""
_PAYER: Final = ("payer",)
_MISSING: Final = ("payer_missing", "payer_procedure_missing", "missing", "procedure_missing")
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
    line: int = 0,
) -> str:
    """One sentence about the factor of ``lead`` for the claim or line with the row ``values``.

    ``raises`` says which way the whole factor pushes; a factor that lowers the risk says so.
    ``beside`` is the rate that a rate leans on, NaN where it is not known. ``towards`` is the
    category of the denials to which most of the factor's push goes, where that is to be said.
    ``line`` is the number of the line that the row is of, where the claim's sentence tells it.
    """
    if lead.measure == "combined":
        lead = FEATURES[strongest(values)]
    if lead.measure == "fact":
        said, before = fact(lead.name, values), ""
    else:
        said = _counted(lead, values, beside, raises)
        before = lead_in(KINDS[lead.kind].factor, values) if lead.measure != "seen" else ""
    said = f"{before}: {said}" if before else said
    return _whole(f"on line {line}, {said}" if line else said, raises, towards)


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


def _share(rate: float, seen: float) -> str:
    """A rate in words: with a decimal where it is low and many answers stand behind it."""
    if rate >= 0.1 or not seen >= MANY:
        return percent(rate)
    return "under 0.1 %" if rate < 0.001 else f"{100 * rate:.1f} %"


def _counted(lead: Feature, values: Row, beside: float, raises: bool) -> str:
    """What was counted over the key of ``lead``."""
    kind = KINDS[lead.kind]
    one = lead.kind not in _LINE_NAMES or kind.parts == _PAYER or one_line(values)
    value = value_of(values, lead.name)
    if math.isnan(value):
        return "there is no service line to compare with others"
    if lead.measure == "share":
        rows, alike = USUAL[lead.kind]
        alike = _by_itself(lead.kind, alike, values) + _detail(lead.kind, values)
        said = f"{percent(value)} of the {rows} answered so far {alike}"
        return said if one else f"for one line, {said}"
    base = kind.over or kind.name
    what = _by_itself(base, SUBJECTS[base], values) + _detail(base, values)
    seen = value_of(values, f"{base}_seen")
    if lead.measure == "seen":
        said = _times(seen, what)
    else:
        # The worst line for a category need not be the one that was counted.
        counted = seen if one or not kind.category else math.nan
        said = _rate(lead, value, counted, what)
        said += (
            _compared(kind, value, beside, seen) if one else _of_payer(kind, values, value, raises)
        )
    return said if one else f"for one line, {said}"


def _by_itself(kind: str, words: str, values: Row) -> str:
    """The words of a kind; those about another procedure hold only where there is one."""
    return words if value_of(values, "line_count") > 1 else ALONE.get(kind, words)


def _compared(kind: Kind, rate: float, beside: float, seen: float) -> str:
    """What the rate of ``seen`` leans on, where it is another in print."""
    if math.isnan(beside) or _share(beside, seen) == _share(rate, seen):
        return ""
    broader = KINDS[kind.parent]
    over = broader.over or broader.name
    rows = f"all {SUBJECTS[over]}" if over in SUBJECTS else ELSEWHERE[kind.over or kind.name]
    return f"; of {rows}, {_share(beside, seen)}"


def _of_payer(kind: Kind, values: Row, rate: float, raises: bool) -> str:
    """Beside the rate of one line: that of all lines to its payer, where it says the same."""
    broader = kind
    while broader.parent and broader.parts != _PAYER:
        broader = KINDS[broader.parent]
    if not broader.shown or broader.parts != _PAYER:
        return ""
    whole = value_of(values, f"{broader.name}_rate")
    if math.isnan(whole) or (whole < rate) != raises or percent(whole) == percent(rate):
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
    return f"of {seen:,.0f} {what}, {about}{_share(rate, seen)} were denied{why}"


def _detail(kind: str, values: Row) -> str:
    if kind not in _MISSING:
        return ""
    missing = [words for name, words in MISSING_WORDS.items() if value_of(values, name) == 0]
    among = "among it " if len(missing) > MOST_MISSING else ""
    return f" ({among}no {', no '.join(missing[:MOST_MISSING])})" if missing else ""
