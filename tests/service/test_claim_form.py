from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from claims import types
from claims.x12 import read
from service.problems import Problem
from service.scoring import claim_form
from service.scoring.examples import BESIDE, FLAT, X12_837
from service.scoring.requests import parse_claim, parse_json

LEAST: dict[str, Any] = {"claim_id": "A", "payer": {"payer_id": "P"}, "lines": [{}]}


def parsed(**changes: Any) -> types.Claim:
    return parse_claim({**LEAST, **changes}, 999).claim


def refused(body: object) -> dict[str, Any]:
    with pytest.raises(Problem) as caught:
        parse_claim(body, 999)
    return caught.value.document()


@pytest.mark.parametrize(
    ("form", "kind"),
    [pair for pair in claim_form._TYPES.items() if pair[0] is not claim_form.ClaimRequest],
)
def test_each_form_has_the_fields_of_its_type(form: Any, kind: Any) -> None:
    assert list(form.model_fields) == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize(("form", "kind"), claim_form._TYPES.items())
def test_defaults_are_those_of_the_type(form: Any, kind: Any) -> None:
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING and field.name != "lines":
            stated = form.model_fields[field.name].default
            built = claim_form._built(stated)
            assert built == field.default, field.name


def test_the_least_claim_takes_the_types_defaults() -> None:
    line = types.ServiceLine(number=1)
    assert parsed() == types.Claim(claim_id="A", payer=types.Payer(payer_id="P"), lines=(line,))


def test_json_and_837_of_one_claim_are_one_claim() -> None:
    (from_x12,) = [item for item in read(X12_837.encode()) if isinstance(item, types.Claim)]
    from_json = parse_claim(FLAT, 999).claim
    named = dataclasses.replace(
        from_json,
        payer=dataclasses.replace(from_json.payer, name=from_x12.payer.name),
        accepts_assignment=from_x12.accepts_assignment,
    )
    assert named == from_x12


@pytest.mark.parametrize("amount", ["120.50", "120.5", 120.5, "+120.50"])
def test_money_is_a_number_or_a_text_of_one(amount: Any) -> None:
    assert parsed(charge=amount).charge == Decimal("120.50")


def test_a_diagnosis_may_have_its_dot() -> None:
    assert parsed(diagnoses=["E11.9", "I10"], admitting_diagnosis="R07.9") == parsed(
        diagnoses=["E119", "I10"], admitting_diagnosis="R079"
    )


def test_null_is_absent() -> None:
    assert parsed(drg=None, rendering=None, eligibility=None, submitted_on=None) == parsed()


def test_a_line_whose_number_is_null_has_that_of_its_place() -> None:
    lines = [{"procedure": "1"}, {"procedure": "2", "number": None}, {"number": 9}]
    assert [line.number for line in parsed(lines=lines).lines] == [1, 2, 9]


@pytest.mark.parametrize(("number", "taken"), [(10.0, 10), (9, 9)])
def test_a_whole_number_may_have_a_point(number: float, taken: int) -> None:
    assert parsed(diagnosis_version=number).diagnosis_version == taken


@pytest.mark.parametrize("number", [10.5, True, "10", 1e300])
def test_what_is_no_whole_number_is_refused(number: object) -> None:
    with pytest.raises(Problem):
        parsed(diagnosis_version=number)


def test_the_schema_says_where_null_may_stand_and_how_numbers_are_written() -> None:
    schema = claim_form.ClaimRequest.model_json_schema()
    for part in [schema, *schema["$defs"].values()]:
        for name, told in part["properties"].items():
            nullable = {"type": "null"} in told.get("anyOf", ())
            assert nullable == (name not in part.get("required", ())), name
    charge = schema["properties"]["charge"]["anyOf"][0]["anyOf"]
    assert charge[0] == {"type": "number", "minimum": 0, "maximum": 9999999999.99}
    for text in ("0", "+120.", "9999999999.99"):
        assert re.search(charge[1]["pattern"], text)
        assert parsed(charge=text).charge == Decimal(text)
    for text in ("-1", "1e5", "0.005", "12345678901", ""):
        assert not re.search(charge[1]["pattern"], text)


def test_charge_left_out_is_the_sum_of_the_lines() -> None:
    claim = parsed(lines=[{"charge": "10.25"}, {"charge": 5}])
    assert claim.charge == Decimal("15.25")
    assert [line.number for line in claim.lines] == [1, 2]
    assert parsed(charge=0, lines=[{"charge": 5}]).charge == 0


def test_a_patient_who_is_the_subscriber_has_its_sex_and_birth_date() -> None:
    subscriber = {"sex": "F", "birth_date": "1980-01-02"}
    assert parsed(subscriber=subscriber).patient.birth_date == dt.date(1980, 1, 2)
    child = parsed(subscriber=subscriber, patient={"relationship": "19", "sex": "M"})
    assert (child.patient.sex, child.patient.birth_date) == ("M", None)


def test_what_stands_beside_goes_before_what_stands_within() -> None:
    claim = {**LEAST, "authorization": {"number": "OLD"}, "eligibility": {"active": False}}
    ask = parse_claim({"claim": claim, "authorization": {"number": "NEW"}}, 999)
    assert ask.claim.authorization == types.Authorization(number="NEW")
    assert ask.claim.eligibility == types.Eligibility(active=False)


def test_the_day_is_asked_for_beside_then_for_all_then_the_submission_then_today() -> None:
    day = dt.date(2026, 1, 5)
    dated = {**LEAST, "submitted_on": "2025-03-03"}
    assert parse_claim({**dated, "as_of": "2026-01-05"}, 9, dt.date(2020, 1, 1)).as_of == day
    assert parse_claim({"claim": dated, "as_of": "2026-01-05"}, 9).as_of == day
    assert parse_claim(dated, 9, day).as_of == day
    assert parse_claim(dated, 9).as_of == dt.date(2025, 3, 3)
    assert parse_claim(LEAST, 9).as_of == dt.datetime.now(dt.UTC).date()


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"chrge": 1}, "", "charge"),
        ({"lines": [{"procdure": "X"}]}, "lines[0]", "procedure"),
        ({"lines": []}, "lines", "at least 1"),
        ({"lines": 3}, "lines", "list"),
        ({"lines": [{"charge": -1}]}, "lines[0].charge", "at least 0"),
        ({"lines": [{"units": -0.5}]}, "lines[0].units", "at least 0"),
        ({"lines": [{"charge": "1_000"}]}, "lines[0].charge", "number"),
        ({"lines": [{"charge": "0E+999999999"}]}, "lines[0].charge", "number"),
        ({"lines": [{"charge": "１２"}]}, "lines[0].charge", "number"),
        ({"lines": [{"charge": True}]}, "lines[0].charge", "number"),
        ({"lines": [{"charge": 1.005}]}, "lines[0].charge", "after the point"),
        ({"charge": 10**300}, "charge", "digits"),
        ({"lines": [{"number": 1}, {"number": 1}]}, "", "same number"),
        ({"lines": [{"diagnosis_pointers": [0]}]}, "lines[0].diagnosis_pointers[0]", "at least 1"),
        ({"payer": {}}, "payer.payer_id", "required"),
        ({"payer": None}, "payer", "required"),
        ({"payer": []}, "payer", "object"),
        ({"form": "X"}, "form", "professional"),
        ({"as_of": "2026-1-1"}, "as_of", "YYYY-MM-DD"),
        ({"as_of": 20260101}, "as_of", "YYYY-MM-DD"),
        ({"as_of": "0001-01-01"}, "as_of", "1900"),
        ({"submitted_on": "2026-02-30"}, "submitted_on", "YYYY-MM-DD"),
        ({"submitted_on": "2026-02-01T00:00:00"}, "submitted_on", "YYYY-MM-DD"),
        ({"notes_present": "yes"}, "notes_present", "true or false"),
        ({"drg": 470}, "drg", "quotes"),
        ({"diagnosis_version": 11}, "diagnosis_version", "at most 10"),
        ({"claim_id": ""}, "claim_id", "empty"),
        ({"claim_id": "x" * 81}, "claim_id", "80"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(change: dict[str, Any], field: str, says: str) -> None:
    document = refused({**LEAST, **change})
    assert document["status"] == 422
    errors = document["errors"]
    assert isinstance(errors, list)
    assert [error["field"] for error in errors] == [field]
    assert says in errors[0]["text"]
    assert str(document["detail"]).endswith(".")


@pytest.mark.parametrize("body", [None, 3, "x", [], [LEAST], True])
def test_what_is_no_object_is_refused(body: object) -> None:
    assert refused(body)["status"] == 422


def test_many_errors_are_cut_short() -> None:
    document = refused({**LEAST, "lines": [{"charge": -1}] * 300})
    errors = document["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 20


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(Problem) as caught:
        parse_claim({**LEAST, "lines": [{}] * 3}, max_lines=2)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\xff"}', b'{"a": "\\ud800"}',
        b"[" * 100_000, b'{"a":' * 5_000, b'{"a": ' + b"9" * 100_000 + b"}", b"{} {}", b"\x00",
    ],
)  # fmt: skip
def test_what_is_no_json_is_said_without_a_word_of_it(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        parse_json(body)
    assert caught.value.status == 400
    assert "not valid JSON" in caught.value.detail


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b"\xef\xbb\xbf" + json.dumps(BESIDE).encode()) == BESIDE
