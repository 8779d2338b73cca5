"""What the service looks at for a claim is, bit for bit, what the trainer looked at.

A world is written to 837 and 835 files. The trainer reads them as tables and builds its matrix,
each claim as of its submission. The same claims are then sent to ``/score``, one by one as JSON in
every dialect and together as an 837, and the feature values that were recorded are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from claim_json import as_json
from fastapi.testclient import TestClient
from installation import write_registry
from invented import KEYS, Practice
from numpy.typing import NDArray

from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.dialects import Paths, translated
from claims.keys import SECRET_NAME
from claims.progress import SILENT
from claims.settings import Settings
from claims.types import Claim
from claims.x12 import read
from data_synth.config import WorldConfig
from data_synth.invent import invent
from features import running
from models.denial import DenialModel
from service.app import create_app
from service.scoring.names import in_callers_words
from tests.claims.dialects.write_clearinghouse import clearinghouse
from tests.claims.dialects.write_fhir import fhir, fhir_bundle
from training import boosters
from training.learn import learn
from training.prepare import matrix, prepare

DIALECTS: dict[str, tuple[Callable[[Claim], dict[str, Any]], set[str]]] = {
    "clearinghouse": (clearinghouse, {"professional"}),
    "fhir": (fhir, {"professional", "institutional"}),
    "fhir bundle": (fhir_bundle, {"professional", "institutional"}),
}
"""How a claim is written, and claims of which forms can be."""


@dataclass(frozen=True)
class Trial:
    """A service, the claims that the trainer saw, their features, and its model."""

    client: TestClient
    claims: list[Claim]
    values: NDArray[np.float32]
    model: DenialModel

    def recorded(self, score_id: str) -> NDArray[np.float32]:
        """The feature values in the audit log."""
        held = self.client.app.state.held  # type: ignore[attr-defined]
        values: NDArray[np.float32] = held.repository.get(score_id).values()
        return values


def trial(folder: Path, size: int, model: DenialModel | None) -> Iterator[Trial]:
    """Write a world of ``size`` claims, train on it (or take ``model``), serve."""
    invent(WorldConfig(claims=size, seed=23), folder / "world", processes=1)
    dataset = read_dataset([folder / "world"], keys=KEYS, catalogue=load_catalogue(), workers=1)
    prepared = prepare(dataset, SILENT)
    if model is None:
        settings = boosters.Settings(trees=60)
        learned = learn(prepared, len(prepared.frame), dataset.digest(), settings, SILENT)
        model = learned.registered.model
    home, mlruns = folder / "var", folder / "mlruns"
    running.save_base(prepared.history, dataset.tables(), dataset.digest(), home)
    (home / SECRET_NAME).write_bytes(KEYS.secret)
    (home / SECRET_NAME).chmod(0o600)
    mlruns.mkdir()
    write_registry(mlruns, model)
    claims = [
        item
        for file in dataset.files
        for item in read(Path(file.path).read_bytes())
        if isinstance(item, Claim)
    ]
    values = matrix(prepared.frame, prepared.history, np.arange(len(claims)), SILENT)
    assert len(claims) == len(prepared.frame)
    with TestClient(create_app(Settings.read(home=home, mlruns=mlruns))) as client:
        yield Trial(client, claims, values, model)


def compare(trial: Trial, rows: NDArray[np.int64]) -> None:
    expected = trial.model.predict(trial.values[rows]).probability
    for row, probability in zip(rows.tolist(), expected.tolist(), strict=True):
        claim = trial.claims[row]
        answer = trial.client.post("/score", json=as_json(claim))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["as_of"] == str(claim.submitted_on)
        recorded = trial.recorded(told["score_id"])
        assert recorded.tobytes() == trial.values[row].tobytes(), claim.claim_id
        assert told["denial_probability"] == probability


@pytest.fixture(scope="module")
def small(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield from trial(tmp_path_factory.mktemp("small"), 1_300, world.model)


def test_one_by_one_over_http(small: Trial) -> None:
    rows = np.random.default_rng(5).permutation(len(small.claims))[:400]
    compare(small, rows)


def test_whole_files_over_http(small: Trial, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = next(tmp_path_factory.getbasetemp().glob("small*/world/837"))
    row = 0
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        count = sum(isinstance(item, Claim) for item in read(content))
        headers = {"Content-Type": "application/edi-x12"}
        told = small.client.post("/score/batch", content=content, headers=headers).json()
        assert [score["claim_id"] for score in told["scores"]] == [
            claim.claim_id for claim in small.claims[row : row + count]
        ]
        for place in range(0, count, 5):
            recorded = small.recorded(told["scores"][place]["score_id"])
            assert recorded.tobytes() == small.values[row + place].tobytes()
        row += count
    assert row == len(small.claims)


def plain(answer: dict[str, Any], paths: Paths | None = None) -> dict[str, Any]:
    """An answer without what differs from one to the next; our fields as ``paths`` tell them."""
    told = {**answer, "score_id": "", "scored_at": ""}
    return told if paths is None else in_callers_words(told, paths)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_by_one_in_the_words_of_others(small: Trial, dialect: str) -> None:
    write, forms = DIALECTS[dialect]
    rows = np.random.default_rng(6).permutation(len(small.claims))
    taken = [row for row in rows.tolist() if small.claims[row].form in forms][:150]
    for row in taken:
        claim = small.claims[row]
        body, day = write(claim), {"as_of": str(claim.submitted_on)}
        told = small.client.post("/score", params=day, json=body).json()
        recorded = small.recorded(told["score_id"])
        assert recorded.tobytes() == small.values[row].tobytes(), claim.claim_id
        flat = small.client.post("/score", json=as_json(claim)).json()
        found = translated(body)
        assert found is not None
        assert plain(told) == plain(flat, found.paths)
    told = small.client.post(
        "/score/batch", json={"claims": [write(small.claims[r]) for r in taken]}
    )
    assert [one["claim_id"] for one in told.json()["scores"]] == [
        small.claims[row].claim_id for row in taken
    ]


def test_the_claims_are_worth_comparing(small: Trial) -> None:
    """Professional and institutional, first and second payer, replacements, history known."""
    assert {claim.form for claim in small.claims} == {"professional", "institutional"}
    assert {claim.payer.position for claim in small.claims} >= {"P", "S"}
    assert {claim.frequency for claim in small.claims} >= {"1", "7"}
    varied = (small.values != small.values[:1]).any(axis=0)
    assert varied.mean() > 0.9


@pytest.mark.heavy
def test_thousands_with_the_trainers_own_model(tmp_path: Path) -> None:
    for whole in trial(tmp_path, 6_000, None):
        compare(whole, np.arange(len(whole.claims)))
