"""The harness of `make bench`: all run, a failing one is named and does not stop the rest."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def harness(repo: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.syspath_prepend(str(repo))
    import benchmarks.__main__ as module

    def fine() -> None:
        print("ratio 1.0")

    def broken() -> None:
        raise ValueError("no data")

    for name, main in {"one": broken, "two": fine}.items():
        fake = types.ModuleType(f"benchmarks.{name}")
        fake.main = main  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"benchmarks.{name}", fake)
    monkeypatch.setattr(module, "available", lambda: ["one", "two"])
    return module


def test_one_that_fails_does_not_stop_the_rest(
    harness: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main([]) == 1
    told = capsys.readouterr()
    assert "ratio 1.0" in told.out
    assert "cores" in told.out
    assert "failed: one" in told.err


def test_only_the_named_ones_run(
    harness: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main(["two"]) == 0
    assert "== one" not in capsys.readouterr().out


def test_an_unknown_name_is_a_wrong_call(
    harness: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main(["three"]) == 2
    assert "there are: one, two" in capsys.readouterr().err


def test_the_benchmarks_of_the_issue_are_there(repo: Path) -> None:
    found = {file.stem for file in (repo / "benchmarks").glob("*.py")}
    assert {"reading", "features", "training", "serving"} <= found
