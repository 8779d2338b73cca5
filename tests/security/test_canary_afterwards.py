"""A canary in claims and in the 835s that answer them, through all that is done after a score.

Outcomes and what they change in the history, a challenger in shadow, a swap, an override, repeated
requests, metrics, traces, an export: of a person's names, ids and numbers none may hold more than a
keyed hash.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from installation import install, point, register
from invented import KEYS, Practice, another
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from test_canaries import MARK, filled

sys.path.insert(0, str(Path(__file__).parents[1] / "service" / "outcomes"))

from arriving import fold, invented, train

from claims.settings import Settings
from models.aliases import CHALLENGER, CHAMPION
from service.app import create_app
from service.audit.override import override
from service.scoring.claim_form import ClaimRequest
from service.tracing import otel
from tests.security.hostile_x12 import broken, claims_837, joined, remittances_835
from tests.security.searching import holders
from tests.security.test_canary import beside_claim_ids

X12, JSON = {"Content-Type": "application/edi-x12"}, {"Content-Type": "application/json"}
BORN = ("1931-07-19", "19310719")
SENT, ANSWERED = joined(claims_837()), joined(remittances_835())


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def settings(world: Practice, tmp_path: Path) -> Settings:
    """Trained on canaries among others, with a challenger, and traces that are kept here."""
    home = tmp_path / "installation"
    home.mkdir()
    settings = install(home, world, traces="http://127.0.0.1:9/v1/traces", model_poll_seconds=3600)
    shutil.rmtree(settings.home / "history")
    early = tmp_path / "early.837"
    early.write_bytes(joined(claims_837(1)))
    answer = tmp_path / "early.835"
    answer.write_bytes(joined(remittances_835(1)))
    train(settings.home, [*invented(tmp_path / "files", 60).every, early, answer])
    register(settings.mlruns, another(world, 0.25), 8)
    point(settings.mlruns, CHALLENGER, 8)
    return settings


@pytest.fixture
def client(
    settings: Settings, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(otel, "BatchSpanProcessor", lambda _: SimpleSpanProcessor(spans))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        app: Any = client.app
        app.state.outcomes.upkeep.close()  # the test folds
        yield client


@dataclass
class Asking:
    """A service; what it answers is looked through."""

    client: TestClient

    @property
    def state(self) -> Any:
        app: Any = self.client.app
        return app.state

    def post(self, path: str, body: bytes, kind: dict[str, str], key: str = "") -> Any:
        more = {"Idempotency-Key": key} if key else {}
        answer = self.client.post(path, content=body, headers={**kind, **more})
        assert answer.status_code in {200, 413, 422}, answer.text
        said = beside_claim_ids(answer.text) + str(answer.headers)
        assert [one for one in (MARK, *BORN) if one in said] == [], path
        return answer.json()

    def score_all(self, claim: dict[str, Any], key: str) -> list[str]:
        """Score the canaries in each form; the ids."""
        told = [self.post("/score", json.dumps(claim).encode(), JSON, f"{key}-1")]
        batch = json.dumps({"claims": [claim, {**claim, MARK: MARK}]}).encode()
        told += self.post("/score/batch", batch, JSON, f"{key}-2")["scores"]
        told += self.post("/score", SENT, X12, f"{key}-3")["scores"]
        return [one["score_id"] for one in told if "score_id" in one]

    def outcomes(self) -> None:
        """The answers to them: whole, again, and broken."""
        told = self.post("/outcomes", SENT + ANSWERED, X12, "outcomes")
        assert told["joined"] == 3
        assert self.post("/outcomes", SENT + ANSWERED, X12, "outcomes") == told
        self.post("/outcomes", ANSWERED, X12)
        for number in range(20):
            body = broken(number, [remittances_835(), claims_837()])
            answer = self.client.post("/outcomes", content=body, headers=X12)
            assert MARK not in answer.text

    def triage(self) -> None:
        """What is to be worked names claims by both their ids, and says nothing else of them."""
        answer = self.client.post("/triage", content=ANSWERED, headers=X12)
        told = answer.json()
        ids = [one.pop("claim_id") for one in told["denials"]]
        assert set(ids) == {f"{MARK}C{number}" for number in range(3)}
        assert all(one.pop("payer_claim_number") for one in told["denials"])
        assert MARK not in json.dumps(told) + str(answer.headers)

    def swap(self, settings: Settings) -> None:
        """What was posted becomes part of the history, and the challenger the champion."""
        digest = fold(settings.home, self.state.outcomes.store)
        point(settings.mlruns, CHAMPION, 8)
        self.state.held.watch.look()
        card = self.client.get("/model").json()
        assert (card["version"], card["history_digest"]) == ("8", digest)


def test_nothing_that_follows_a_score_holds_a_canary(
    client: TestClient, settings: Settings, spans: InMemorySpanExporter, logged: list[str],
    capfd: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    asking = Asking(client)
    held = asking.state.held
    claim = filled(ClaimRequest, MARK)
    score_ids = asking.score_all(claim, "first")
    asking.outcomes()
    held.repository.append([override(held.repository.get(score_ids[0]), "submit", "mended", "me")])
    asking.swap(settings)
    score_ids += asking.score_all(claim, "second")
    held.shadow.settle()
    kinds = {event.kind for event in held.repository.events_of(score_ids)}
    assert kinds == {"outcome", "override", "shadow"}
    asking.triage()
    exported = BytesIO()
    held.repository.export(exported)
    (tmp_path / "installation" / "exported").write_bytes(exported.getvalue())
    figures = client.get("/metrics").text
    assert 'preclear_outcome_not_judged{reason="retrospective"} 3.0' in figures
    traced = [span.to_json() for span in spans.get_finished_spans()]
    assert len(traced) > 20
    seen = capfd.readouterr()
    # From here on nothing is written: to close a file in this process drops SQLite's locks.
    for sought in (MARK, *BORN):
        assert sought not in figures + seen.out + seen.err
        assert [one for one in traced + logged if sought in one] == []
        assert holders(tmp_path / "installation", sought) == []
    hashed_alone(settings, score_ids[-3:])


def hashed_alone(settings: Settings, score_ids: list[str]) -> None:
    """Claim ids are where they are needed: as keyed hashes."""
    keys = {f"{KEYS.claim(f'{MARK}C{number}'):016x}" for number in range(3)}
    with closing(sqlite3.connect(settings.home / "outcomes.db")) as connection:
        found = connection.execute("SELECT claim_key FROM remittances").fetchall()
    assert keys <= {key for (key,) in found}
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        found = connection.execute("SELECT score_id, claim_key FROM scores").fetchall()
    assert keys == {key for score_id, key in found if score_id in score_ids}


def test_a_canary_is_found_wherever_it_is_put(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(f"a{MARK}b")
    (tmp_path / "wide").write_text(f"a{MARK}b", "utf-16")
    (tmp_path / f"{MARK}.txt").write_text("")
    pq.write_table(pa.table({"one": [f"{MARK}"] * 100}), tmp_path / "table.parquet")
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection, connection:
        connection.execute("CREATE TABLE t (v)")
        connection.execute("INSERT INTO t VALUES (?)", (f"x{MARK}x",))
    import base64

    for shift in range(3):
        told = base64.b64encode(b"-" * shift + MARK.encode() + b"-----")
        (tmp_path / f"coded{shift}").write_bytes(told)
    found = {one.split(" ")[0].split(":")[0] for one in holders(tmp_path, MARK)}
    assert found == {path.name for path in tmp_path.iterdir()}
    assert holders(tmp_path, "ANOTHERCANARY") == []
