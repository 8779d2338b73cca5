from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from claims.errors import UserError
from claims.extract.mapping import load_mapping

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[claims]
file = "c.csv"
[claims.columns]
claim_id = ["a", "b"]
service_from = "d"
[remittances.columns]
denied = "x"
known_on = "k"
[rules]
submission_lag_days = 3
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text(text)
    return path


def test_what_is_left_out_follows_from_the_rest(tmp_path: Path) -> None:
    mapping = load_mapping(write(tmp_path, GOOD))
    assert mapping.claims.columns["claim_id"] == ("a", "b")
    assert (mapping.claims.one_row_is, mapping.lines.file) == ("claim", "c.csv")
    assert mapping.remittances is not None
    assert (mapping.remittances.file, mapping.remittances.one_row_is) == ("c.csv", "claim")
    assert (mapping.submission_lag, mapping.answer_lag) == (3, None)


def test_answers_in_the_file_of_lines_are_answers_to_lines(tmp_path: Path) -> None:
    text = GOOD.replace('file = "c.csv"', 'file = "c.csv"\none_row_is = "line"')
    mapping = load_mapping(write(tmp_path, text))
    assert mapping.remittances is not None
    assert mapping.remittances.one_row_is == "line"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[claims]", "[claims", "is no TOML"),
        ("[claims]\n", "[claims]\nfiel = 1\n", "holds fiel, which means nothing"),
        ('file = "c.csv"', "", r"\[claims\] in .* names no file"),
        ('file = "c.csv"', 'file = "c.csv"\none_row_is = "visit"', "one_row_is of .* must be"),
        ('claim_id = ["a", "b"]', "", "maps no column to claims.claim_id"),
        ('claim_id = ["a", "b"]', "claim_id = 7", "must be a column's name or a list"),
        ('claim_id = ["a", "b"]', 'claim_id = "a"\nline_count = "n"', "is no field of ours"),
        ('service_from = "d"', "", "maps neither service_from nor submitted_on"),
        ("submission_lag_days = 3", "", "no column to claims.submitted_on"),
        ("submission_lag_days = 3", "submission_lag_days = -1", "must be whole days"),
        ('known_on = "k"', "", "no column to remittances.known_on"),
        ('denied = "x"', "", "what tells a denial"),
        ("[rules]", "[remittances.categories]\na = 'odd'\n[rules]", "a category that is none"),
        ("[rules]", "[claims.values]\nservice_from = '2008'\n[rules]", "a field without a column"),
        ("[rules]", "[rules]\nlag = 1", "holds lag, which means nothing"),
    ],
)
def test_one_sentence_for_what_is_wrong(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(UserError, match=says) as caught:
        load_mapping(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_mapping(tmp_path / "mapping.toml")
