"""What the registry and the history's link name comes into service; what is bad does not."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from claim_json import as_json
from installation import point, register, tag
from invented import Practice
from swapping import Serve, Trial

from features.history import History
from models.aliases import CHALLENGER, CHAMPION, resolve
from models.denial import DenialModel
from models.scoring import Scorer
from service.metrics.swaps import REFUSED, SWAPS
from service.scoring.examples import FLAT
from service.serving.holder import Holder
from service.serving.private import FOLDER
from service.serving.refused import FIRST, LONGEST, Refusals

OWN = ("score_id", "scored_at")


def swaps(what: str) -> float:
    return float(SWAPS.labels(what)._value.get())


def put_history(trial: Trial, history: History) -> None:
    """As training leaves it: written whole, then linked in one step."""
    root = trial.settings.home / "history"
    history.save(root / history.digest[7:23])
    current = root / "current"
    if current.is_dir() and not current.is_symlink():
        current.rename(root / "first")
    link = root / ".link"
    link.symlink_to(history.digest[7:23])
    link.replace(current)


def test_another_champion_answers_as_one_that_was_loaded_fresh(
    trial: Trial, serve: Serve, second: DenialModel, world: Practice
) -> None:
    """Everything that is answered is the same, bit for bit."""
    bodies = [as_json(claim) for claim in world.claims[:40]]
    before = [trial.client.post("/score", json=body).json() for body in bodies]
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    swapped = [trial.client.post("/score", json=body).json() for body in bodies]
    fresh = serve(home=trial.settings.home)
    loaded = [fresh.client.post("/score", json=body).json() for body in bodies]
    for one in (*before, *swapped, *loaded):
        for name in OWN:
            one.pop(name)
    assert json.dumps(swapped) == json.dumps(loaded)
    assert {one["model"]["digest"] for one in swapped} == {second.digest}
    assert {one["model"]["version"] for one in swapped} == {"8"}
    assert {one["model"]["version"] for one in before} == {"7"}
    assert all(
        a["denial_probability"] != b["denial_probability"]
        for a, b in zip(before, swapped, strict=True)
    )


def test_a_rollback_brings_the_old_answers_back(trial: Trial, second: DenialModel) -> None:
    register(trial.mlruns, second, 8)
    before = trial.client.post("/score", json=FLAT).json()
    for version in (8, 7):
        point(trial.mlruns, CHAMPION, version)
        trial.held.watch.look()
        assert trial.card()["version"] == str(version)
    after = trial.client.post("/score", json=FLAT).json()
    assert {**after, **{name: before[name] for name in OWN}} == before


def test_a_threshold_that_was_set_stays(serve: Serve, second: DenialModel) -> None:
    trial = serve(threshold=0.11)
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    card = trial.card()
    assert (card["version"], card["threshold"]) == ("8", 0.11)
    assert trial.client.post("/score", json=FLAT).json()["threshold"] == 0.11


def test_another_history_comes_alone_or_with_its_model_in_one_step(
    trial: Trial, second: DenialModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[tuple[str, str]] = []
    before = Holder.put

    def seen(self: Holder, serving: Any, instead_of: Any) -> bool:
        put.append((serving.reference.version, serving.history.digest))
        return before(self, serving, instead_of)

    monkeypatch.setattr(Holder, "put", seen)
    trial.held.watch.look()
    assert put == []
    bare = History.empty()
    alone, both = swaps("history"), swaps("both")
    put_history(trial, bare)
    trial.held.watch.look()
    trial.held.watch.look()
    assert put == [("7", bare.digest)]
    assert swaps("history") == alone + 1
    told = trial.client.post("/score", json=FLAT).json()
    record = trial.held.repository.get(told["score_id"])
    assert record is not None
    assert record.history_digest == bare.digest == trial.card()["history_digest"]
    # A training: the history first, then the alias.
    shutil.rmtree(trial.settings.home / "history" / "current", ignore_errors=True)
    (trial.settings.home / "history" / "current").unlink()
    (trial.settings.home / "history" / "first").rename(trial.settings.home / "history" / "current")
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    assert [version for version, _ in put] == ["7", "8"]
    assert put[1][1] != bare.digest
    assert swaps("both") == both + 1


def test_a_history_that_a_request_put_there_is_not_undone(
    trial: Trial, second: DenialModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a model is made ready another history comes: the model is made ready again with it."""
    bare = History.empty()
    tries: list[int] = []
    put = Holder.put

    def late(self: Holder, serving: Any, instead_of: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            put_history(trial, bare)
            self.replace(history=bare)
        return put(self, serving, instead_of)

    monkeypatch.setattr(Holder, "put", late)
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    now = trial.held.serving.now()
    assert (now.reference.version, now.history.digest) == ("8", bare.digest)
    assert len(tries) == 2


def test_a_bad_candidate_leaves_the_old_one_serving_and_says_so(
    trial: Trial, second: DenialModel, caplog: pytest.LogCaptureFixture
) -> None:
    folder = register(trial.mlruns, second, 8)
    whole = (folder / "carcs.json").read_bytes()
    (folder / "carcs.json").write_bytes(whole.replace(b"0", b"1"))
    point(trial.mlruns, CHAMPION, 8)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            trial.held.watch.look()
    card = trial.card()
    assert card["version"] == "7"
    (refused,) = card["refused"]
    assert (refused["alias"], refused["version"]) == ("champion", "8")
    assert refused["digest"] == second.digest
    assert "was changed after the model was saved" in refused["reason"]
    assert caplog.text.count("refused as champion: version 8") == 1
    assert trial.client.get("/readyz").json()["model_version"] == "7"
    assert trial.client.post("/score", json=FLAT).json()["model"]["version"] == "7"
    assert REFUSED.labels("champion")._value.get() == 1
    page = trial.client.get("/metrics").text
    assert 'preclear_candidate_refused{alias="champion"} 1.0' in page
    # Nothing of it was kept, and once it is mended it comes into service.
    assert [path.name for path in kept(trial)] == [card["digest"][7:]]
    (folder / "carcs.json").write_bytes(whole)
    trial.held.watch.refusals._clock = lambda: float("inf")
    trial.held.watch.look()
    card = trial.card()
    assert (card["version"], card["refused"]) == ("8", [])
    assert REFUSED.labels("champion")._value.get() == 0


def kept(trial: Trial) -> list[Path]:
    """The private copies."""
    return [path for path in (trial.settings.home / FOLDER).iterdir() if path.is_dir()]


@pytest.mark.parametrize("step", ["golden", "load", "claim"])
def test_a_candidate_that_fails_at_any_step_is_refused(
    trial: Trial, second: DenialModel, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    if step == "golden":
        predict = DenialModel.scores, DenialModel.predict

        def other(self: DenialModel, values: Any) -> Any:
            said = predict[1](self, values)
            if self.digest == second.digest:
                said.raw[0] = 0.5
            return said

        monkeypatch.setattr(DenialModel, "predict", other)
    elif step == "load":

        def breaks(folder: Path) -> DenialModel:
            raise MemoryError(folder)

        monkeypatch.setattr(DenialModel, "load", breaks)
    else:

        def fails(self: Scorer, *asked: object) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(Scorer, "score", fails)
    trial.held.watch.look()
    monkeypatch.undo()
    card = trial.card()
    assert card["version"] == "7"
    (refused,) = card["refused"]
    said = {"golden": "golden rows", "load": "(MemoryError)", "claim": "(ZeroDivisionError)"}
    assert said[step] in refused["reason"]
    assert trial.client.post("/score", json=FLAT).json()["model"]["version"] == "7"


def test_a_model_that_is_not_the_one_that_was_registered(trial: Trial, second: DenialModel) -> None:
    register(trial.mlruns, second, 8)
    tag(trial.mlruns, 8, "preclear.digest", f"sha256:{1:064}")
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    assert "not the model that was registered" in trial.card()["refused"][0]["reason"]
    tag(trial.mlruns, 8, "preclear.digest", "../../elsewhere")
    trial.held.watch.look()
    assert "without a digest" in trial.card()["refused"][0]["reason"]
    assert trial.card()["version"] == "7"


def test_a_bad_history_is_not_taken(trial: Trial, caplog: pytest.LogCaptureFixture) -> None:
    digest = trial.card()["history_digest"]
    put_history(trial, History.empty())
    path = (trial.settings.home / "history" / "current").resolve() / "history.json"
    path.write_text("{")
    trial.held.watch.look()
    trial.held.watch.look()
    card = trial.card()
    assert card["history_digest"] == digest
    assert [one["alias"] for one in card["refused"]] == ["history"]
    assert caplog.text.count("refused as history") == 1
    (trial.settings.home / "history" / "current").unlink()
    trial.held.watch.look()
    assert "There is no usable history" in trial.card()["refused"][0]["reason"]
    (trial.settings.home / "history" / "current").symlink_to("first")
    trial.held.watch.look()
    assert trial.card()["refused"] == []


def test_a_registry_that_is_gone_stops_nothing_and_a_restart_finds_what_served(
    trial: Trial, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    before = trial.client.post("/score", json=FLAT).json()
    trial.mlruns.rename(trial.mlruns.with_name("gone"))
    trial.held.watch.look()
    assert "no model registry" in trial.card()["refused"][0]["reason"]
    assert trial.client.post("/score", json=FLAT).status_code == 200
    again = serve()
    card = again.card()
    assert card["version"] == "7"
    assert card["refused"][0]["alias"] == "champion"
    assert "served last, serves again" in caplog.text
    after = again.client.post("/score", json=FLAT).json()
    assert {**after, **{name: before[name] for name in OWN}} == before


def test_a_restart_with_a_bad_champion_goes_on_with_what_served(
    trial: Trial, serve: Serve, second: DenialModel
) -> None:
    folder = register(trial.mlruns, second, 8)
    (folder / "causes.txt").write_bytes(b"tree\n")
    point(trial.mlruns, CHAMPION, 8)
    card = serve().card()
    assert (card["version"], card["refused"][0]["version"]) == ("7", "8")


def test_what_happens_to_the_registrys_folder_later_does_not_matter(
    trial: Trial, serve: Serve
) -> None:
    before = trial.client.post("/score", json=FLAT).json()
    bundle = resolve(trial.mlruns, CHAMPION).bundle
    for path in bundle.iterdir():
        path.write_bytes(b"nothing")
    trial.held.watch.look()
    assert trial.card()["refused"] == []
    for one in (trial, serve()):
        after = one.client.post("/score", json=FLAT).json()
        assert {**after, **{name: before[name] for name in OWN}} == before


def test_a_database_that_cannot_be_read_stops_nothing(trial: Trial) -> None:
    (trial.mlruns / "mlflow.db").write_bytes(b"no database at all" * 100)
    trial.held.watch.look()
    assert trial.card()["version"] == "7"
    assert "cannot be read" in trial.card()["refused"][0]["reason"]


def test_a_lost_alias_stops_nothing(trial: Trial) -> None:
    point(trial.mlruns, CHAMPION, None)
    trial.held.watch.look()
    assert trial.card()["version"] == "7"
    assert "no alias champion" in trial.card()["refused"][0]["reason"]


def test_it_looks_by_itself(serve: Serve, second: DenialModel) -> None:
    import threading

    trial = serve(model_poll_seconds=0.02)
    gone_over = threading.Event()
    held = trial.held.serving
    put = held.put

    def seen(serving: Any, instead_of: Any) -> bool:
        done = put(serving, instead_of)
        gone_over.set()
        return done

    held.put = seen  # type: ignore[method-assign]
    register(trial.mlruns, second, 8)
    point(trial.mlruns, CHAMPION, 8)
    assert gone_over.wait(60)
    assert trial.client.post("/score", json=FLAT).json()["model"]["version"] == "8"


def test_a_refused_candidate_is_tried_again_ever_more_rarely(tmp_path: Path) -> None:
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    waited = []
    for _ in range(10):
        refusals.add(CHAMPION, (8,), "no")
        began = now[0]
        while refusals.waits(CHAMPION, (8,)):
            now[0] += 0.5
        waited.append(now[0] - began)
    assert waited[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert waited[-1] == LONGEST
    refusals.add(CHAMPION, (8,), "no")
    assert not refusals.waits(CHAMPION, (9,))
    assert not refusals.waits(CHALLENGER, (8,))
    since = refusals.told()[0].since
    refusals.add(CHAMPION, (8,), "no")
    assert refusals.told()[0].since == since
    refusals.add(CHAMPION, (9,), "no")
    assert refusals.told()[0].since > since
    refusals.clear(CHAMPION)
    assert refusals.told() == []
    assert not refusals.waits(CHAMPION, (9,))


def test_the_reader_leaves_no_lock_on_the_registry(trial: Trial) -> None:
    """MLflow writes to it while we look."""
    with closing(sqlite3.connect(trial.mlruns / "mlflow.db", timeout=0.1)) as writer, writer:
        writer.execute("BEGIN IMMEDIATE")
        trial.held.watch.look()
        writer.execute("UPDATE model_versions SET current_stage = 'None'")
    assert trial.card()["refused"] == []
