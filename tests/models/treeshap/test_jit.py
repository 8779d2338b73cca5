"""What was compiled is kept where only its owner can write, and found again by the next process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import config

from models.treeshap import jit
from models.treeshap.jit import usable

SAYS = """
import sys
from pathlib import Path
from models.treeshap import jit
found = jit.kernel(Path(sys.argv[1]))
kept = [one.stats for one in vars(found).values() if hasattr(one, "nopython_signatures")]
print(sum(sum(one.cache_hits.values()) for one in kept))
print(sum(sum(one.cache_misses.values()) for one in kept))
print(kept[-1].cache_path)
"""
FUNCTIONS = 5


def _process(code: str, *words: str, **environment: str) -> list[str]:
    # As where the program's own folder is not to be written to.
    given = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_compiled_once_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    hits, misses, place = _process(SAYS, str(folder))
    assert (int(hits), int(misses)) == (0, FUNCTIONS)
    assert Path(place).is_relative_to(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    hits, misses, _ = _process(SAYS, str(folder))
    assert (int(hits), int(misses)) == (FUNCTIONS, 0)
    for file in folder.rglob("*.nb*"):
        file.write_bytes(b"damaged")
    hits, _, place = _process(SAYS, str(folder))
    assert (int(hits), place) == (0, "None")  # compiled anew, and nothing is kept


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    assert usable(ours) == ours.resolve()
    for mode in (0o770, 0o707):
        ours.chmod(mode)
        assert usable(ours) is None
    assert usable(tmp_path / "there" / "is" / "none") is None
    (tmp_path / "file").write_text("")
    assert usable(tmp_path / "file" / "in") is None


def test_without_numba_there_is_no_kernel() -> None:
    code = """
import sys
sys.modules["numba"] = None
from models.treeshap import jit
print(jit.kernel())
"""
    assert _process(code) == ["None"]


def test_where_numba_may_not_compile_there_is_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(config), "DISABLE_JIT", 1)
    assert jit._load(None) is None


@pytest.mark.heavy
def test_several_processes_compile_at_once(tmp_path: Path) -> None:
    given = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", SAYS, str(tmp_path / "compiled")]
    started = [
        subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    for process in started:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        hits, misses, _ = said.split()
        assert int(hits) + int(misses) == FUNCTIONS
    hits, misses, _ = _process(SAYS, str(tmp_path / "compiled"))
    assert (int(hits), int(misses)) == (FUNCTIONS, 0)
