"""Why the model said so: exact TreeSHAP values, summed into the factors that a biller knows.

The contributions of all features of a factor are added; adding is exact, so the reasons, the rest
and the base value still make up the raw score. The four factors with the largest absolute sums are
shown, so that nothing principal is ever left out, whichever way it pushes; ``NEGLIGIBLE`` ones are
not, because they would say nothing. Where the claim is likely to be denied, those that raise the
risk stand first, then those that lower it, each by size; otherwise all stand by size. How much
history there is stands last: it is true, but nothing that a biller can work on.

A factor is told by one feature that pushes the way that the factor does and may be told so
(``models.telling``). The one that pushes most is taken, but one about the denials of the category
towards which the factor pushes goes before one about denials of any kind, unless it hardly pushes.
Where no such feature is left, the sentence names the factor and claims no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from features.build_lines import LINE_FEATURES
from features.kinds import LINE_KINDS
from models.grouping import AMOUNT_OF_HISTORY, GROUPS, groups, teller
from models.score import MAX_REASONS, Reason
from models.telling import beside, may_tell
from models.wording import KINDS, sentence, vague
from models.words import NAMES_ITS_CAUSE

if TYPE_CHECKING:
    from claims.categories import Category

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

SPEAKS: Final = np.array([0.5 if one.measure == "share" else 1.0 for one in LINE_FEATURES])
"""How readily a feature speaks for its factor: what was denied tells a biller more than how usual
something is, so a share speaks only where it pushes twice as much."""
NEGLIGIBLE: Final = 0.02
"""Share of all absolute contributions under which a factor is not shown."""
HARDLY: Final = 0.05
"""Share of the strongest push from which a feature of the right category goes before it."""
MOST: Final = 0.5
"""Share of a factor's push by way of one cause from which the sentence may name that cause."""
_OF_LINES: Final = frozenset(kind.name for kind in LINE_KINDS.kinds)
_CATEGORY: Final = [KINDS[one.kind].category if one.kind else "" for one in LINE_FEATURES]
_OVER_LINES: Final = [
    one.name == "visits" or (one.kind in _OF_LINES and KINDS[one.kind].parts != ("payer",))
    for one in LINE_FEATURES
]
_FACTS: Final[dict[tuple[str, float], Category]] = {
    ("member_category", 1.0): "eligibility",
    ("member_category", 2.0): "coordination_of_benefits",
}
"""Facts whose words speak of a category."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons with what is not shown: their sum with ``base`` and ``other`` is the raw score."""

    reasons: tuple[Reason, ...]
    base: float
    other: float


@dataclass(frozen=True, slots=True, eq=False)
class Towards:
    """By way of which causes the features push: ``pushes`` (causes, features).

    ``causes`` are their places in ``CATEGORIES``, fewer than rows where the last is any other.
    """

    pushes: Floats
    causes: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of a claim: their rows of ``build_lines`` and their numbers on it."""

    values: Values
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One claim or line: its feature row, the contributions to it, and what belongs to both."""

    values: Values
    pushes: Floats
    elsewhere: Floats
    compared: Values
    of: Places
    towards: Towards | None
    only: Category | None
    lines: Lines | None
    raising: Flags
    lowering: Flags


def explain(
    values: Values,
    contributions: Floats,
    *,
    risky: bool,
    elsewhere: Floats | None = None,
    towards: Towards | None = None,
    only: Category | None = None,
    lines: Lines | None = None,
) -> Explanation:
    """Explain one claim or one line.

    ``values`` (features) is its row, of ``features.build`` or ``build_lines``; ``contributions``
    (features + 1) is what each adds to its raw score, with the base value last; ``risky`` puts what
    raises the risk first. ``elsewhere`` is its row of ``features.elsewhere``. ``towards`` divides
    the contributions by cause; ``only`` is the one cause that they are about, where they are. With
    the ``lines`` of a claim, what was counted over lines is told of the line that it is of.
    """
    around = np.empty(0) if elsewhere is None else elsewhere
    compared = beside(values, around)
    of = groups(values)
    row = _Row(
        values, contributions[:-1], around, compared, of, towards, only, lines,
        may_tell(values, compared, raises=True), may_tell(values, compared, raises=False),
    )  # fmt: skip
    factors = np.bincount(of, row.pushes, len(GROUPS))
    size = np.abs(factors)
    largest = np.argsort(-size, kind="stable")[:MAX_REASONS]
    shown = [int(place) for place in largest if size[place] > NEGLIGIBLE * size.sum()]
    if risky:
        shown.sort(key=lambda place: factors[place] <= 0)
    shown.sort(key=lambda place: GROUPS[place] == AMOUNT_OF_HISTORY)
    reasons = tuple(_reason(place, row) for place in shown)
    other = float(factors.sum()) - sum(reason.contribution for reason in reasons)
    return Explanation(reasons, float(contributions[-1]), other)


def _reason(factor: int, row: _Row) -> Reason:
    places = np.flatnonzero(row.of == factor)
    total = float(row.pushes[places].sum())
    raises = total > 0
    cause, most = _cause(places, row, raises)
    lead = _lead(factor, places, row, raises, cause)
    named = _named(lead, row)
    told: Category | None = None
    if raises and most and not named and _worth_naming(factor, lead, cause):
        told = cause
    value = float(row.values[lead]) if lead >= 0 else np.nan
    if lead >= 0:
        text = _sentence(lead, row, raises, told)
    else:
        text = vague(GROUPS[factor], raises=raises, towards=told)
    return Reason(
        factor=GROUPS[factor],
        text=text,
        value=None if np.isnan(value) else value,
        contribution=total,
        category=named or told,
    )


def _sentence(lead: int, row: _Row, raises: bool, told: Category | None) -> str:
    """Tell a feature, by the line that it is of where that can be said."""
    feature = LINE_FEATURES[lead]
    if row.lines is not None and _OVER_LINES[lead]:
        for place in np.flatnonzero(row.lines.values[:, lead] == row.values[lead]).tolist():
            line = row.lines.values[place]
            compared = beside(line, row.elsewhere)
            if may_tell(line, compared, raises=raises)[lead]:
                return sentence(
                    feature, line, raises=raises, beside=float(compared[lead]), towards=told,
                    line=row.lines.numbers[place],
                )  # fmt: skip
    compared = row.compared
    return sentence(feature, row.values, raises=raises, beside=float(compared[lead]), towards=told)


def _cause(places: Places, row: _Row, raises: bool) -> tuple[Category | None, bool]:
    """By way of which cause these features push most, and whether that is most of their push."""
    if row.towards is None:
        return row.only, False
    pushes = row.towards.pushes[:, places].sum(axis=1) * (1.0 if raises else -1.0)
    best = int(np.argmax(pushes))
    if pushes[best] <= 0 or best >= len(row.towards.causes):
        return None, False
    most = bool(pushes[best] >= MOST * pushes[pushes > 0].sum())
    return CATEGORIES[row.towards.causes[best]], most


def _lead(factor: int, places: Places, row: _Row, raises: bool, cause: Category | None) -> int:
    """The feature to tell the factor by; -1 where none may be told as pushing its way."""
    tellers = np.array([teller(int(place), factor, row.values) for place in places])
    told, at = np.unique(tellers, return_inverse=True)
    pushes = np.bincount(at.ravel(), row.pushes[places]) * SPEAKS[told]
    if not raises:
        pushes = -pushes
    pushes[~(row.raising if raises else row.lowering)[told]] = 0.0
    best = int(np.argmax(pushes))
    if pushes[best] <= 0:
        return -1
    right = np.array([_named(int(place), row) == cause and cause is not None for place in told])
    ours = np.where(right, pushes, 0.0)
    if ours.max() >= HARDLY * pushes[best]:
        best = int(np.argmax(ours))
    return int(told[best])


def _named(lead: int, row: _Row) -> Category | None:
    """The category whose denials the sentence of a feature speaks of."""
    if lead < 0:
        return None
    said = _CATEGORY[lead]
    if said:
        return CATEGORIES[CATEGORIES.index(said)]
    return _FACTS.get((LINE_FEATURES[lead].name, float(row.values[lead])))


def _worth_naming(factor: int, lead: int, cause: Category | None) -> bool:
    """Whether to say to which category a sentence points that speaks of none."""
    if cause is None or cause == "other" or GROUPS[factor] == AMOUNT_OF_HISTORY:
        return False
    return GROUPS[factor] not in NAMES_ITS_CAUSE
