from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli import main as module
from cli.main import VERBS, build, call

REPO = Path(__file__).parents[2]


def test_every_verb_answers_to_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["--help"]) == 0
    told = capsys.readouterr().out
    for verb in VERBS:
        assert f"  {verb}" in told
        assert call([verb, "--help"]) == 0
        assert "Usage: preclear" in capsys.readouterr().out


def test_without_a_verb_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert call([]) == 0
    assert "read" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["--version"]) == 0
    assert capsys.readouterr().out.startswith("preclear 0.")


def test_only_the_verb_that_is_called_is_loaded() -> None:
    assert [command.name for command in build(["read", "x"]).registered_commands] == ["read"]
    assert len(build(["--help"]).registered_commands) > 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "preclear: no such command 'nothing' (see preclear --help)\n"),
        (["--bad"], "preclear: no such option: --bad (see preclear --help)\n"),
        (["read"], "(see preclear read --help)\n"),
        (["read", "--workers", "0", "x"], "(see preclear read --help)\n"),
        (["read", "--workers", "many", "x"], "(see preclear read --help)\n"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert call(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("preclear: ")
    assert told.err.endswith(says)
    assert told.err.count("\n") == 1


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pyarrow", "numpy", "lightgbm", "mlflow", "pandas", "sklearn", "fastapi", "sqlalchemy")
    code = (
        "import sys; from cli.main import call; call(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_main_leaves_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["preclear", "--bad"])
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["score", "nowhere.837", "--out", "s.csv"], True),
        (["audit", "verify"], True),
        (["score", "--help"], False),
        (["read", "nowhere.837"], False),
        (["--version"], False),
    ],
)
def test_machine_code_is_kept_for_verbs_that_compute(
    words: list[str], kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the home of the settings, before the verb begins."""
    asked: list[Path] = []
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    monkeypatch.setattr("claims.machine_code.keep_under", asked.append)
    call(words)
    assert asked == ([tmp_path / "var"] if kept else [])
