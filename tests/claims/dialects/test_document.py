"""``docs/dialects.md`` is what the code says, and the code says it of every field."""

from __future__ import annotations

from dataclasses import replace

from claims.dialects import clearinghouse_fields, fhir_fields
from claims.dialects.document import PAGE, leaves, page
from service.scoring.dialect_examples import CLEARINGHOUSE, FHIR
from service.scoring.examples import FLAT
from service.scoring.requests import parse_claim

BESIDE = {
    "eligibility.checked_on", "eligibility.active", "eligibility.coverage_end",
    "authorization.valid_from", "authorization.valid_to", "authorization.procedures",
    "authorization.units_left",
}  # fmt: skip
"""What no claim carries."""
INSTITUTIONAL = {
    "form", "bill_type", "admitting_diagnosis", "drg", "statement_from", "statement_to",
    "admission_type", "admission_source", "patient_status", "lines[].revenue_code",
    "attending.npi", "attending.taxonomy", "operating.npi", "operating.taxonomy",
}  # fmt: skip
NO_PLACE = {
    "submitted_on", "facility.taxonomy", "pay_to.npi", "pay_to.taxonomy",
}  # fmt: skip
OF_THE_ITEM = {
    "pay_to.npi", "pay_to.taxonomy",
    *(f"lines[].attachments[].{name}" for name in (
        "report_type", "transmission", "control_number",
    )),
    *(f"lines[].other_adjudications[].{name}" for name in (
        "payer_id", "paid", "procedure", "modifiers", "units", "adjudicated_on",
    )),
    *(f"lines[].other_adjudications[].adjustments[].{name}" for name in (
        "group", "carc", "amount", "quantity",
    )),
}  # fmt: skip
"""Told by what the item names: the page says so in words."""


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_field_has_its_place() -> None:
    every = set(leaves())
    assert {"lines[].other_adjudications[].adjustments[].carc", "patient.sex"} <= every
    assert every - set(clearinghouse_fields.USUAL) == BESIDE | INSTITUTIONAL | NO_PLACE
    assert every - set(fhir_fields.USUAL) == BESIDE | OF_THE_ITEM


def test_the_examples_are_one_claim() -> None:
    flat = replace(parse_claim(FLAT, 9).claim, accepts_assignment="A")
    assert parse_claim(FHIR, 9).claim == flat
    named = replace(flat.payer, name="EXAMPLE PAYER")
    expected = replace(flat, payer=named, submitted_on=None)
    assert parse_claim(CLEARINGHOUSE, 9).claim == expected
