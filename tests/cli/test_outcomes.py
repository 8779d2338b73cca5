from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# The practice in files, and what folds it, live with the tests of the service's outcomes.
sys.path.insert(0, str(Path(__file__).parents[1] / "service" / "outcomes"))

from arriving import Practice, history_of, invented, train

from claims.keys import load_keys
from cli.main import call
from features import running
from features.history import History

COUNTS = {
    "remittances", "already_known", "not_decided", "joined", "unmatched", "claims",
    "claims_already_known", "problems", "history",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    return invented(tmp_path_factory.mktemp("files"), claims=120)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Practice) -> Path:
    home = tmp_path / "var"
    monkeypatch.setenv("PRECLEAR_HOME", str(home))
    train(home, files.early)
    return home


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_files_are_folded_in_and_counted(
    home: Path, files: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(path) for path in files.late]
    assert call(["outcomes", *paths, "--json"]) == 0
    first = told(capsys)
    assert set(first) == COUNTS
    whole = history_of(home, files.every)
    assert first["history"] == {"digest": whole.digest, "state": "changed"}
    assert History.open(running.place(home)).digest == whole.digest
    assert call(["outcomes", *paths, "--json"]) == 0
    again = told(capsys)
    assert again["history"] == {"digest": whole.digest, "state": "the same"}
    assert again["claims_already_known"] == again["claims"] == first["claims"]
    assert call(["outcomes", *paths]) == 0
    out = capsys.readouterr().out
    assert f"{first['remittances']:,}" in out
    assert whole.digest in out


def test_a_folder_is_read_and_what_is_no_x12_is_named(
    home: Path, files: Practice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    broken = tmp_path / "broken.835"
    broken.write_bytes(files.answers()[0].read_bytes()[:-40])
    assert call(["outcomes", str(files.answers()[1]), str(other), str(broken), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "notes.txt" in err
    assert "broken.835" in err
    assert json.loads(out)["problems"] >= 2


def test_files_without_an_answer_are_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    assert call(["outcomes", str(other)]) == 1
    assert "name 835 files" in capsys.readouterr().err
    assert call(["outcomes", str(tmp_path / "nowhere")]) == 1


def test_before_a_training_answers_are_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: Practice,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "fresh"
    monkeypatch.setenv("PRECLEAR_HOME", str(home))
    load_keys(home)
    assert call(["outcomes", *(str(path) for path in files.late)]) == 0
    assert "preclear train" in capsys.readouterr().err
    train(home, files.early)
    assert call(["outcomes", str(files.late[0])]) == 0
    assert history_of(home, files.every).digest in capsys.readouterr().out
