"""The fields that a mapping may name: those of ``claims.schema``, and what an answer is told by.

Ids take the place of the keyed hashes, a birth date may stand for an age, and a line may state its
diagnoses by themselves instead of by pointers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from claims.schema import CLAIMS, DAY, LINES, MONEY, QUANTITY, TEXT, TEXTS

Kind = Literal["id", "text", "texts", "day", "money", "quantity", "whole", "flag", "given"]
Section = Literal["claims", "lines", "remittances"]


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: ``given`` is a flag that any number or text in the column raises."""

    name: str
    kind: Kind
    meaning: str


_DERIVED: Final = {"claim_key", "member_key", "original_reference_key", "line_count"}
_DERIVED_LINES: Final = {"claim_key", "diagnosis_pointers"}


def _kind(field: pa.Field) -> Kind:
    kinds: dict[pa.DataType, Kind] = {
        TEXT: "text",
        TEXTS: "texts",
        DAY: "day",
        MONEY: "money",
        QUANTITY: "quantity",
    }
    if field.type == pa.bool_():
        return "given" if field.name.endswith(("_given", "_present")) else "flag"
    return kinds.get(field.type, "whole")


def _of(schema: pa.Schema, derived: set[str], *more: Field) -> dict[str, Field]:
    fields = {field.name: field for field in more}
    for field in schema:
        if field.name not in derived and field.name not in fields:
            meaning = (field.metadata or {}).get(b"meaning", b"").decode()
            fields[field.name] = Field(field.name, _kind(field), meaning)
    return fields


CLAIM_FIELDS: Final = _of(
    CLAIMS,
    _DERIVED,
    Field("claim_id", "id", "the claim's id; several columns are joined"),
    Field("member_id", "id", "the member's or patient's id; kept as a keyed hash"),
    Field("original_reference", "id", "the payer's number of the claim that this one replaces"),
    Field("birth_date", "day", "becomes the age on service_from"),
    Field("diagnosis_version", "text", "10 or 9; 0, as CMS writes it, is 10"),
)
LINE_FIELDS: Final = _of(
    LINES,
    _DERIVED_LINES,
    Field("claim_id", "id", "the claim that the line belongs to"),
    Field("diagnoses", "texts", "the line's own ICD codes"),
)
REMITTANCE_FIELDS: Final = {
    field.name: field
    for field in (
        Field("claim_id", "id", "the claim that is answered"),
        Field("line_number", "whole", "the line that is answered"),
        Field("procedure", "text", "procedure of the line that is answered"),
        Field("known_on", "day", "day the answer became known"),
        Field("payment_date", "day", "day of the payment; known_on where that is not mapped"),
        Field("denied", "flag", "it was denied"),
        Field("status", "text", "CLP02, or a word such as paid or denied"),
        Field("carc", "texts", "claim adjustment reason codes"),
        Field("category", "text", "why it was denied: ours, or theirs by remittances.categories"),
        Field("group", "text", "group code: CO, PR, OA, PI, CR"),
        Field("adjusted", "money", "amount of the adjustment in dollars"),
        Field("paid", "money", "dollars paid"),
        Field("charge", "money", "dollars charged"),
        Field("patient_responsibility", "money", "dollars left to the patient"),
        Field("payer_id", "text", "who answered"),
        Field("remarks", "texts", "RARCs"),
    )
}
FIELDS: Final[dict[Section, dict[str, Field]]] = {
    "claims": CLAIM_FIELDS,
    "lines": LINE_FIELDS,
    "remittances": REMITTANCE_FIELDS,
}
OUTCOME_FIELDS: Final = ("denied", "status", "carc", "paid")
