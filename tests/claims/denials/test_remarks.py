from __future__ import annotations

import csv
from importlib import resources

from claims.carc import load_catalogue
from claims.denials.choose import VAGUE
from claims.denials.remarks import BEARINGS, listed, remark, remarks


def test_every_remark_is_listed_once_with_words_and_known_bearings() -> None:
    text = resources.files("claims.denials").joinpath("rarc.csv").read_text("utf-8")
    codes = [row["code"] for row in csv.DictReader(text.splitlines())]
    assert len(codes) == len(set(codes)) == len(listed()) >= 80
    for one in listed():
        assert one.known
        assert one.code == one.code.strip().upper()
        assert one.bearing <= BEARINGS
        assert 5 < len(one.meaning) < 120
        assert not one.meaning.endswith(".")
        # the official texts speak so; ours do not
        assert "Missing/incomplete/invalid" not in one.meaning
        assert not one.meaning.startswith("Alert")


def test_every_bearing_is_used() -> None:
    assert frozenset[str]().union(*(one.bearing for one in listed())) == BEARINGS


def test_a_remark_that_is_not_listed_is_named_as_such() -> None:
    one = remark(" x999 ")
    assert (one.code, one.known, one.bearing) == ("X999", False, frozenset())
    assert one.meaning == "Remark X999: see your RARC list"


def test_notices_stand_behind_what_explains() -> None:
    assert [one.code for one in remarks(["MA01", "M62", "MA01", " ", "N14"])] == [
        "M62",
        "MA01",
        "N14",
    ]


def test_vague_reason_codes_are_denials_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    assert all(catalogue.facts(code).carc_class == "denial" for code in VAGUE)
