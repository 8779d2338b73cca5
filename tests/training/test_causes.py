from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from models.causes import Causes
from training.boosters import Settings, grow, material
from training.causes import RARE, causes, numbered
from training.examples import Examples, Known, Maturity


def _claims(
    *denials: tuple[int, int], paid: int = 50
) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """Outcomes and categories: ``paid`` claims, then (category, how many) denials."""
    category = np.concatenate([np.full(count, place) for place, count in ((-1, paid), *denials)])
    denied = np.arange(len(category)) >= paid
    return denied, category.astype(np.int8)


def test_every_denial_has_a_class_and_no_other_claim_has_one() -> None:
    denied, category = _claims((2, RARE), (5, 90), (7, RARE - 1), (9, 1), (-1, 4))
    found = causes(denied, category)
    assert found == Causes((2, 5), other=True)
    assert found.names == ["paid", CATEGORIES[2], CATEGORIES[5], "any_other"]
    label = numbered(found, denied, category)
    assert ((label > 0) == denied).all()
    assert np.bincount(label).tolist() == [50, RARE, 90, RARE - 1 + 1 + 4]


def test_a_single_denial_left_over_is_told_from_paid_and_from_what_was_learned() -> None:
    denied, category = _claims((2, 40), (5, 40), (-1, 1))
    label = numbered(causes(denied, category), denied, category)
    assert label[-1] == 3
    assert not causes(*_claims((2, 40), (5, 40))).other


@pytest.mark.parametrize("denials", [((2, 500),), ((2, 500), (3, 8)), ((1, 9), (2, 9), (-1, 7))])
def test_with_fewer_than_two_categories_it_is_paid_or_denied(
    denials: tuple[tuple[int, int], ...],
) -> None:
    denied, category = _claims(*denials)
    found = causes(denied, category)
    assert found == Causes((), other=True)
    assert (numbered(found, denied, category) == denied).all()


def test_the_category_of_a_paid_claim_is_not_looked_at() -> None:
    denied, category = _claims((2, 40), (5, 40), paid=100)
    category[:100] = 3
    assert causes(denied, category).learned == (2, 5)
    assert (numbered(causes(denied, category), denied, category)[:100] == 0).all()


def test_a_rare_leftover_stays_rare_in_what_is_foretold() -> None:
    from features.catalog import NAMES
    from models.causes import mix
    from models.native import NativeBooster

    random = np.random.default_rng(3)
    denied, category = _claims((2, 150), (5, 150), (-1, 2), paid=700)
    count = len(denied)
    values = random.normal(size=(count, len(NAMES))).astype(np.float32)
    values[:, 0] += 2 * (category == 2)
    values[:, 1] += 2 * (category == 5)
    none = np.zeros(1, np.int32)
    examples = Examples(
        rows=np.arange(count), day=np.zeros(count, np.int32), known_on=np.zeros(count, np.int32),
        denied=denied, category=category, carc=np.full(count, ""),
        payer=np.zeros(count, np.int32), payers=("A",), dropped={},
        mature=np.ones(count, np.bool_),
        maturity=Maturity(until=0, overall=0, by_payer=none),
    )  # fmt: skip
    settings = Settings(threads=1)
    of = material(values, examples, Known(np.arange(count), np.ones(count)), settings)
    made = grow(of, 40, settings, lambda _=1, /: None)
    assert made.causes.names == ["paid", CATEGORIES[2], CATEGORIES[5], "any_other"]
    found = mix(NativeBooster(made.text).raw(values))
    assert found.share[:, 2].mean() == pytest.approx(2 / 302, abs=0.01)
    assert found.share[:, 2].max() < 0.2
    assert (1 / (1 + np.exp(-found.raw))).mean() == pytest.approx(302 / count, abs=0.01)
