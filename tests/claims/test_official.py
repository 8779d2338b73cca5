from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from claims.carc import load_catalogue
from claims.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "official.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_texts_are_laid_over_ours(tmp_path: Path) -> None:
    path = write(tmp_path, "Code,Description\n197,Their text\n045,Other text\n")
    catalogue = load_catalogue(path)
    facts = catalogue.facts("197")
    assert (facts.official, facts.category) == ("Their text", "authorization")
    assert facts.meaning == load_catalogue().facts("197").meaning
    assert catalogue.facts("45").official == "Other text"
    assert catalogue.facts("50").official == ""


@pytest.mark.parametrize(
    "text",
    [
        "Claim Adjustment Reason Code;Long Description;Status\n197;Text; active\n",
        "\ufeffreason_code\tText\tStop Date\n197\tText\t\n",
        'CODE,MEANING,END DATE\n"197","Text","2999-01-01"\n\n',
    ],
)
def test_headers_and_delimiters_vary(tmp_path: Path, text: str) -> None:
    facts = load_catalogue(write(tmp_path, text)).facts("197")
    assert (facts.official, facts.retired) == ("Text", False)


def test_texts_of_another_encoding_are_read(tmp_path: Path) -> None:
    facts = load_catalogue(write(tmp_path, "code,text\n197,caf\u00e9\n", "cp1252")).facts("197")
    assert facts.official == "caf\u00e9"


@pytest.mark.parametrize(
    "row", ["197,T,Deactivated,", "197,T,,2019-01-01", "197,T,,01/31/2019", "197,T,active,20190101"]
)
def test_codes_are_retired(tmp_path: Path, row: str) -> None:
    path = write(tmp_path, f"code,text,status,stop\n{row}\n")
    assert load_catalogue(path).facts("197").retired


def test_class_and_category_change_only_with_their_columns(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "code,text,class,category\n24,Capitation,denial,eligibility\n97,Inside,contractual,\n"
        "999,New,,\n50,Same,,\n197,Moved,,documentation\n",
    )
    catalogue = load_catalogue(path)
    assert (catalogue.facts("24").category, catalogue.facts("24").owner) == (
        "eligibility",
        "registration",
    )
    assert (catalogue.facts("97").carc_class, catalogue.facts("97").category) == ("contractual", "")
    assert (catalogue.facts("999").carc_class, catalogue.facts("999").category) == (
        "denial",
        "other",
    )
    assert catalogue.facts("50").category == "medical_necessity"
    assert catalogue.facts("197").owner == "clinical"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("number,words\n1,x\n", "no column for the code"),
        ("code,words\n1,x\n", "no column for the description"),
        ("code,text\n", "lists no codes"),
        ("", "no column for the code"),
        ("code,text\n1,x\n1,y\n", "line 3 of .* lists code 1 again"),
        ("code,text\nmuch too long,x\n", "line 2 of .* no usable code"),
        ("code,text,class\n1,x,denied\n", "line 2 of .* says 'denied'"),
        ("code,text,category\n1,x,cob\n", "line 2 of .* says 'cob'"),
        ("code,text,stop\n1,x,soon\n", "YYYY-MM-DD"),
    ],
)
def test_a_list_that_cannot_be_used_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        load_catalogue(write(tmp_path, text))


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="PRECLEAR_CARC_CSV"):
        load_catalogue(tmp_path / "none.csv")
