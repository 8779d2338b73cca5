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

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.build_lines import LINE_FEATURES
from models.choosing import add_up, choose
from models.grouping import AMOUNT_OF_HISTORY, GROUPS, OWN
from models.score import MAX_REASONS, Reason
from models.subject import Subjects
from models.wording import KINDS, vague
from models.words import NAMES_ITS_CAUSE

if TYPE_CHECKING:
    from claims.categories import Category

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

SPEAKS: Final = np.array([0.5 if one.measure == "share" else 1.0 for one in LINE_FEATURES])
"""How readily a feature speaks for its factor: what was denied tells a biller more than how usual
something is, so a share speaks only where it pushes twice as much."""
NEGLIGIBLE: Final = 0.02
"""Share of all absolute contributions under which a factor is not shown."""
_CATEGORY: Final = np.array(
    [CATEGORY_CODE.get(KINDS[one.kind].category, -1) if one.kind else -1 for one in LINE_FEATURES]
)
_FACTS: Final[dict[tuple[str, float], Category]] = {
    ("member_category", 1.0): "eligibility",
    ("member_category", 2.0): "coordination_of_benefits",
}
"""Facts whose words speak of a category."""
_CATEGORY_OF: Final[list[int]] = _CATEGORY.tolist()
_SPEAKING: Final = frozenset(name for name, _ in _FACTS)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons with what is not shown: their sum with ``base`` and ``other`` is the raw score."""

    reasons: tuple[Reason, ...]
    base: float
    other: float


@dataclass(frozen=True, slots=True, eq=False)
class Towards:
    """What divides contributions by cause: TreeSHAP values ``of`` (n, classes, features + 1).

    Paid is the first class; ``share`` (n, causes) is how much of the denial each cause is.
    ``causes`` are their places in ``CATEGORIES``, fewer than there are where the last is any other.
    """

    of: Floats
    share: Floats
    causes: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What explains n rows: of each the largest factors (n, k) and how they are told.

    ``total`` is what a factor adds, ``shown`` whether that is worth telling, ``lead`` the feature
    to tell it by (-1: none may), ``cause`` the category of most of its push (-1: none).
    """

    subjects: Subjects
    factor: Places
    total: Floats
    shown: Flags
    lead: Places
    cause: Places
    whole: Floats
    base: Floats

    def row(self, place: int, *, risky: bool) -> Explanation:
        """The reasons of one row; ``risky`` puts what raises its risk first."""
        told = [
            one
            for one in zip(
                self.factor[place].tolist(),
                self.total[place].tolist(),
                self.shown[place].tolist(),
                self.lead[place].tolist(),
                self.cause[place].tolist(),
                strict=True,
            )
            if one[2]
        ]
        if risky:
            told.sort(key=lambda one: one[1] <= 0)
        told.sort(key=lambda one: GROUPS[one[0]] == AMOUNT_OF_HISTORY)
        reasons = tuple(
            _reason(self.subjects, place, factor, total, lead, cause)
            for factor, total, _, lead, cause in told
        )
        other = float(self.whole[place]) - sum(reason.contribution for reason in reasons)
        return Explanation(reasons, float(self.base[place]), other)


_UNDIVIDED: Final = Towards(np.empty((0, 1, 0)), np.empty((0, 0)), ())


def explain(
    subjects: Subjects,
    contributions: Floats,
    towards: Towards | None = None,
    only: Category | None = None,
) -> Explained:
    """Explain n claims or lines.

    ``contributions`` (n, features + 1) is what each feature adds to its row's raw score, with the
    base value last. ``towards`` divides the contributions by cause; ``only`` is the one cause that
    they are about, where they are.
    """
    count, features = subjects.of.shape
    contributions = np.ascontiguousarray(contributions)
    factors, told = np.zeros((count, len(GROUPS))), np.zeros((count, features))
    add_up(subjects.of, contributions, factors)
    # Those that say no more than another count for it.
    add_up(subjects.tellers, contributions, told)
    told *= SPEAKS[:features]
    size = np.abs(factors)
    largest = np.empty((count, MAX_REASONS), np.int64)
    leads, named = np.empty_like(largest), np.empty_like(largest)
    by = towards or _UNDIVIDED
    causes = np.full(by.share.shape[1], -1)
    causes[: len(by.causes)] = by.causes
    choose(
        subjects.of, told, subjects.telling.raising, subjects.telling.lowering, factors, by.of,
        np.ascontiguousarray(by.share), causes, -1 if only is None else CATEGORY_CODE[only], OWN,
        _CATEGORY, largest, leads, named,
    )  # fmt: skip
    total = np.take_along_axis(factors, largest, 1)
    shown = np.take_along_axis(size, largest, 1) > NEGLIGIBLE * size.sum(axis=1)[:, None]
    base = contributions[:, -1]
    return Explained(subjects, largest, total, shown, leads, named, factors.sum(axis=1), base)


def _reason(
    subjects: Subjects, place: int, factor: int, total: float, lead: int, code: int
) -> Reason:
    """Word a factor by the feature ``lead``; ``code`` is the cause of most of its push."""
    named = _named(subjects, place, lead)
    cause = CATEGORIES[code] if code >= 0 else None
    if named or not total > 0 or not _worth_naming(factor, cause):
        cause = None
    value = None
    if lead >= 0:
        told = float(subjects.values[place, lead])
        value = None if math.isnan(told) else told
        text = subjects.sentence(place, lead, raises=total > 0, towards=cause)
    else:
        text = vague(GROUPS[factor], raises=total > 0, towards=cause)
    return Reason(
        factor=GROUPS[factor],
        text=text,
        value=value,
        contribution=total,
        category=named or cause,
    )


def _named(subjects: Subjects, place: int, lead: int) -> Category | None:
    """The category whose denials the sentence of a feature speaks of."""
    if lead < 0:
        return None
    category = _CATEGORY_OF[lead]
    if category >= 0:
        return CATEGORIES[category]
    name = LINE_FEATURES[lead].name
    if name not in _SPEAKING:
        return None
    return _FACTS.get((name, float(subjects.values[place, lead])))


def _worth_naming(factor: int, cause: Category | None) -> bool:
    """Whether to say to which category a sentence points that speaks of none."""
    if cause is None or cause == "other" or GROUPS[factor] == AMOUNT_OF_HISTORY:
        return False
    return GROUPS[factor] not in NAMES_ITS_CAUSE
