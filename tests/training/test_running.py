from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from claims.errors import UserError
from features.history import History
from training import running


def _histories() -> list[History]:
    empty = History.empty()
    return [
        dataclasses.replace(empty, digest=f"sha256:{letter * 64}", until=day)
        for day, letter in enumerate("abcd")
    ]


def test_current_always_points_at_the_newest(tmp_path: Path) -> None:
    for history in _histories():
        folder = running.save(history, tmp_path / "var")
        current = tmp_path / "var" / "history" / "current"
        assert current.resolve() == folder
        assert History.open(current).until == history.until
    kept = {path.name for path in (tmp_path / "var" / "history").iterdir()}
    assert kept == {"current", "c" * 16, "d" * 16}


def test_the_same_history_is_kept_once(tmp_path: Path) -> None:
    history = _histories()[0]
    assert running.save(history, tmp_path) == running.save(history, tmp_path)


def test_the_folder_may_be_moved(tmp_path: Path) -> None:
    running.save(_histories()[1], tmp_path / "var")
    (tmp_path / "var").rename(tmp_path / "moved")
    assert History.open(tmp_path / "moved" / "history" / "current").until == 1


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(UserError, match="PRECLEAR_HOME"):
        running.save(_histories()[0], tmp_path / "var")
