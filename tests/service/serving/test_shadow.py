"""The challenger is asked about what was scored, on record, and never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from claim_json import as_json
from installation import point, register
from invented import Practice
from swapping import Serve, Trial

from models.aliases import CHALLENGER, CHAMPION
from models.denial import DenialModel
from models.score import ModelRef
from service.audit.event import Recorded
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter
from service.metrics.shadow import DROPPED, SCORES
from service.scoring.examples import FLAT
from service.serving.shadow import Shadow, picked


def events(trial: Trial) -> list[Recorded]:
    repository = trial.held.repository
    scores = [record.score_id for record in repository.latest(1000)]
    return repository.events_of(scores, "shadow")


def challenged(trial: Trial, model: DenialModel, version: int = 8) -> None:
    register(trial.mlruns, model, version)
    point(trial.mlruns, CHALLENGER, version)
    trial.held.watch.look()


def test_its_answers_are_recorded_beside_the_scores(
    trial: Trial, second: DenialModel, world: Practice
) -> None:
    trial.client.post("/score", json=FLAT)
    assert trial.card()["shadow"] is None
    challenged(trial, second)
    bodies = [as_json(claim) for claim in world.claims[:80]]
    answers = [trial.client.post("/score", json=body).json() for body in bodies[:20]]
    answers += trial.client.post("/score/batch", json={"claims": bodies[20:]}).json()["scores"]
    trial.held.shadow.settle()
    found = {one.score_id: one.body for one in events(trial)}
    assert set(found) == {answer["score_id"] for answer in answers}
    agreed = 0
    for answer in answers:
        record = trial.held.repository.get(answer["score_id"])
        assert record is not None
        said = second.predict(record.values())
        body: Any = found[answer["score_id"]]
        assert body["denial_probability"] == float(said.probability[0])
        assert body["raw_score"] == float(said.raw[0])
        assert body["flagged"] == (body["denial_probability"] >= second.threshold)
        flagged = answer["denial_probability"] >= answer["threshold"]
        assert body["same"] == (body["flagged"] == flagged)
        assert body["model"] == {"name": "denial", "version": "8", "digest": second.digest}
        assert answer["model"]["version"] == "7"
        assert "claim_id" not in str(body)
        agreed += body["same"]
    shadow = trial.card()["shadow"]
    assert (shadow["version"], shadow["scored"], shadow["dropped"]) == ("8", len(answers), 0)
    assert agreed
    assert SCORES.labels("8", "yes")._value.get() >= agreed


def test_one_and_many_are_answered_alike(
    trial: Trial, second: DenialModel, world: Practice
) -> None:
    challenged(trial, second)
    body = as_json(world.claims[3])
    alone = trial.client.post("/score", json=body).json()
    trial.held.shadow.settle()
    batch = {"claims": [as_json(claim) for claim in world.claims[:40]]}
    among = trial.client.post("/score/batch", json=batch).json()["scores"][3]
    trial.held.shadow.settle()
    found = {one.score_id: one.body for one in events(trial)}
    assert found[alone["score_id"]] == found[among["score_id"]]


def test_the_share_is_kept_by_the_scores_id(
    serve: Serve, second: DenialModel, world: Practice
) -> None:
    trial = serve(shadow_share=0.3)
    challenged(trial, second)
    batch = {"claims": [as_json(claim) for claim in world.claims[:200]]}
    answers = trial.client.post("/score/batch", json=batch).json()["scores"]
    trial.held.shadow.settle()
    expected = {one["score_id"] for one in answers if picked(one["score_id"], 0.3)}
    assert {one.score_id for one in events(trial)} == expected
    assert 20 < len(expected) < 110
    shares = np.mean([picked(f"{number}-id", 0.3) for number in range(20_000)])
    assert abs(shares - 0.3) < 0.02
    assert all(picked(f"{number}-id", 1.0) for number in range(1000))
    assert not any(picked(f"{number}-id", 0.0) for number in range(1000))


def test_who_becomes_the_champion_is_asked_no_more(trial: Trial, second: DenialModel) -> None:
    challenged(trial, second)
    assert trial.card()["shadow"]["version"] == "8"
    point(trial.mlruns, CHAMPION, 8)
    trial.held.watch.look()
    assert trial.card()["shadow"] is None
    assert trial.card()["version"] == "8"
    point(trial.mlruns, CHALLENGER, 7)
    trial.held.watch.look()
    assert trial.card()["shadow"]["version"] == "7"
    point(trial.mlruns, CHALLENGER, None)
    trial.held.watch.look()
    assert trial.card()["shadow"] is None


def test_a_bad_challenger_is_refused_and_the_champion_serves(
    trial: Trial, second: DenialModel
) -> None:
    folder = register(trial.mlruns, second, 8)
    (folder / "more.txt").write_bytes(b"")
    point(trial.mlruns, CHALLENGER, 8)
    trial.held.watch.look()
    card = trial.card()
    assert (card["version"], card["shadow"]) == ("7", None)
    assert [(one["alias"], one["version"]) for one in card["refused"]] == [("challenger", "8")]
    assert trial.client.post("/score", json=FLAT).status_code == 200
    # An alias that is taken away leaves nothing to refuse.
    point(trial.mlruns, CHALLENGER, None)
    trial.held.watch.look()
    assert trial.card()["refused"] == []


def test_what_is_too_much_is_let_pass_and_counted(
    trial: Trial, second: DenialModel, world: Practice
) -> None:
    """The challenger hangs: no answer waits for it, and the queue stays small."""
    held = trial.held
    hangs, go = threading.Event(), threading.Event()

    class Slow:
        threshold = second.threshold

        def predict(self, values: Any) -> Any:
            hangs.set()
            assert go.wait(60)
            return second.predict(values)

    shadow = Shadow(_writer(trial), 1.0, most=5)
    reference = ModelRef(name="denial", version="8", digest=second.digest)
    shadow.follow((Slow(), reference))  # type: ignore[arg-type]
    held.scoring._shadow = shadow
    before = DROPPED._value.get()
    bodies = [as_json(claim) for claim in world.claims[:9]]
    assert trial.client.post("/score", json=bodies[0]).status_code == 200
    assert hangs.wait(60)
    for body in bodies[1:]:
        assert trial.client.post("/score", json=body).status_code == 200
    assert shadow.dropped == 3
    go.set()
    shadow.settle()
    assert (shadow.scored, shadow.dropped) == (6, 3)
    assert DROPPED._value.get() == before + 3
    assert len(events(trial)) == 6
    shadow.close()
    shadow.offer(held.repository.latest(1))
    assert shadow.dropped == 4


def _writer(trial: Trial) -> AuditWriter:
    return trial.held.scoring._writer


def test_a_challenger_that_fails_or_cannot_be_recorded_costs_no_answer(
    trial: Trial,
    second: DenialModel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    challenged(trial, second)
    submit = AuditWriter.submit

    def fails(self: AuditWriter, entries: Sequence[Any]) -> Any:
        if any(getattr(one, "kind", "") == "shadow" for one in entries):
            raise AuditError("The audit log cannot be written (OperationalError).")
        return submit(self, entries)

    monkeypatch.setattr(AuditWriter, "submit", fails)
    for _ in range(3):
        assert trial.client.post("/score", json=FLAT).status_code == 200
        trial.held.shadow.settle()
    assert caplog.text.count("the challenger's answers are not recorded") == 1
    monkeypatch.undo()
    trial.client.post("/score", json=FLAT)
    trial.held.shadow.settle()
    shadow = trial.card()["shadow"]
    assert (shadow["scored"], shadow["dropped"]) == (1, 3)


def test_the_log_with_shadows_in_it_verifies(trial: Trial, second: DenialModel) -> None:
    challenged(trial, second)
    trial.client.post("/score", json=FLAT)
    trial.held.shadow.settle()
    (told,) = events(trial)
    (record,) = trial.held.repository.latest(9)
    assert told.caller == record.caller
    assert trial.held.repository.verify().whole
