from __future__ import annotations

import io
import sys

import pytest

from claims.progress import SILENT
from cli.progress import Bar, Lines, watch
from cli.tables import plain, show


def test_lines_tell_begin_way_and_end() -> None:
    out = io.StringIO()
    with Lines(out, every=0).stage("Reading", total=4) as advance:
        advance(1)
        advance(3)
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["Reading ...", "Reading: 25%", "Reading: 100%"]
    assert lines[3].startswith("Reading: done in ")
    assert "\r" not in out.getvalue()


def test_lines_count_where_the_total_is_not_known() -> None:
    out = io.StringIO()
    with Lines(out, every=0).stage("Writing") as advance:
        advance(1500)
        advance()
    assert "Writing: 1,501" in out.getvalue()


def test_lines_are_not_a_flood() -> None:
    out = io.StringIO()
    with Lines(out).stage("Reading", total=1000) as advance:
        for _ in range(1000):
            advance()
    assert len(out.getvalue().splitlines()) == 2


def test_a_failed_stage_is_not_called_done() -> None:
    out = io.StringIO()

    def fail() -> None:
        with Lines(out).stage("Reading"):
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert "done" not in out.getvalue()


def test_where_standard_error_goes_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(watch(), Bar)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(watch(), Lines)


def test_a_bar_leaves_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar().stage("Reading", total=2) as advance:
        advance(2)
    told = capsys.readouterr()
    assert "Reading: done in" in told.err
    assert told.out == ""


def test_silence() -> None:
    with SILENT.stage("Reading", total=2) as advance:
        advance(2)


def test_plain_tables_are_aligned_and_whole() -> None:
    lines = plain("Files", ["file", "claims"], [["a" * 99, "1"], ["b", "1,000"]], ["claims"])
    assert lines == [
        "Files",
        "file" + " " * 95 + "  claims",
        "a" * 99 + "       1",
        "b" + " " * 98 + "   1,000",
        "",
    ]
    assert plain("", ["file"], [], []) == ["file", ""]


def test_a_table_on_a_terminal_holds_every_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    show("Files", ["file", "claims"], [["[bold]a.837", "7"]], ["claims"])
    told = capsys.readouterr().out
    assert "Files" in told
    assert "[bold]a.837" in told
    assert "7" in told
