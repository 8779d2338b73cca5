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

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.build_lines import LINE_FEATURES
from models.grouping import AMOUNT_OF_HISTORY, GROUPS, OWN
from models.score import MAX_REASONS, Reason
from models.subject import Subject
from models.wording import KINDS, vague
from models.words import NAMES_ITS_CAUSE

if TYPE_CHECKING:
    from claims.categories import Category

Floats = NDArray[np.float64]
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
_CATEGORY: Final = np.array(
    [CATEGORY_CODE.get(KINDS[one.kind].category, -1) if one.kind else -1 for one in LINE_FEATURES]
)
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

    def cause(self, features: Flags, *, raises: bool) -> tuple[Category | None, bool]:
        """By way of which cause these push most, and whether that is most of their push."""
        pushes = self.pushes[:, features].sum(axis=1)
        pushes = pushes if raises else -pushes
        best = int(np.argmax(pushes))
        if pushes[best] <= 0 or best >= len(self.causes):
            return None, False
        most = bool(pushes[best] >= MOST * pushes[pushes > 0].sum())
        return CATEGORIES[self.causes[best]], most


def explain(
    subject: Subject,
    contributions: Floats,
    *,
    risky: bool,
    towards: Towards | None = None,
    only: Category | None = None,
) -> Explanation:
    """Explain one claim or one line.

    ``contributions`` (features + 1) is what each feature adds to its raw score, with the base value
    last; ``risky`` puts what raises the risk first. ``towards`` divides the contributions by cause;
    ``only`` is the one cause that they are about, where they are.
    """
    pushes = contributions[:-1]
    factors = np.bincount(subject.of, pushes, len(GROUPS))
    size = np.abs(factors)
    largest = np.argsort(-size, kind="stable")[:MAX_REASONS]
    shown = [int(place) for place in largest if size[place] > NEGLIGIBLE * size.sum()]
    if risky:
        shown.sort(key=lambda place: factors[place] <= 0)
    shown.sort(key=lambda place: GROUPS[place] == AMOUNT_OF_HISTORY)
    # Those that say no more than another count for it.
    told = np.bincount(subject.tellers, pushes, len(pushes)) * SPEAKS[: len(pushes)]
    reasons = []
    for place in shown:
        total = float(factors[place])
        cause, most = (only, False)
        if towards is not None:
            cause, most = towards.cause(subject.of == place, raises=total > 0)
        lead = _lead(place, subject, told if total > 0 else -told, cause, raises=total > 0)
        reasons.append(_reason(place, subject, total, lead, cause if most else None))
    other = float(factors.sum()) - sum(reason.contribution for reason in reasons)
    return Explanation(tuple(reasons), float(contributions[-1]), other)


def _reason(
    factor: int, subject: Subject, total: float, lead: int, cause: Category | None
) -> Reason:
    """Word a factor by the feature ``lead``; ``cause`` is that of most of its push."""
    named = _named(lead, subject)
    if named or not total > 0 or not _worth_naming(factor, cause):
        cause = None
    value = float(subject.values[lead]) if lead >= 0 else np.nan
    if lead >= 0:
        text = subject.sentence(lead, raises=total > 0, towards=cause)
    else:
        text = vague(GROUPS[factor], raises=total > 0, towards=cause)
    return Reason(
        factor=GROUPS[factor],
        text=text,
        value=None if np.isnan(value) else value,
        contribution=total,
        category=named or cause,
    )


def _lead(
    factor: int, subject: Subject, pushes: Floats, cause: Category | None, *, raises: bool
) -> int:
    """The feature to tell the factor by; -1 where none may be told as pushing its way.

    ``pushes`` (features) is how far what each tells pushes that way.
    """
    may = subject.raising if raises else subject.lowering
    places = np.flatnonzero((OWN[: len(pushes)] == factor) & may & (pushes > 0))
    if not len(places):
        return -1
    best = int(places[np.argmax(pushes[places])])
    ours = places[_CATEGORY[places] == CATEGORY_CODE[cause]] if cause else places[:0]
    if len(ours):
        right = int(ours[np.argmax(pushes[ours])])
        if pushes[right] >= HARDLY * pushes[best]:
            return right
    return best


def _named(lead: int, subject: Subject) -> Category | None:
    """The category whose denials the sentence of a feature speaks of."""
    if lead < 0:
        return None
    category = int(_CATEGORY[lead])
    if category >= 0:
        return CATEGORIES[category]
    return _FACTS.get((LINE_FEATURES[lead].name, float(subject.values[lead])))


def _worth_naming(factor: int, cause: Category | None) -> bool:
    """Whether to say to which category a sentence points that speaks of none."""
    if cause is None or cause == "other" or GROUPS[factor] == AMOUNT_OF_HISTORY:
        return False
    return GROUPS[factor] not in NAMES_ITS_CAUSE
