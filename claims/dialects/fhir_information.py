"""``Claim.supportingInfo``: what an 837 says and the resource has no element of its own for.

An entry that items name by ``informationSequence`` is theirs, any other the claim's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from claims.dialects.draft import Node, Part
from claims.dialects.fhir_fields import CODED, NOTES, STATED, STAYS
from claims.dialects.fhir_resources import MANY, coded, codings
from claims.dialects.reading import moment_day

_BILL: Final = re.compile(r"0?([0-9]{2})([0-9A-Z])", re.ASCII)


def take_information(claim_node: Node, claim: Part, lines: Sequence[tuple[Node, Part]]) -> None:
    """Read every entry into the claim, or into the lines whose items name it."""
    owners: dict[object, list[Part]] = {}
    for item, line in lines:
        for number in item.each("informationSequence", most=MANY):
            if isinstance(number.value, int):
                owners.setdefault(number.value, []).append(line)
    for entry in claim_node.objects("supportingInfo", most=MANY):
        sequence = entry.find("sequence")
        named = sequence.value if sequence is not None else None
        mine = owners.get(named, ()) if isinstance(named, int) else ()
        told = [code.text() for _, code in codings(entry, "category")]
        name = next((one for one in told if one in _KNOWN), "")
        for line in mine:
            _of_line(name, entry, line)
        if not mine:
            _of_claim(name, entry, claim)


def _shared(name: str, entry: Node, part: Part) -> bool:
    """What a claim and a line may both have; whether ``name`` was such."""
    if name in STATED:
        part.take(STATED[name], entry.find("valueString"))
    elif name in NOTES:
        if (note := entry.find("valueString")) is not None:
            part.values["notes_present"] = True
            part.found("notes_present", note)
    elif name == "attachment":
        one = part.more("attachments", entry)
        one.take("report_type", coded(entry, "code"))
        one.take("transmission", _reason(entry))
        number = entry.find("valueString")
        if number is None and (value := entry.find("valueReference")) is not None:
            number = value.find("identifier", "value")
        one.take("control_number", number)
    else:
        return False
    return True


def _reason(entry: Node) -> Node | None:
    """``reason`` is a Coding in R4, a CodeableConcept in R5."""
    reason = entry.find("reason")
    if reason is None or not reason.is_object():
        return None
    return reason.find("code") or coded(reason)


def _of_line(name: str, entry: Node, line: Part) -> None:
    if not _shared(name, entry, line) and name == "emergency":
        line.take("emergency", entry.find("valueBoolean"))


def _of_claim(name: str, entry: Node, claim: Part) -> None:
    if _shared(name, entry, claim):
        return
    if name in CODED:
        claim.take(CODED[name], coded(entry, "code"))
    elif name in STAYS:
        claim.take("admitted_on", entry.find("timingPeriod", "start"), moment_day)
        claim.take("discharged_on", entry.find("timingPeriod", "end"), moment_day)
    elif name in _OTHERS:
        _OTHERS[name](entry, claim)


def _bill(entry: Node, claim: Part) -> None:
    """Facility type (two digits) and, where nothing else says it, the frequency (the third)."""
    code = coded(entry, "code")
    if code is None:
        return
    told = _BILL.fullmatch(code.text())
    if told is None:
        code.draft.fault(code.path, 'must be a type of bill of three digits, such as "131"')
        return
    claim.take("bill_type", code, lambda _: told[1])
    if "frequency" not in claim.values:
        claim.take("frequency", code, lambda _: told[2])


def _onset(entry: Node, claim: Part) -> None:
    claim.take("onset_on", entry.find("timingDate"), moment_day)


def _paid(entry: Node, claim: Part) -> None:
    claim.take("patient_paid", entry.find("valueQuantity", "value"))


_OTHERS: Final[dict[str, Callable[[Node, Part], None]]] = {
    "typeofbill": _bill,
    "onset": _onset,
    "patientpaid": _paid,
}
_KNOWN: Final = {*STATED, *NOTES, *CODED, *STAYS, *_OTHERS, "attachment", "emergency"}
