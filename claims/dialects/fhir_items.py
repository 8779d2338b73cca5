"""``Claim.item``: the service lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from claims.dialects.draft import Node, Part
from claims.dialects.fhir_fields import (
    AUTHORIZATION_NUMBER,
    HIPPS,
    NDC,
    TRACE_NUMBER,
    UNITS,
)
from claims.dialects.fhir_resources import MANY, coded, codings, extension
from claims.dialects.reading import moment_day

_X12_UNIT: Final = re.compile(r"[A-Z][A-Z0-9]", re.ASCII)
_NO_CODE: Final = "not-applicable"
_LAST: Final = 99


def take_items(node: Node, claim: Part, places: Mapping[object, int]) -> list[tuple[Node, Part]]:
    """Every item with its line; ``places`` is where the diagnosis of a sequence stands, from 1."""
    lines: list[tuple[Node, Part]] = []
    for item in node.objects("item", most=MANY):
        line = claim.more("lines", item)
        _item(item, line, places)
        lines.append((item, line))
    if node.find("item") is not None:
        claim.values.setdefault("lines", [])
    return lines


def _item(item: Node, line: Part, places: Mapping[object, int]) -> None:
    line.take("number", item.find("sequence"))
    _service(item, line)
    modifiers = [coded(one) for one in item.objects("modifier", most=MANY)]
    told = [code for code in modifiers if code is not None]
    if told:
        line.values["modifiers"] = [code.value for code in told]
        for place, code in enumerate(told):
            line.found(f"modifiers[{place}]", code)
    if not line.take("charge", item.find("net", "value")):
        _worked_out(item, line)
    line.take("units", item.find("quantity", "value"))
    line.take("unit_basis", item.find("quantity", "code") or item.find("quantity", "unit"), _basis)
    line.take("place_of_service", coded(item, "locationCodeableConcept"))
    line.take("revenue_code", coded(item, "revenue"))
    line.take("authorization_number", extension(item, AUTHORIZATION_NUMBER, "valueString"))
    line.take("control_number", extension(item, TRACE_NUMBER, "valueIdentifier", "value"))
    _days(item, line)
    pointers = [_place(number, places) for number in item.each("diagnosisSequence", most=MANY)]
    if pointers:
        line.take("diagnosis_pointers", item.find("diagnosisSequence"), lambda _: pointers)


def _service(item: Node, line: Part) -> None:
    """The procedure: the first code that is no drug's; a drug's is the NDC."""
    for system, code in codings(item, "productOrService"):
        if NDC in system:
            line.take("ndc", code)
        elif "procedure" not in line.values and code.value != _NO_CODE:
            line.take("procedure", code)
            if HIPPS in system:
                line.values["procedure_qualifier"] = "HP"
    for detail in item.objects("detail", most=MANY):
        line.take("ndc", coded(detail, "productOrService", system=NDC))


def _worked_out(item: Node, line: Part) -> None:
    """The charge by price, quantity and factor, where no net is stated."""
    price = item.find("unitPrice", "value")
    if price is None:
        return
    amount = _decimal(price)
    for factor in (item.find("quantity", "value"), item.find("factor")):
        if factor is not None and amount is not None:
            by = _decimal(factor)
            amount = None if by is None else amount * by
    if amount is None:
        line.take("charge", price)  # for the form to judge
        return
    try:
        cents = str(amount.quantize(Decimal("0.01")))
    except InvalidOperation:  # more digits than there are dollars
        cents = str(price.value)
    line.take("charge", price, lambda _: cents)


def _decimal(node: Node) -> Decimal | None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float | str):
        return None
    try:
        number = Decimal(str(node.value)[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 20 else None


def _basis(node: Node) -> object:
    """UCUM's minutes and days as X12's; a code of X12 as it is; else units."""
    if not isinstance(node.value, str):
        return node.value
    if _X12_UNIT.fullmatch(node.value):
        return node.value
    return UNITS.get(node.value)


def _days(item: Node, line: Part) -> None:
    if line.take("service_from", item.find("servicedDate"), moment_day):
        return
    line.take("service_from", item.find("servicedPeriod", "start"), moment_day)
    line.take("service_to", item.find("servicedPeriod", "end"), moment_day)
    if line.values.get("service_to") == line.values.get("service_from"):
        line.values.pop("service_to", None)  # a period of one day is a day, as in an 837


def _place(number: Node, places: Mapping[object, int]) -> object:
    """Where the diagnosis stands; beyond the last where there is none of that sequence."""
    value = number.value
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return places.get(value, min(len(places) + 1, _LAST))
