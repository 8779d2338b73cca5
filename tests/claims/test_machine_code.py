"""Machine code is kept beside the program, else in a folder that is ours alone, else not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claims.machine_code import keep_under, ours

NOWHERE = Path("/nowhere")


@pytest.fixture(autouse=True)
def _as_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == "numba"]:
        monkeypatch.delitem(sys.modules, name)


def test_kept_under_home_where_the_program_is_not_to_be_written_to(tmp_path: Path) -> None:
    keep_under(tmp_path / "new" / "var", NOWHERE)
    folder = tmp_path / "new" / "var" / "compiled"
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_kept_beside_the_program_where_that_can_be(tmp_path: Path) -> None:
    keep_under(tmp_path / "var", tmp_path)
    assert "NUMBA_CACHE_DIR" not in os.environ
    assert not (tmp_path / "var").exists()


def test_what_the_operator_named_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    keep_under(tmp_path, NOWHERE)
    assert os.environ["NUMBA_CACHE_DIR"] == "/elsewhere"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "compiled"
    assert ours(folder) == folder.resolve()
    folder.chmod(mode)
    assert ours(folder) is None
    keep_under(tmp_path, NOWHERE)
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_a_folder_that_cannot_be_made_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert ours(tmp_path / "file" / "compiled") is None
    keep_under(tmp_path / "file", NOWHERE)
    assert "NUMBA_CACHE_DIR" not in os.environ


SAYS = """
import sys
from pathlib import Path
from claims.machine_code import keep_under
keep_under(Path(sys.argv[1]), Path("/nowhere"))
from models.treeshap.explainer import kernel
kept = [one.stats for one in vars(kernel()).values() if hasattr(one, "nopython_signatures")]
print(sum(sum(one.cache_hits.values()) for one in kept))
print(sum(sum(one.cache_misses.values()) for one in kept))
print(kept[-1].cache_path)
"""
FUNCTIONS = 5


def _started(home: Path) -> subprocess.Popen[str]:
    environment = {name: it for name, it in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = [sys.executable, "-c", SAYS, str(home)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> tuple[int, int, Path]:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    found, made, place = said.split()
    return int(found), int(made), Path(place)


def test_compiled_once_and_found_by_the_next_process(tmp_path: Path) -> None:
    found, made, place = _said(_started(tmp_path))
    assert (found, made) == (0, FUNCTIONS)
    assert place.is_relative_to(tmp_path / "compiled")
    assert _said(_started(tmp_path))[:2] == (FUNCTIONS, 0)


@pytest.mark.heavy
def test_several_processes_compile_at_once(tmp_path: Path) -> None:
    for found, made, _ in [_said(one) for one in [_started(tmp_path) for _ in range(6)]]:
        assert found + made == FUNCTIONS
    assert _said(_started(tmp_path))[:2] == (FUNCTIONS, 0)
