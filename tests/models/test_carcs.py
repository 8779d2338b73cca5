"""CARCs by category and payer: counts, leaned on all payers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from claims.carc import load_catalogue
from claims.categories import CATEGORY_CODE
from models.carcs import TYPICAL, CarcTable, CarcTableError

AUTHORIZATION = CATEGORY_CODE["authorization"]
CODING = CATEGORY_CODE["coding"]
BIG, SMALL, NEVER_SEEN = 2**63 + 5, 7, 99


@pytest.fixture(scope="module")
def table() -> CarcTable:
    rows = [(AUTHORIZATION, "197", BIG)] * 300 + [(AUTHORIZATION, "15", BIG)] * 100
    rows += [(AUTHORIZATION, "15", SMALL)] * 2 + [(CODING, "4", BIG)] + [(-1, "197", BIG)] * 50
    rows += [(CODING, "", BIG)] * 50
    category, carc, payer = zip(*rows, strict=True)
    return CarcTable.fit(np.array(category), np.array(carc), np.array(payer, np.uint64))


def test_a_large_payer_speaks_for_itself(table: CarcTable) -> None:
    (first, share), (second, other) = table.top(AUTHORIZATION, BIG)
    assert (first, second) == ("197", "15")
    assert share == pytest.approx((300 + 20 * 300 / 403) / 420)
    assert other == pytest.approx((100 + 20 * 102 / 403) / 420)


def test_a_small_payer_leans_on_all(table: CarcTable) -> None:
    shares = dict(table.top(AUTHORIZATION, SMALL))
    everywhere = dict(table.top(AUTHORIZATION, NEVER_SEEN))
    assert everywhere["15"] < shares["15"] < 0.5
    assert shares["15"] == pytest.approx((2 + 20 * 102 / 403) / 22)
    assert everywhere["197"] == pytest.approx(300 / 403)


def test_something_is_left_for_codes_never_seen(table: CarcTable) -> None:
    assert sum(share for _, share in table.top(AUTHORIZATION, BIG)) < 1
    assert dict(table.top(CODING, NEVER_SEEN)) == {"4": 0.5}


def test_a_category_never_denied_has_the_codes_that_mean_it(table: CarcTable) -> None:
    assert table.top(CATEGORY_CODE["timely_filing"], BIG) == (("29", pytest.approx(2 / 3)),)
    assert [code for code, _ in table.top(CATEGORY_CODE["eligibility"], BIG)] == ["27", "26", "31"]
    assert table.top(CATEGORY_CODE["other"], BIG) == ()


def test_typical_codes_are_of_their_category() -> None:
    catalogue = load_catalogue()
    for category, codes in TYPICAL.items():
        assert {catalogue.facts(code).category for code in codes} == {category}


def test_at_most_as_many_as_asked(table: CarcTable) -> None:
    assert [code for code, _ in table.top(AUTHORIZATION, BIG, 1)] == ["197"]


def test_strangers_do_not_fill_the_memory(table: CarcTable) -> None:
    before = len(table._answers)
    for payer in range(1000, 3000):
        table.top(AUTHORIZATION, payer)
    assert len(table._answers) <= before + 1


def test_over_all_categories_each_speaks_by_its_chance(table: CarcTable) -> None:
    chances = [0.0] * 14
    chances[AUTHORIZATION], chances[CODING] = 0.3, 0.7
    made = dict(table.likeliest(chances, BIG))
    assert made["4"] == pytest.approx(0.7 * dict(table.top(CODING, BIG))["4"])
    assert made["197"] == pytest.approx(0.3 * dict(table.top(AUTHORIZATION, BIG))["197"])
    assert [code for code, _ in table.likeliest(chances, BIG)] == ["4", "197", "15"]
    assert len(table.likeliest(chances, BIG, 1)) == 1


def test_a_code_of_two_categories_counts_twice() -> None:
    table = CarcTable.fit([0, 1, 1], ["16", "16", "18"], np.zeros(3, np.uint64))
    chances = [0.5, 0.5] + [0.0] * 12
    both = sum(dict(table.top(place, 0))["16"] / 2 for place in (0, 1))
    assert table.likeliest(chances, 0, 1) == (("16", pytest.approx(both)),)


def test_json_and_back(table: CarcTable) -> None:
    back = CarcTable.from_json(json.loads(json.dumps(table.to_json())))
    for payer in (BIG, SMALL, NEVER_SEEN):
        assert back.top(AUTHORIZATION, payer) == table.top(AUTHORIZATION, payer)
    assert back.to_json() == table.to_json()


@pytest.mark.parametrize(
    "values",
    [
        None,
        {},
        {"overall": {}, "by_payer": []},
        {"overall": {"no category": {"1": 2}}, "by_payer": {}},
        {"overall": {"coding": {"1": "2"}}, "by_payer": {}},
        {"overall": {"coding": {"1": -2}}, "by_payer": {}},
        {"overall": {}, "by_payer": {"not hex": {"coding": {"4": 1}}}},
    ],
)
def test_other_json_is_refused(values: object) -> None:
    with pytest.raises(CarcTableError):
        CarcTable.from_json(values)
