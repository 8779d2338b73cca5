"""What payers ask for: read whole, refused with one sentence, layered from payer to all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from claims.errors import UserError
from claims.profiles import load_profiles, parse_profiles, starter
from claims.profiles.ranges import Codes

WHOLE = """
form = 1
[[profile]]
name = "Plan"
payer_ids = ["60054"]
filing_days = 90
corrected_days = 180
corrected_from = "service"
[[profile.authorization]]
procedures = ["70551-70553", "J1745", "E*"]
from = 2025-01-01
to = 2025-12-31
[[profile]]
name = "Medicare"
filing_codes = ["MB"]
filing_months = 12
appeal_days = 120
[[profile.modifier]]
procedures = ["97110"]
modifiers = ["GP"]
[[profile]]
default = true
filing_days = 365
appeal_days = 60
"""


def test_the_payer_counts_before_its_kind_and_its_kind_before_all() -> None:
    profiles = parse_profiles(WHOLE, "a file")
    plan = profiles.of("60054", "MB")
    assert (plan.name, plan.filing_days, plan.filing_months) == ("Plan", 90, None)
    assert plan.appeal_days == 120
    assert plan.modifier[0].modifiers == {"GP"}
    assert (plan.corrected_days, plan.corrected_from) == (180, "service")
    other = profiles.of("1", "CI")
    assert (other.filing_days, other.appeal_days, other.authorization) == (365, 60, ())
    assert profiles.of("60054", "MB") is plan


def test_last_days() -> None:
    profiles = parse_profiles(WHOLE, "a file")
    served, decided = dt.date(2024, 2, 29), dt.date(2024, 5, 1)
    medicare, plan = profiles.of("", "MB"), profiles.of("60054")
    assert medicare.filing_days == 365
    assert medicare.last_filing_day(served) == dt.date(2025, 2, 28)
    assert plan.last_filing_day(served) == served + dt.timedelta(90)
    assert plan.last_corrected_day(served, None) == served + dt.timedelta(180)
    assert medicare.last_corrected_day(served, decided) is None
    assert medicare.last_appeal_day(decided) == decided + dt.timedelta(120)
    assert starter().of("", "MB").last_corrected_day(served, None) is None
    assert plan.last_filing_day(dt.date.max) == dt.date.max


def test_a_list_holds_from_its_first_to_its_last_day() -> None:
    (asked,) = parse_profiles(WHOLE, "a file").of("60054").authorization
    inside, after = dt.date(2025, 12, 31), dt.date(2026, 1, 1)
    assert [asked.asks(code, inside) for code in ("70552", "E0601", "70554")] == [True, True, False]
    assert not asked.asks("70552", after)
    assert not asked.asks("70552", None)


def test_ranges_may_overlap_and_stand_in_any_order() -> None:
    codes = Codes.parse(["80050-80060", "80055-80070", "80000", "J*"])
    assert all(code in codes for code in ("80055", "80070", "80000", "J1"))
    assert not any(code in codes for code in ("80071", "80001", "7", "", None, 80000))


def test_the_digest_is_of_the_content() -> None:
    plain = parse_profiles(WHOLE, "a")
    assert plain.digest == parse_profiles("# a comment\n" + WHOLE, "b").digest
    assert plain.digest != parse_profiles(WHOLE.replace("90", "91"), "a").digest


def test_the_starter_set_states_public_limits_with_their_source() -> None:
    profiles = starter()
    assert (profiles.of("", "MB").filing_months, profiles.of("", "MB").appeal_days) == (12, 120)
    assert profiles.of("", "CI").filing_days is None
    asked = [*profiles.of("", "MB").modifier, *profiles.of("", "MB").referring]
    assert asked
    assert all(one.source and one.severity == "warning" for one in asked)


WRONG = {
    "form = 1\n[[profile]]\nname = 'x'\n": "says no payer",
    "[[profile]]\ndefault = true\n": "form = 1",
    "form = 1\n[profile]\ndefault = true\n": "two brackets",
    "form = 1\nprofiles = []\n": "'profiles' at its top",
    "form = = 1": "not TOML",
    "form = 1\n[[profile]]\ndefault = true\nfiling_day = 3\n": "'filing_day'",
    "form = 1\n[[profile]]\ndefault = true\nfiling_days = 0\n": "from 1 to 3650",
    "form = 1\n[[profile]]\ndefault = true\nfiling_days = '90'\n": "filing_days",
    "form = 1\n[[profile]]\ndefault = true\nfiling_days = 90\nfiling_months = 3\n": "leave one",
    "form = 1\n[[profile]]\ndefault = true\ncorrected_from = 'x'\n": "corrected_from",
    "form = 1\n[[profile]]\npayer_ids = 'A'\n": "list of texts",
    "form = 1\n[[profile]]\npayer_ids = ['A']\n[[profile]]\npayer_ids = ['A']\n": "earlier profile",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\n": "lists no procedures",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['9921']\n":
        "'9921'",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['99215-99213']\n":
        "range",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.modifier]]\nprocedures = ['99213']\n":
        "modifiers",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.modifier]]\nprocedures = ['99213']\n"
    "modifiers = ['GPX']\n": "two characters",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['99213']\n"
    "modifiers = ['GP']\n": "modifiers",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['99213']\n"
    "from = '2025-01-01'\n": "without quotes",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['99213']\n"
    "from = 2025-01-02\nto = 2025-01-01\n": "exchange",
    "form = 1\n[[profile]]\ndefault = true\n[[profile.referral]]\nprocedures = ['99213']\n"
    "severity = 'fatal'\n": "severity",
    "form = 1\n[[profile]]\ndefault = true\nname = 7\n": "name has to be a text",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "payers.toml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_profiles(path)
    said = str(caught.value)
    assert WRONG[text] in said
    assert str(path) in said
    assert "\n" not in said


def test_a_file_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="PRECLEAR_PAYERS"):
        load_profiles(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UserError, match="not UTF-8"):
        load_profiles(tmp_path / "latin.toml")
