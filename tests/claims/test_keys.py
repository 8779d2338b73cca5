from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from claims.errors import UserError
from claims.keys import SECRET_NAME, Keys, load_keys

if TYPE_CHECKING:
    from pathlib import Path


def test_ids_compare_without_case_and_blanks() -> None:
    keys = Keys(b"a" * 32)
    assert keys.claim(" ab-1 ") == keys.claim("AB-1")
    assert keys.claim("AB-1") != keys.claim("AB-2")


def test_kinds_of_id_never_share_a_key() -> None:
    keys = Keys(b"a" * 32)
    assert len({keys.claim("X"), keys.member("X"), keys.payer_claim("X")}) == 3


def test_an_unstated_id_is_zero_and_only_that() -> None:
    keys = Keys(b"a" * 32)
    assert keys.claim("") == keys.member("  ") == 0
    assert all(0 < keys.claim(str(number)) < 2**64 for number in range(1000))


def test_the_secret_decides_and_is_not_shown() -> None:
    assert Keys(b"a" * 32).claim("X") != Keys(b"b" * 32).claim("X")
    assert "aaaa" not in repr(Keys(b"a" * 32))


def test_a_secret_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "var"
    first = load_keys(home)
    assert load_keys(home).claim("X") == first.claim("X")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / SECRET_NAME).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == [SECRET_NAME]


def test_many_starts_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: load_keys(tmp_path / "var").secret, range(64)))
    assert len(set(found)) == 1


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / SECRET_NAME).chmod(0o640)
    with pytest.raises(UserError, match="chmod 600"):
        load_keys(tmp_path)


def test_a_cut_secret_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path)
    (tmp_path / SECRET_NAME).write_bytes(b"short")
    with pytest.raises(UserError, match="5 bytes instead of 32"):
        load_keys(tmp_path)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(UserError, match="PRECLEAR_HOME"):
        load_keys(tmp_path / "var")
