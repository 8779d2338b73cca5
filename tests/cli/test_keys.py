from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from cli.main import call
from service.access import local
from service.access.apikey import presented
from service.access.store import FILE, KeyStore


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    return tmp_path / "var"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, str]:
    assert call(["keys", *words, "--json"]) == 0
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


def test_a_key_is_made_listed_and_revoked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["keys", "create", "front-desk", "--scope", "score", "--scope", "outcomes"]) == 0
    text, _, scopes, how = capsys.readouterr().out.splitlines()
    assert scopes.startswith("It may outcomes score until 20")
    assert "Authorization: Bearer" in how
    sent = presented(text)
    assert sent is not None
    assert call(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert "front-desk" in listed
    assert "active" in listed
    assert text[-43:] not in listed
    assert call(["keys", "revoke", sent.key_id]) == 0
    assert call(["keys", "revoke", sent.key_id]) == 0
    capsys.readouterr()
    (key,) = told(capsys, "list")
    assert key["state"] == "revoked"  # type: ignore[index]
    assert call(["keys", "rotate", sent.key_id]) == 1
    assert "revoked" in capsys.readouterr().err
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600


def test_of_a_key_the_hash_alone_is_stored(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "create", "a")["key"]
    again = told(capsys, "rotate", text.split("_")[1])["key"]
    with closing(sqlite3.connect(home / FILE)) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in (text[-43:], again[-43:]):
        assert secret not in dump
    sent = presented(again)
    assert sent is not None
    assert sent.digest.hex().upper() in dump.upper()


def test_a_rotated_key_has_its_id_and_a_time_of_grace(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = told(capsys, "create", "a", "--scope", "reports", "--days", "10")
    second = told(capsys, "rotate", first["id"], "--grace", "2", "--days", "20")
    assert second["id"] == first["id"]
    assert second["scopes"] == ["reports"]
    assert second["expires"] > first["expires"]
    store = KeyStore(home / FILE)
    (key,) = store.every()
    store.close()
    old, new = presented(first["key"]), presented(second["key"])
    assert old is not None
    assert new is not None
    assert key.accepts(new.digest, key.created_at + 10**6)
    assert key.accepts(old.digest, key.created_at + 7_100)
    assert not key.accepts(old.digest, key.created_at + 7_300)
    told(capsys, "rotate", first["id"], "--grace", "0")
    store = KeyStore(home / FILE)
    (key,) = store.every()
    store.close()
    assert not key.accepts(new.digest, key.created_at)
    assert not key.accepts(bytes(32), key.created_at)


def test_this_machines_key_is_rotated_in_its_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = KeyStore(home / FILE)
    assert local.ensure(store, home)
    assert not local.ensure(store, home)
    text = local.read(home)
    assert stat.S_IMODE((home / local.FILE).stat().st_mode) == 0o600
    again = told(capsys, "rotate", text.split("_")[1])["key"]
    assert local.read(home) == again != text
    assert not local.ensure(store, home)
    store.revoke(text.split("_")[1])
    assert local.ensure(store, home)
    assert local.read(home) not in {text, again}
    # Both were made within a second, perhaps, so in no order that can be told.
    good = {key.key_id: key.revoked_at is None for key in store.every()}
    assert good == {text.split("_")[1]: False, local.read(home).split("_")[1]: True}
    store.close()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["create", "a", "--scope", "everything"], 2, "There is no scope everything"),
        (["create", " "], 1, "1 to 80 printable"),
        (["create", "a\nb"], 1, "1 to 80 printable"),
        (["revoke", "0123"], 1, "no key 0123"),
        (["rotate", "0123"], 1, "no key 0123"),
        (["create", "a", "--days", "0"], 2, "--days"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_done_is_one_sentence(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["keys", *words]) == code
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_a_file_that_is_no_database_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    (home / FILE).write_bytes(b"no database at all" * 99)
    assert call(["keys", "list"]) == 1
    assert "cannot be used" in capsys.readouterr().err
