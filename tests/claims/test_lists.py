"""CMS's own files, in the forms in which it publishes them (codes and values invented)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from claims.errors import UserError
from claims.lists.codes import read_diagnoses, read_procedures
from claims.lists.files import effective_of, month_of, quarter_end, year_of
from claims.lists.mue import read_limits
from claims.lists.ncci import read_pairs

ORDERED = """\
00001 A00     0 Cholera                                                      Cholera
00002 A000    1 Cholera due to Vibrio cholerae 01, biovar cholerae           Cholera due to
00003 E119    1 Type 2 diabetes mellitus without complications               Type 2 diabetes
"""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fixed(code: str, added: str, ended: str, kind: str = "3") -> str:
    line = f"{code}00100{kind}".ljust(268) + added.ljust(16) + ended.ljust(8)
    return line.ljust(320)


def test_diagnoses_of_a_fiscal_year_and_of_april(tmp_path: Path) -> None:
    (tmp_path / "icd10cm_order_2025.txt").write_text(ORDERED)
    (tmp_path / "icd10cm-codes-April-2025.txt").write_text("A000    Cholera\nU099    Post COVID\n")
    (tmp_path / "icd10cm_order_addenda_2025.txt").write_text("Add: 00009 Z999 1 x")
    (tmp_path / "readme.txt").write_text("See the guidelines.")
    codes = read_diagnoses(tmp_path)
    assert codes.valid("E119", day("2024-10-01")) is True
    assert codes.valid("A00", day("2024-10-01")) is False
    assert codes.valid("U099", day("2025-03-31")) is False
    assert codes.valid("U099", day("2025-04-01")) is True
    assert codes.valid("E119", day("2025-04-01")) is False
    assert codes.valid("E119", day("2025-10-01")) is None
    assert codes.valid("XXX", day("2024-09-30")) is None


def test_level_two_by_its_own_days(tmp_path: Path) -> None:
    path = tmp_path / "HCPC2025_JAN_ANWEB.txt"
    rows = [
        fixed("A0001", "20240101", ""), fixed("A0001", "", "", kind="4"),
        fixed("J0002", "20100101", "20241231"), fixed("LT   ", "19820101", ""),
    ]  # fmt: skip
    path.write_text("\n".join(rows))
    codes = read_procedures(path)
    assert codes.valid("A0001", day("2025-02-01")) is True
    assert codes.valid("J0002", day("2024-12-31")) is True
    assert codes.valid("J0002", day("2025-01-01")) is False
    assert codes.valid("Q9999", day("2025-03-31")) is False
    assert codes.valid("Q9999", day("2025-04-01")) is None
    assert codes.valid("D0120", day("2025-02-01")) is None
    sheet = tmp_path / "HCPC2025_JAN_ANWEB.csv"
    sheet.write_text(
        "HCPC,SEQNUM,RECID,LONG DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\n"
        "A0001,100,3,\"An item, of a kind\",20240101,20240101,\n"
        "J0002,100,3,A drug,20100101,20100101,20241231\n"
    )  # fmt: skip
    assert read_procedures(sheet).digest == codes.digest


NCCI = (
    "CPT only copyright\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date\tModifier\t"
    "PTP Edit Rationale\n"
    "99213\t36415\t\t20200101\t*\t1\tStandards\n"
    "80053\t80048\t*\t19960101\t20241231\t0\tMisuse\n"
    "80053\t80048\t\t20250401\t*\t1\tMisuse\n"
    "0001A\tG0008\t\t20200101\t20200101\t0\tNever\n"
    "93000\t93005\t\t20200101\t*\t9\tNone\n"
)


@pytest.mark.parametrize("comma", [False, True])
def test_pairs_hold_from_day_to_day(tmp_path: Path, comma: bool) -> None:
    path = tmp_path / "ccipra-v311r0-f1.txt"
    path.write_text(NCCI.replace("\t", ",") if comma else NCCI)
    pairs = read_pairs(path)
    assert len(pairs) == 5
    assert pairs.separable("99213", "36415", day("2025-01-01")) is True
    assert pairs.separable("36415", "99213", day("2025-01-01")) is None
    assert pairs.separable("99213", "36415", day("2019-12-31")) is None
    assert pairs.separable("80053", "80048", day("2024-12-31")) is False
    assert pairs.separable("80053", "80048", day("2025-01-01")) is None
    assert pairs.separable("80053", "80048", day("2025-04-01")) is True
    assert pairs.separable("0001A", "G0008", day("2020-01-01")) is None
    assert pairs.separable("93000", "93005", day("2025-01-01")) is None
    assert pairs.separable("9321", "93005", day("2025-01-01")) is None
    asked = [("99213", "36415"), ("36415", "99213"), ("", ""), ("80053", "80048"), ("é9213", "0")]
    assert pairs.listed(asked).tolist() == [True, False, False, True, False]


def test_two_files_of_pairs_are_one(tmp_path: Path) -> None:
    lines = NCCI.splitlines(keepends=True)
    (tmp_path / "f1.txt").write_text("".join(lines[:4]))
    (tmp_path / "f2.txt").write_text("".join((*lines[:2], *lines[4:])))
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "all.txt").write_text(NCCI)
    assert read_pairs(tmp_path).digest == read_pairs(whole).digest


def test_units_by_quarter(tmp_path: Path) -> None:
    head = '"CPT only\ncopyright"\nHCPCS/CPT Code,Practitioner Services MUE Values,'
    head += "MUE Adjudication Indicator,MUE Rationale\n"
    (tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2025.csv").write_text(
        head + "97110,6,3 Date of Service Edit: Clinical,CMS\n0001A,1,2 Date of Service Edit,x\n"
    )
    (tmp_path / "other.txt").write_text("97110\t8\t1 Line Edit\tCMS\n")
    limits = read_limits(tmp_path)
    inside, outside = limits.of("97110", day("2025-03-31")), limits.of("97110", day("2025-04-01"))
    assert inside is not None
    assert outside is not None
    assert (inside.units, inside.indicator) == (Decimal(6), 3)
    assert (outside.units, outside.indicator) == (Decimal(8), 1)
    assert limits.of("99999", day("2025-01-01")) is None


@pytest.mark.parametrize("read", [read_diagnoses, read_procedures, read_pairs, read_limits])
def test_what_is_no_list_is_refused_with_the_setting(read: object, tmp_path: Path) -> None:
    assert callable(read)
    for name in ("nothing.txt", "none"):
        path = tmp_path / name
        if name == "nothing.txt":
            path.write_text("a note\n")
        with pytest.raises(UserError, match="PRECLEAR_"):
            read(path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match="unpack"):
        read(empty)
    (empty / "note.txt").write_text("only a note")
    with pytest.raises(UserError):
        read(empty)


def test_a_row_that_is_not_as_it_should_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(NCCI.replace("20200101\t*\t1", "first\t*\t1"))
    with pytest.raises(UserError, match="download it anew"):
        read_pairs(path)
    path = tmp_path / "HCPC2025.txt"
    path.write_text(fixed("A0001", "whenever", ""))
    with pytest.raises(UserError, match="line 1"):
        read_procedures(path)
    path = tmp_path / "icd10cm_codes.txt"
    path.write_text("A000    Cholera\n")
    with pytest.raises(UserError, match="year in its name"):
        read_diagnoses(path)


def test_days_in_names() -> None:
    assert year_of(Path("icd10cm_codes_2025.txt")) == 2025
    assert year_of(Path("HCPC2024_OCT_ANWEB.txt")) == 2024
    assert year_of(Path("codes.txt")) is None
    assert month_of(Path("HCPC2024_OCT_ANWEB.txt")) == 10
    assert month_of(Path("icd10cm-codes-April-2025.txt")) == 4
    assert month_of(Path("codes_2025.txt")) is None
    assert effective_of(Path("MUE_Eff_04-01-2025.csv")) == day("2025-04-01")
    assert effective_of(Path("MUE_Eff_13-01-2025.csv")) is None
    assert quarter_end(day("2025-10-01")) == day("2025-12-31")
