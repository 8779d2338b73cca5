from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from invented_data import dataset

from claims.dataset import save
from claims.settings import Settings
from cli.main import call
from models.aliases import resolve
from service.app import create_app
from service.scoring.examples import FLAT

pytestmark = pytest.mark.xdist_group("mlflow")
QUICK = ["--trees", "40", "--leaves", "5", "--workers", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one model was trained and promoted."""
    made = tmp_path_factory.mktemp("cli")
    save(dataset()[0], made / "tables")
    save(dataset(4_000, shuffled=True)[0], made / "shuffled")
    save(dataset(60)[0], made / "few")
    return made


@pytest.fixture(autouse=True)
def _home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(folder / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(folder / "mlruns"))


@pytest.fixture(scope="module")
def trained(folder: Path) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECLEAR_HOME", str(folder / "var"))
        patch.setenv("PRECLEAR_MLRUNS", str(folder / "mlruns"))
        command = ["train", str(folder / "tables"), "--promote", "--json", *QUICK]
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *command],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "MLflow" not in done.stderr
    assert "INFO" not in done.stderr
    assert "Traceback" not in done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_train_prints_json_and_nothing_else(trained: dict[str, object]) -> None:
    assert trained["version"] == "1"
    assert trained["promoted"] is True
    assert trained["refusal"] is None
    assert str(trained["digest"]).startswith("sha256:")


def test_the_card_is_written_as_each_ending_says(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["models", "card"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Model card: denial, version 1")
    assert str(trained["digest"]).replace("_", "\\_") in printed
    for ending, begin in ((".html", b"<!DOCTYPE"), (".xml", b"<?xml"), (".md", b"# Model card")):
        out = folder / f"card{ending}"
        assert call(["models", "card", "1", "--out", str(out)]) == 0
        assert out.read_bytes().startswith(begin)
        kept = resolve(folder / "mlruns", "1").bundle.parent / f"card{ending}"
        assert kept.read_bytes().startswith(begin)
    assert (folder / "card.md").read_text() == printed
    assert call(["models", "card", "--out", str(folder / "card.docx")]) == 2
    assert "ends in none of" in capsys.readouterr().err


def test_a_refused_promotion_is_exit_code_1_and_still_registered(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["train", str(folder / "shuffled"), "--promote", *QUICK]) == 1
    told = capsys.readouterr()
    assert "preclear: the promotion was refused: it" in told.err
    assert "Registered as version 2, the challenger" in told.out
    assert call(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["version"] for entry in listed] == ["2", "1"]
    assert listed[1]["aliases"] == ["champion"]
    assert "refused" in listed[0]["promotion"]


def test_models_compare_promote_and_roll_back(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if call(["models", "show", "2", "--json"]) != 0:
        assert call(["train", str(folder / "tables"), "--half-life", "300", *QUICK]) == 0
    capsys.readouterr()
    assert call(["models", "compare", "1", "2"]) == 0
    assert "auroc" in capsys.readouterr().out
    assert call(["models", "promote", "2"]) == 0
    assert call(["models", "rollback"]) == 0
    assert "Version 1 is the champion again." in capsys.readouterr().out
    assert call(["models", "rollback"]) == 1
    assert "No champion came before version 1" in capsys.readouterr().err
    assert call(["models", "show"]) == 0
    told = capsys.readouterr().out
    assert "sha256:" in told
    assert "Precisions that it keeps" in told
    assert "cannot be kept, and is refused" in told
    assert call(["models", "show", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["promise"]["rows"]
    assert all(row["bound"] >= row["precision"] for row in kept)
    assert call(["models", "promote", "99"]) == 1
    assert "no version 99" in capsys.readouterr().err


def test_a_running_service_follows_promote_challenge_and_rollback(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if call(["models", "show", "2", "--json"]) != 0:
        assert call(["train", str(folder / "tables"), "--half-life", "300", *QUICK]) == 0
    settings = Settings.read(model_poll_seconds=3600.0)
    with TestClient(create_app(settings)) as client:
        watch = client.app.state.held.watch  # type: ignore[attr-defined]

        def serves() -> tuple[str, str | None]:
            watch.look()
            card = client.get("/model").json()
            assert card["refused"] == []
            return card["version"], (card["shadow"] or {}).get("version")

        assert call(["models", "challenge", "2"]) == 0
        assert serves() == ("1", "2")
        assert call(["models", "promote", "2"]) == 0
        assert serves() == ("2", None)
        assert client.post("/score", json=FLAT).json()["model"]["version"] == "2"
        assert call(["models", "rollback"]) == 0
        assert serves() == ("1", None)
        answer = client.post("/score", json=FLAT).json()
        assert answer["model"] == {"name": "denial", "version": "1", "digest": trained["digest"]}


@pytest.mark.parametrize("verb", ["promote", "challenge"])
def test_a_bundle_that_is_not_what_was_registered_gets_no_alias(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    if call(["models", "show", "2", "--json"]) != 0:
        assert call(["train", str(folder / "tables"), "--half-life", "300", *QUICK]) == 0
    assert call(["models", "challenge", "2"]) == 0
    assert "Version 2 is the challenger." in capsys.readouterr().out
    assert call(["models", "challenge", "champion"]) == 1
    assert "is the champion" in capsys.readouterr().err
    path = resolve(folder / "mlruns", "2").bundle / "carcs.json"
    kept = path.read_bytes()
    try:
        path.write_bytes(kept.replace(b"0", b"1"))
        assert call(["models", verb, "2"]) == 1
        assert "was changed after the model was saved" in capsys.readouterr().err
    finally:
        path.write_bytes(kept)
    assert resolve(folder / "mlruns").version == "1"


def test_evaluate_names_what_the_model_had_seen(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["evaluate", str(folder / "tables"), "--model", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["digest"] == trained["digest"]
    assert answer["twin"] is True
    assert answer["seen"]["examples"] > answer["evaluation"]["overall"]["examples"] > 0
    assert call(["evaluate", str(folder / "tables"), "--model", "1"]) == 0
    told = capsys.readouterr().out
    assert "Not counted above" in told
    assert "Judged is the model's twin" in told


def test_a_second_promotion_on_the_same_data_compares_like_with_like(
    trained: dict[str, object], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", str(folder / "tables"), "--promote", "--half-life", "400", "--json", *QUICK]
    call(command)
    made = json.loads(capsys.readouterr().out)
    asked = {one["name"]: one for one in made["evaluation"]["gates"]}["beats the champion"]
    assert "its judged twin" in asked["sentence"]
    assert "claims new to both" in asked["sentence"]


def test_a_backtest_is_printed_and_drawn(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from training import backtest

    monkeypatch.setattr(backtest, "MOST", 1)
    image = tmp_path / "aging.png"
    command = ["evaluate", str(folder / "tables"), "--backtest", "--workers", "1"]
    assert call([*command, "--out", str(image), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["ages"][0]["models"] == 1
    assert made["skipped"]
    assert image.read_bytes().startswith(b"\x89PNG")
    assert call([*command, "--out", str(tmp_path / "none" / "x.png")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_tuned_parameters_are_kept_and_train_the_same_model_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    save(dataset(2_500)[0], tmp_path / "tables")
    command = ["train", str(tmp_path / "tables"), "--workers", "1"]
    assert call([*command, "--trees", "20", "--tune", "0.0001"]) == 0
    told = capsys.readouterr().out
    assert "Tuned in 1 trial: none had a lower log loss" in told
    kept = next((tmp_path / "var" / "tuning").glob("*.json"))
    assert f"--parameters {kept}\n" in told
    assert call([*command, "--parameters", str(kept), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["tuning"] is None
    assert again["digest"][:19] in told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["train", "{few}"], 1, "answered claims"),
        (["train", "{few}/nothing"], 1, "there is no file or folder"),
        (["train", "{few}", "--trees", "x"], 2, "--trees"),
        (["train"], 2, "argument"),
        (["evaluate", "{few}", "--model", "nobody"], 1, "no alias nobody"),
        (["evaluate", "{few}", "--as-of", "soon"], 2, "--as-of"),
        (["evaluate", "{few}", "--out", "x.png"], 2, "--backtest"),
        (["evaluate", "{few}", "--backtest", "--out", "x.jpg"], 2, ".png"),
        (["evaluate", "{few}", "--backtest", "--as-of", "2024-01-01"], 2, "--as-of"),
        (["evaluate", "{few}", "--backtest"], 1, "No month of the data"),
        (["train", "{few}", "--half-life", "0"], 2, "--half-life"),
        (["train", "{few}", "--tune", "-1"], 2, "--tune"),
        (["train", "{few}", "--tune", "nan"], 2, "--tune"),
        (["train", "{few}", "--tune", "1", "--leaves", "3"], 2, "leave --leaves out"),
        (["train", "{few}", "--tune", "1", "--parameters", "x"], 2, "leave --tune out"),
        (["train", "{few}", "--trees", "20", "--parameters", "x"], 2, "leave --trees out"),
        (["train", "{few}", "--parameters", "{few}/none.json"], 2, "cannot be read"),
        (["models", "show", "7"], 1, "no version 7"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    trained: dict[str, object],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    told: str,
) -> None:
    assert call([word.replace("{few}", str(folder / "few")) for word in words]) == code
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("preclear: ")
    assert told in error


def test_without_a_registry_the_list_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "none"))
    assert call(["models", "list"]) == 0
    assert "No model is registered yet" in capsys.readouterr().out
    assert call(["models", "rollback"]) == 1
    assert "There is no model registry" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_the_verbs_answer_without_heavy_imports() -> None:
    code = (
        "import sys, cli.train, cli.evaluate, cli.models;"
        "heavy = {'mlflow', 'pandas', 'sklearn', 'lightgbm', 'matplotlib', 'numpy'};"
        "sys.exit(', '.join(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr.decode() in {"", "\n"}
