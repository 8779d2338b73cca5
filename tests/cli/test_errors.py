from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claims.errors import UserError
from cli.errors import CliError, run

REPO = Path(__file__).parents[2]


def raising(error: BaseException) -> int:
    def command() -> None:
        raise error

    return run(command)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (CliError("file a.837 is broken:\n mend it"), 1, "file a.837 is broken: mend it"),
        (CliError("say which", 2), 2, "say which"),
        (UserError("there is no file x"), 1, "there is no file x"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "out.csv"), 1, "Permission denied (out.csv)"),
        (MemoryError(), 1, "not enough memory"),
    ],
)
def test_errors_are_one_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, says: str
) -> None:
    assert raising(error) == code
    told = capsys.readouterr()
    assert told.err.startswith("preclear: ")
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_an_unforeseen_error_shows_nothing_of_a_claim(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRECLEAR_DEBUG", raising=False)
    assert raising(KeyError("MEMBER-CANARY")) == 1
    told = capsys.readouterr().err
    assert "KeyError" in told
    assert "PRECLEAR_DEBUG=1" in told
    assert "CANARY" not in told
    assert "Traceback" not in told


def test_debugging_shows_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRECLEAR_DEBUG", "1")
    assert raising(KeyError("x")) == 1
    assert "Traceback" in capsys.readouterr().err


def test_done_is_0_and_a_number_is_the_code() -> None:
    assert run(lambda: None) == 0
    assert run(lambda: 3) == 3


def test_an_interrupt_that_typer_hands_on_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: 130) == 130
    assert capsys.readouterr().err == "preclear: interrupted\n"


def test_a_reader_that_leaves_early_is_no_defect() -> None:
    code = (
        "import sys; from cli.errors import run;"
        "sys.exit(run(lambda: [print('x' * 9999) for _ in range(99)]))"
    )
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
