"""A canary in every field of a claim: in no error, no log, no column of the audit log."""

from __future__ import annotations

import dataclasses
import json
import logging
import sqlite3
import subprocess
from contextlib import closing
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims import types
from claims.settings import Settings
from service.scoring import claim_form
from service.scoring.claim_form import ClaimRequest
from service.scoring.examples import X12_837
from service.scoring.fields import Part

MARK = "QZXCANARY"
JSON = {"Content-Type": "application/json"}
X12 = {"Content-Type": "application/edi-x12"}


def filled(form: type[Part], mark: str) -> dict[str, Any]:
    """A part with every text field marked and every part beneath it filled; otherwise valid."""
    found: dict[str, Any] = {}
    for name, field in form.model_fields.items():
        inner = _part_of(field.annotation)
        if inner is not None:
            value: Any = filled(inner, mark)
            found[name] = [value] if "tuple" in str(field.annotation) else value
        else:
            plain = _plain(name, mark)
            if plain is not None:
                found[name] = plain
    return found


def _part_of(annotation: object) -> type[Part] | None:
    for form in claim_form._TYPES:
        if form.__name__ + "'" in str(annotation) or form.__name__ in _names(annotation):
            return form
    return None


def _names(annotation: object) -> set[str]:
    text = str(annotation)
    for sign in "[]|,'<> ":
        text = text.replace(sign, " ")
    return {word.rsplit(".", 1)[-1] for word in text.split()}


_CHOICES = {"form": "professional", "position": "P", "sex": "F", "relationship": "19"}
_DAYS = {"on", "from", "to", "end", "date", "of"}
_NUMBERS = {"charge": "41.07", "paid": "41.07", "amount": "41.07", "patient_paid": "41.07"}


def _plain(name: str, mark: str) -> Any:
    if name in _CHOICES:
        return _CHOICES[name]
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name in {"quantity", "units", "units_left"}:
        return "7.125"
    if name in {"number"} or name == "diagnosis_version":
        return None
    if name == "diagnosis_pointers":
        return [1]
    if name in {"emergency", "notes_present", "active"}:
        return True
    if name.rsplit("_", 1)[-1] in _DAYS and name != "place_of":
        return "1931-07-19" if name == "birth_date" else "2024-07-19"
    text = f"{mark}{name[:12]}"
    return [text] if name in {"modifiers", "procedures", "related_causes", "diagnoses"} else text


@pytest.fixture(scope="module")
def claim() -> dict[str, Any]:
    found = filled(ClaimRequest, MARK)
    found["authorization"]["number"] = MARK + "auth"
    return found


def test_the_canary_claim_fills_every_field(claim: dict[str, Any]) -> None:
    left = {"diagnosis_version"}
    assert {field.name for field in dataclasses.fields(types.Claim)} - left <= set(claim)
    line = claim["lines"][0]
    assert {field.name for field in dataclasses.fields(types.ServiceLine)} <= {*line, "number"}
    assert json.dumps(claim).count(MARK) > 65


def broken(claim: dict[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
    """Requests that hold canaries and are refused, each in another way."""
    text = json.dumps(claim)
    bodies: list[tuple[str, dict[str, str], bytes]] = [
        ("/score", JSON, text[:-5].encode()),
        ("/score", JSON, text.replace('"', "'").encode()),
        ("/score", JSON, text.encode("utf-16")),
        ("/score", JSON, text.replace("claim_id", MARK + "key").encode()),
        ("/score", JSON, json.dumps({**claim, MARK: {MARK: MARK}}).encode()),
        ("/score", JSON, json.dumps([claim]).encode()),
        ("/score", JSON, json.dumps(MARK).encode()),
        ("/score", JSON, json.dumps({"claim": claim, MARK: 1}).encode()),
        ("/score", JSON, json.dumps({"claim": MARK}).encode()),
        ("/score", {"Content-Type": f"text/{MARK}"}, text.encode()),
        ("/score", {"Content-Type": f"application/json; charset={MARK}"}, text.encode()),
        (f"/score?as_of={MARK}", JSON, text.encode()),
        (f"/{MARK}", JSON, text.encode()),
        (f"/score/{MARK}?{MARK}={MARK}", JSON, text.encode()),
        ("/score/batch", JSON, json.dumps({"claims": MARK}).encode()),
        ("/score/batch", JSON, json.dumps({MARK: [claim]}).encode()),
        ("/rank", JSON, json.dumps({MARK: [claim]}).encode()),
        (f"/rank?budget={MARK}&minutes={MARK}", JSON, text.encode()),
        ("/rank", X12, f"ISA*{MARK}".encode()),
        ("/score", X12, text.encode()),
        ("/score", X12, f"ISA*{MARK}".encode()),
    ]
    for wrong in ([MARK], {MARK: MARK}, MARK * 20, 10**400, True):
        line = claim["lines"][0]
        claims = [{**claim, name: wrong} for name in claim]
        claims += [{**claim, "lines": [{**line, name: wrong}]} for name in line]
        bodies += [("/score", JSON, json.dumps(one).encode()) for one in claims]
    return bodies


def test_no_error_and_no_log_holds_a_canary(
    client: TestClient, claim: dict[str, Any], caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    statuses = set()
    with caplog.at_level(logging.DEBUG):
        for path, headers, content in broken(claim):
            answer = client.post(path, headers=headers, content=content)
            statuses.add(answer.status_code)
            if answer.status_code != 200:
                assert answer.headers["content-type"] == "application/problem+json"
                assert MARK not in answer.text + str(answer.headers)
                assert "1931" not in answer.text
    assert statuses >= {400, 404, 415, 422}
    assert 500 not in statuses
    seen = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not _of_the_client(record)]
    assert MARK not in "".join(ours) + seen.out + seen.err


def _of_the_client(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] in {"httpx", "httpx2", "httpcore", "httpcore2"}


def test_mutated_837s_are_answered_without_a_canary_in_any_problem(client: TestClient) -> None:
    marked = X12_837.replace("DOE", MARK).replace("W2087431", MARK).replace("PCN-1042", MARK)
    segments = marked.split("~\n")
    bodies = ["~\n".join(segments[:place] + segments[place + 1 :]) for place in range(33)]
    bodies += ["~\n".join([*segments[:place], MARK, *segments[place:]]) for place in range(33)]
    bodies += [marked[:cut] for cut in range(10, len(marked), 97)]
    bodies += [marked.replace("20260302", "2026" + MARK), marked.replace("*210*", f"*{MARK}*")]
    for content in bodies:
        answer = client.post("/score", headers=X12, content=content)
        assert answer.status_code in {200, 422}
        told = answer.json()
        problems = told.get("problems", [told])
        problems += [slot for slot in told.get("scores", []) if "status" in slot]
        assert MARK not in json.dumps(problems)


def test_the_audit_log_holds_no_id_no_name_and_no_birth_date(
    client: TestClient, claim: dict[str, Any], settings: Settings
) -> None:
    told = client.post("/score", json=claim)
    assert told.status_code == 200
    assert told.json()["claim_id"] == MARK + "claim_id"
    # Read by another process: closing the file in this one would drop SQLite's locks.
    files = [str(path) for path in settings.home.glob("audit.db*")]
    held = subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    assert told.json()["score_id"].encode() in held
    assert MARK.encode() not in held
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        dump = "\n".join(connection.iterdump())
    assert MARK not in dump
    # Whole, in each form: four digits alone stand by chance in digests and in probabilities.
    assert not [one for one in ("1931-07", "19310719", "07/19/1931") if one in dump]


def test_no_answer_names_another_claims_values(client: TestClient, claim: dict[str, Any]) -> None:
    """Reasons, advice and edits speak of fields, not of what stands in them."""
    told = client.post("/score", json=claim).json()
    told.pop("claim_id")
    assert MARK not in json.dumps(told)
