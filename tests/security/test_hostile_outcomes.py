"""Broken 835s to ``POST /outcomes``: answered, without a piece of them, and nothing else is lost.

What of a broken file can be read is kept. So it must fold like any other row, and leave what was
there before as it was.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1] / "service" / "outcomes"))

import arriving
from arriving import CATALOGUE, Practice, fold, invented, train
from invented import KEYS
from serving import installed, together

from claims.keys import SECRET_NAME
from claims.settings import Settings
from service.app import create_app
from service.outcomes.posted import posted
from service.outcomes.store import REMITTANCES, OutcomeStore
from tests.security.hostile_x12 import WITHIN, broken, claims_837, joined, remittances_835
from tests.security.test_hostile_bodies import X12, check

GOOD = [remittances_835(), remittances_835(1)]
BODIES = 200


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    return invented(tmp_path_factory.mktemp("files"), claims=120)


@pytest.fixture
def settings(tmp_path: Path, files: Practice) -> Settings:
    return installed(tmp_path, files)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        app: Any = client.app
        app.state.outcomes.upkeep.close()  # the test folds
        yield client


def kept(client: TestClient) -> dict[str, str]:
    """The remittances that are kept: their names, and what they say."""
    app: Any = client.app
    with app.state.outcomes.store._engine.begin() as connection:
        rows = connection.execute(sa.select(REMITTANCES.c.name, REMITTANCES.c.row))
        return {row.name: row.row for row in rows}


def post(client: TestClient, body: bytes) -> dict[str, Any]:
    answer = client.post("/outcomes", content=body, headers=X12)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_broken_835s_are_answered_and_lose_nothing(
    client: TestClient, settings: Settings, files: Practice, logged: list[str], tmp_path: Path
) -> None:
    app: Any = client.app
    store, repository = app.state.outcomes.store, app.state.held.repository
    sent = together(path for path in files.late if path.suffix == ".837")
    scores = client.post("/score", content=sent, headers=X12).json()["scores"]
    asked = tmp_path / "asked.837"  # what the broken ones answer was sent
    asked.write_bytes(joined(claims_837()))
    whole = together([*files.late, asked])
    post(client, whole)
    before, told = kept(client), repository.events_of([one["score_id"] for one in scores])
    read = [asked]
    refused = 0
    for number in range(BODIES):
        body = broken(number, GOOD)
        status = check(client, "/outcomes", body)
        refused += status != 200
        if status == 200:
            read.append(tmp_path / f"{number}.835")
            read[-1].write_bytes(body)
    assert BODIES * 0.05 < refused < BODIES * 0.5
    assert [line for line in logged if "Traceback" in line] == []
    after = kept(client)
    assert len(after) > len(before) + 50
    assert {name: after[name] for name in before} == before
    again = post(client, whole)
    assert again["already_known"] == again["remittances"] - again["not_decided"]
    assert repository.events_of([one["score_id"] for one in scores]) == told
    assert repository.verify().whole
    # What was kept of them is folded in like all else, whatever came first.
    digest = fold(settings.home, store)
    assert digest == folded_in_reverse(settings.home, tmp_path / "other", files, read)
    app.state.held.watch.look()
    assert client.get("/model").json()["history_digest"] == digest
    assert client.post("/score", content=sent, headers=X12).status_code == 200


def folded_in_reverse(home: Path, other: Path, files: Practice, read: list[Path]) -> str:
    """The history after the same files in the opposite order."""
    other.mkdir(mode=0o700)
    shutil.copy(home / SECRET_NAME, other / SECRET_NAME)
    train(other, files.early)
    store = OutcomeStore(other)
    arriving.post(other, store, [*reversed(read), *reversed(files.late)])
    digest = fold(other, store)
    store.close()
    return digest


def broken_in_the_middle(number: int) -> list[str]:
    """Three answers, the second broken after its CLP: without that its lines are the first's."""
    chance = random.Random(f"neighbours of an answer {number}")
    whole = remittances_835()
    starts = [at for at, one in enumerate(whole) if one.startswith("CLP")]
    answer = whole[starts[1] + 1 : starts[2]]
    for _ in range(chance.randint(1, 3)):
        chance.choice(WITHIN)(answer, chance)
    return [*whole[: starts[1] + 1], *answer, *whole[starts[2] :]]


def names(segments: list[str]) -> list[str]:
    """What of a file is kept: the names of its rows."""
    found = posted(BytesIO(joined(segments)), KEYS, CATALOGUE)
    return [row.digest for _, row in found.remittances]


def test_the_neighbours_of_a_broken_answer_are_kept() -> None:
    good = names(remittances_835())
    first, second, third = good
    unlike = 0
    for number in range(60):
        found = names(broken_in_the_middle(number))
        assert found[0] == first, number
        assert found[-1] == third, number
        unlike += second not in found
    assert unlike > 30
