"""JSON that is wrong in every way: answered with a problem that says so, or scored."""

from __future__ import annotations

import codecs
import json
import random
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.scoring.examples import BESIDE, FLAT
from tests.security.hostile_x12 import MARK

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/jsonl"}
SENT: list[tuple[str, dict[str, str]]] = [
    ("/score", JSON), ("/score/batch", JSON), ("/score/batch", LINES), ("/rank", JSON),
    ("/rank", LINES), ("/lifecycle", JSON),
]  # fmt: skip
TEXT = json.dumps({**FLAT, "claim_id": MARK, "subscriber": {"member_id": MARK}})
NO_JSON = {
    "nothing": b"",
    "blanks": b" \n\t ",
    "not a number": TEXT.replace('"210.00"', "NaN").encode(),
    "infinite": TEXT.replace('"210.00"', "-Infinity").encode(),
    "hexadecimal": TEXT.replace('"210.00"', "0x10").encode(),
    "digits without end": TEXT.replace('"210.00"', "9" * 5_000).encode(),
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"claim":' * 50_000,
    "closed deep lists": b"[" * 300 + b"]" * 300,
    "a name twice": TEXT.replace('"claim_id"', f'"claim_id": "{MARK}2", "claim_id"', 1).encode(),
    "a name twice, escaped": TEXT.replace('"claim_id"', f'"cl\\u0061im_id": "{MARK}", "claim_id"'),
    "a name twice, within": TEXT.replace('"procedure"', f'"procedure": "{MARK}", "procedure"', 1),
    "half a pair": TEXT.replace(MARK, f"{MARK}\\ud800").encode(),
    "half a pair, raw": TEXT.encode().replace(b"CANARY", b"\xed\xa0\x80"),
    "control sign": TEXT.encode().replace(b"CANARY", b"\x00"),
    "cut": TEXT[:-9].encode(),
    "two": (TEXT + TEXT).encode(),
    "comment": b"/* " + MARK.encode() + b" */ " + TEXT.encode(),
    "comma": TEXT.replace("}]", "},]").encode(),
    "quotes": TEXT.replace('"', "'").encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-32": TEXT.encode("utf-32"),
    "UTF-7": codecs.encode("+AHsAfQ-", "ascii"),
    "latin-1": TEXT.replace(MARK, MARK + "é").encode("latin-1"),
    "marks": codecs.BOM_UTF8 * 2 + TEXT.encode(),
    "zip": b"\x1f\x8b\x08" + TEXT.encode(),
}
NO_CLAIM = {
    "null": "null",
    "true": "true",
    "number": "-0",
    "huge number": "1e308",
    "text": json.dumps(MARK),
    "list": json.dumps([MARK]),
    "lists": json.dumps([[[]]] * 1_000),
    "objects": json.dumps([{}] * 1_000),
    "empty": "{}",
    "another": json.dumps({MARK: {MARK: [MARK]}}),
    "many names": json.dumps({f"{MARK}{place}": place for place in range(5_000)}),
    "prototype": json.dumps({"__proto__": {MARK: 1}, "constructor": MARK, "__class__": MARK}),
    "claim in claim": json.dumps({"claim": {"claim": FLAT}}),
    "claims in claims": json.dumps({"claims": {"claims": [FLAT]}}),
    "claims and more": json.dumps({"claims": [], MARK: 1}),
    "long text": json.dumps({**FLAT, "claim_id": MARK * 100_000}),
}


def check(answer: Any) -> None:
    """A refusal in form, or an answer whose problems are; no mark in any of them."""
    assert MARK not in str(answer.headers)
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert MARK not in answer.text
        return
    for line in answer.text.splitlines():
        told = json.loads(line)
        slots = [told, *told.get("scores", []), *told.get("problems", [])]
        for problem in (slot for slot in slots if "status" in slot):
            assert problem["status"] in {400, 413, 422}
            assert MARK not in json.dumps(problem)


@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_no_json_is_refused(client: TestClient, logged: list[str], name: str) -> None:
    body = NO_JSON[name]
    content = body if isinstance(body, bytes) else body.encode()
    for path, kind in SENT:
        answer = client.post(path, content=content, headers=kind)
        check(answer)
        if kind is JSON:
            assert answer.status_code == 400
        assert '"score_id"' not in answer.text
    assert not [line for line in logged if MARK in line]


@pytest.mark.parametrize("name", NO_CLAIM)
def test_what_is_no_claim_is_refused(client: TestClient, logged: list[str], name: str) -> None:
    for path, kind in SENT:
        answer = client.post(path, content=NO_CLAIM[name].encode(), headers=kind)
        check(answer)
        if kind is JSON:
            assert answer.status_code == 422
        assert '"score_id"' not in answer.text
    assert not [line for line in logged if MARK in line]


ODD: list[Any] = [
    None, True, -1, 0, 1e308, -1e-308, 10**300, 0.1, "", " ", "\x00", "\ufeff", "\u202e", "💊" * 40,
    "1e9", "-1", "NaN", "9" * 30, "0.001", "１２", "0001-01-01", "9999-12-31", "2026-02-30",
    "2026-03-02T00:00:00Z", "2199-12-31", "1900-01-01", [], {}, [[]], [None], [MARK] * 1_000,
    {MARK: MARK}, {"claim_id": MARK}, MARK, MARK * 10_000,
]  # fmt: skip


def changed(number: int) -> object:
    """A good claim with something odd in the place of one to three of its values."""
    chance = random.Random(f"json {number}")
    claim = json.loads(json.dumps(chance.choice([FLAT, BESIDE])))
    for _ in range(chance.randint(1, 3)):
        inside: Any = claim
        while True:
            places = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not places:
                break
            place = chance.choice(places)
            if isinstance(inside[place], dict | list) and chance.random() < 0.7:
                inside = inside[place]
                continue
            inside[place] = chance.choice(ODD)
            break
    return claim


def run(client: TestClient, logged: list[str], numbers: range) -> None:
    scored = 0
    for number in numbers:
        claim = changed(number)
        answer = client.post("/score", content=json.dumps(claim).encode(), headers=JSON)
        assert answer.status_code in {200, 422}, (number, answer.text)
        check(answer)
        scored += answer.status_code == 200
        batch = client.post("/score/batch", json={"claims": [FLAT, claim, FLAT]})
        first, second, third = batch.json()["scores"]
        check(batch)
        assert first["denial_probability"] == third["denial_probability"]
        assert ("status" in second) == (answer.status_code == 422)
    assert len(numbers) * 0.02 < scored < len(numbers) * 0.9
    assert not [line for line in logged if MARK in line]


def test_odd_values_are_answered(client: TestClient, logged: list[str]) -> None:
    run(client, logged, range(50))


@pytest.mark.heavy
def test_a_thousand_odd_values_are_answered(client: TestClient, logged: list[str]) -> None:
    run(client, logged, range(50, 1_050))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "utf-7", MARK])
def test_another_charset_is_refused(client: TestClient, charset: str) -> None:
    for more in (
        f"charset={charset}",
        f"a=b;charset={charset}",
        f"charset=utf-8; charset={charset}",
    ):
        kind = f"application/json; {more}"
        answer = client.post("/score", content=TEXT.encode(), headers={"Content-Type": kind})
        assert answer.status_code == 415
        check(answer)
