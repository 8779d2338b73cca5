from __future__ import annotations

from pathlib import Path

from claims.categories import CATEGORIES
from features.catalog import FEATURES
from features.document import page
from features.kinds import CLAIM_KINDS, LINE_KINDS

REPO = Path(__file__).parents[2]


def test_the_page_of_features_is_current() -> None:
    assert (REPO / "docs/features.md").read_text() == page(), "run python -m features.document"


def test_every_category_has_a_mix_of_its_own() -> None:
    mixed = [k.category for g in (CLAIM_KINDS, LINE_KINDS) for k in g.kinds if k.category]
    assert set(mixed) == set(CATEGORIES)


def test_parents_come_before_their_children() -> None:
    for group in (CLAIM_KINDS, LINE_KINDS):
        assert all(group.parent[i] < i for i in range(len(group.kinds)))
        assert len(set(group.salts.tolist())) == len(group.kinds)


def test_every_feature_says_what_it_means() -> None:
    assert all(feature.meaning and feature.factor for feature in FEATURES)
