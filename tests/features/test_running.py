from __future__ import annotations

import dataclasses
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from claims.errors import UserError
from claims.folder import load_tables
from claims.schema import TABLES
from features import running
from features.history import History
from features.running import Base, Folded

EMPTY = {name: schema.empty_table() for name, schema in TABLES.items()}


def _histories() -> list[History]:
    empty = History.empty()
    return [
        dataclasses.replace(empty, digest=f"sha256:{letter * 64}", until=day)
        for day, letter in enumerate("abcd")
    ]


def _train(history: History, home: Path) -> Path:
    return running.save_base(history, EMPTY, f"sha256:{history.until}{0:063}", home)


def _base(home: Path) -> Base:
    found = running.base(home)
    assert found is not None
    return found


def test_current_always_points_at_the_newest(tmp_path: Path) -> None:
    home = tmp_path / "var"
    for history in _histories():
        folder = _train(history, home)
        current = running.place(home)
        assert current.resolve() == folder
        assert History.open(current).until == history.until
        assert _base(home).history == folder
    kept = {path.name for path in (home / "history").iterdir() if path.name[0] != "."}
    assert kept == {"base", "current", "c" * 16, "d" * 16, _base(home).folder.name}


def test_the_same_history_is_kept_once(tmp_path: Path) -> None:
    history = _histories()[0]
    assert _train(history, tmp_path) == _train(history, tmp_path)


def test_the_folder_may_be_moved(tmp_path: Path) -> None:
    _train(_histories()[1], tmp_path / "var")
    (tmp_path / "var").rename(tmp_path / "moved")
    assert History.open(running.place(tmp_path / "moved")).until == 1
    assert _base(tmp_path / "moved").history.is_dir()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(UserError, match="PRECLEAR_HOME"):
        _train(_histories()[0], tmp_path / "var")


def test_the_tables_of_the_base_are_kept_with_the_keys_of_its_claims(tmp_path: Path) -> None:
    keys = [9, 0, 4, 9]
    columns = {
        "claim_key": pa.array(keys, pa.uint64()),
        "line_count": pa.array([0] * 4, pa.int32()),
    }
    for field in TABLES["claims"]:
        columns.setdefault(field.name, pa.nulls(4, field.type))
    claims = pa.table([columns[name] for name in TABLES["claims"].names], TABLES["claims"])
    tables = {**EMPTY, "claims": claims}
    running.save_base(History.empty(), tables, "sha256:" + "1" * 64, tmp_path)
    assert np.array_equal(_base(tmp_path).claim_keys(), [4, 9])
    assert load_tables(_base(tmp_path).folder)["claims"]["claim_key"].to_pylist() == keys


def test_what_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        _train(_histories()[0], tmp_path / "var")
    finally:
        os.umask(before)
    for path in (tmp_path / "var").rglob("*"):
        if not path.is_symlink():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_what_arrived_is_served_until_it_is_folded_into_a_new_base(tmp_path: Path) -> None:
    first, second, third, fourth = _histories()
    _train(first, tmp_path)
    base = _base(tmp_path)
    assert running.save_folded(second, base, Folded(base.name, 5), tmp_path)
    assert running.folded(tmp_path) == Folded(base.name, 5)
    folded = running.place(tmp_path).resolve()
    _train(third, tmp_path)
    _train(fourth, tmp_path)
    assert running.place(tmp_path).resolve() == folded
    assert History.open(folded).until == second.until
    # What was made over the base before last comes too late.
    assert not running.save_folded(first, base, Folded(base.name, 6), tmp_path)
    assert running.place(tmp_path).resolve() == folded
    base = _base(tmp_path)
    assert running.save_folded(first, base, Folded(base.name, 6), tmp_path)
    assert History.open(running.place(tmp_path)).until == first.until


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib\n"
        "from features import running\n"
        "from features.history import History\n"
        "def half(self, folder):\n"
        "    (folder / 'half.npy').write_bytes(b'x')\n"
        "    os._exit(9)\n"
        "History.save = half\n"
        "running.save_base(History.empty(), {}, 'sha256:0', pathlib.Path(sys.argv[1]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == 9
    assert list((tmp_path / "history").glob(".*.*.*"))
    _train(_histories()[0], tmp_path)
    assert not list((tmp_path / "history").glob(".*.*.*"))


def test_tables_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    assert running.base(tmp_path) is None
    _train(_histories()[0], tmp_path)
    (_base(tmp_path).folder / "base.json").write_text("{")
    with pytest.raises(UserError, match="preclear train"):
        running.base(tmp_path)
