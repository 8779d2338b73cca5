"""The list of features: one row of the matrix, in order, by name.

The order is the model's contract: a bundle names its features and refuses another list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from claims.categories import CATEGORY_CODE
from features.facts import FACTS
from features.kinds import CLAIM_KINDS, LINE_KINDS, RECENT_DAYS, KindGroup


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the matrix.

    ``kind`` is the kind of key it was counted over (``features.kinds``), "" for a plain fact;
    ``measure`` is ``fact``, ``rate``, ``recent`` (rate of the last 90 days), ``seen`` (count),
    ``share`` (how usual the detail is) or ``combined`` (made of the rates of ``FINE``).
    """

    name: str
    factor: str
    meaning: str
    kind: str = ""
    measure: str = "fact"


_LINE: Final = ("worst", "least usual")


def _of_kinds(group: KindGroup) -> tuple[Feature, ...]:
    found: list[Feature] = []
    for measure, places, text in (
        ("rate", group.shown, "smoothed denial rate"),
        ("recent", group.recent, f"the same over the last {RECENT_DAYS} days"),
        ("seen", group.seen, "how many were answered"),
        ("share", group.usual, "share of the answered of the broader key that are alike"),
    ):
        for place in places:
            kind = group.kinds[place]
            line = (
                "" if group is CLAIM_KINDS else f", of the claim's {_LINE[measure == 'share']} line"
            )
            meaning = f"{text}: {kind.meaning}{line}"
            found.append(
                Feature(f"{kind.name}_{measure}", kind.factor, meaning, kind.name, measure)
            )
    return tuple(found)


# Evidence for one cause alone is rare, so trees that look at each cause apart pass over it; put on
# one scale, the evidence for all causes is common.
_COMBINED: Final = (
    Feature(
        "combined_rate",
        "all_causes",
        "chance of a denial for any category, were the finest rates of the categories independent",
        measure="combined",
    ),
    Feature(
        "highest_rate",
        "all_causes",
        "the highest of the finest rates of the categories",
        measure="combined",
    ),
)

FEATURES: Final[tuple[Feature, ...]] = (
    *(Feature(fact.name, fact.factor, fact.meaning) for fact in FACTS),
    *_of_kinds(CLAIM_KINDS),
    *_of_kinds(LINE_KINDS),
    *_COMBINED,
)
NAMES: Final = tuple(feature.name for feature in FEATURES)
FACTORS: Final = tuple(dict.fromkeys(feature.factor for feature in FEATURES))
PLACE: Final = {name: place for place, name in enumerate(NAMES)}
_MIXED: Final = tuple(
    kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds) if kind.category and kind.shown
)
_FINEST: Final = tuple(
    kind
    for kind in _MIXED
    if len(kind.parts) > 1 and kind.name not in {other.parent for other in _MIXED}
)
FINE: Final = np.array([PLACE[f"{kind.name}_rate"] for kind in _FINEST])
FINE_CATEGORIES: Final = np.array([CATEGORY_CODE[kind.category] for kind in _FINEST])
"""The category (its place in ``CATEGORIES``) that each of ``FINE`` is the finest rate of."""
