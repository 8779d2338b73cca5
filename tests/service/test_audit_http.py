"""What a request leaves in the audit log: who asked, by which route, with which program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

from audit_places import Place, Postgres
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from claims.settings import Settings
from service.access import local
from service.app import create_app
from service.audit.digest import code_digest
from service.audit.repository import AuditRepository
from service.scoring.examples import FLAT, X12_837


def test_a_record_says_who_asked_by_which_route(client: TestClient, settings: Settings) -> None:
    key_id = local.read(settings.home).split("_")[1]
    plain = {"Content-Type": "application/json"}
    x12 = {"Content-Type": "application/edi-x12"}
    batch = json.dumps({"claims": [FLAT]})
    before = None
    with AuditRepository.of(settings) as log:
        for path, headers, body in (
            ("/score", plain, json.dumps(FLAT)),
            ("/score", x12, X12_837),
            ("/score/batch", plain, batch),
            ("/rank", plain, batch),
        ):
            assert client.post(path, headers=headers, content=body).status_code == 200
            (record,) = log.latest(1)
            assert record.score_id != before
            before = record.score_id
            assert key_id in record.caller
            assert record.purpose == path
            assert record.code_digest == code_digest()


def test_the_programs_digest_is_of_its_files() -> None:
    assert re.fullmatch("sha256:[0-9a-f]{64}", code_digest())
    assert code_digest() == code_digest.__wrapped__()


def test_the_service_works_on_postgresql(
    world: Practice, postgres: Postgres, tmp_path: Path
) -> None:
    settings = install(tmp_path, world, database_url=postgres.fresh())
    headers = {"Idempotency-Key": str(uuid4())}
    with TestClient(create_app(settings)) as client:
        assert client.get("/readyz").status_code == 200
        told = [client.post("/score", json=FLAT, headers=headers).json() for _ in range(2)]
        assert told[0] == told[1]
        answer = client.post("/score/batch", json={"claims": [FLAT] * 70})
        assert answer.status_code == 200
    assert not (settings.home / "audit.db").exists()
    with AuditRepository.existing(settings) as log:
        assert log.get(told[0]["score_id"]) is not None
        assert len(log.latest(100)) == 71
        verified = log.verify()
        last = log.last()
    place = Place(settings.home, settings.database_url)
    held = repr(place.read())
    assert told[0]["score_id"] in held
    member, birth = FLAT["subscriber"]["member_id"], FLAT["subscriber"]["birth_date"]
    assert [one for one in (FLAT["claim_id"], member, birth) if one in held] == []
    assert verified.whole
    assert last is not None
    assert last.kind == "checkpoint"  # the end was signed when the service stopped
