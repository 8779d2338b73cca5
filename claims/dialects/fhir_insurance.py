"""``Claim.insurance``: the payer that is billed, who is insured, and other payers' answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from claims.dialects.draft import Node, Part
from claims.dialects.fhir_fields import FILING, POSITIONS, RELATIONSHIP, RELATIONSHIPS, SEX
from claims.dialects.fhir_resources import MANY, Resources, coded, codings
from claims.dialects.reading import moment_day

_UNKNOWN: Final = "21"
_MOST: Final = 11
"""An 837 tells ten other payers."""
_MEMBER: Final = "MB"
_GROUPS: Final = ("CO", "PR", "OA", "PI", "CR")

Lines = Sequence[tuple[Node, Part]]


def take_insurance(sent: Resources, node: Node, claim: Part, lines: Lines) -> None:
    """Payer, subscriber and patient by the focal insurance; the rest are other payers."""
    entries = list(node.objects("insurance", most=_MOST))
    numbered = _numbered(lines)
    focal = _focal(entries)
    payer = claim.part("payer")
    coverage = None
    if focal is not None:
        coverage = sent.resolve(focal.find("coverage"))
        _order(focal, coverage, payer)
        for number in focal.each("preAuthRef", most=MANY):
            claim.part("authorization").take("number", number)
            break
    insurers = [node.find("insurer"), _payor(coverage)]
    payer.take("payer_id", next((i for i in map(sent.payer, insurers) if i is not None), None))
    for insurer in insurers:
        if "name" not in payer.values:
            resource = sent.resolve(insurer)
            named = resource.find("name") if resource is not None else None
            payer.take("name", named or (insurer.find("display") if insurer else None))
    _people(sent, node, coverage, claim)
    for entry in entries:
        if focal is not None and entry.path != focal.path:
            _other(sent, entry, claim.more("other_payers", entry), numbered)


def _focal(entries: Sequence[Node]) -> Node | None:
    for entry in entries:
        focal = entry.find("focal")
        if focal is not None and focal.value is True:
            return entry
    return entries[0] if entries else None


def _payor(coverage: Node | None) -> Node | None:
    payors = [] if coverage is None else list(coverage.objects("payor", most=MANY))
    return payors[0] if payors else None


def _order(entry: Node, coverage: Node | None, payer: Part) -> None:
    """Filing code, and the place in the payer order."""
    payer.take("filing_code", _filing(coverage))
    place = entry.find("sequence") or (coverage.find("order") if coverage is not None else None)
    if place is None:
        return
    number = place.value
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
        place.draft.fault(place.path, f"must be a whole number from 1 to {len(POSITIONS)}")
        return
    payer.take("position", place, lambda _: POSITIONS[number - 1])


def _filing(coverage: Node | None) -> Node | None:
    """X12's code alone: others' do not say by which rules a claim is filed."""
    return coded(coverage, "type", system=FILING) if coverage is not None else None


def sex(node: Node) -> str | None:
    """FHIR's administrative gender as DMG03."""
    found = SEX.get(node.text())
    if found is None:
        node.draft.fault(node.path, "must be one of male, female, other or unknown")
    return found


def _person(resource: Node | None, part: Part) -> None:
    if resource is not None:
        part.take("sex", resource.find("gender"), sex)
        part.take("birth_date", resource.find("birthDate"), moment_day)


def _people(sent: Resources, node: Node, coverage: Node | None, claim: Part) -> None:
    treated = sent.resolve(node.find("patient"))
    patient, subscriber = claim.part("patient"), claim.part("subscriber")
    insured = None
    if coverage is not None:
        insured = sent.resolve(coverage.find("subscriber"))
        subscriber.take("member_id", coverage.find("subscriberId") or _member(coverage))
        _relationship(coverage, treated, insured, patient)
    relationship = patient.values.setdefault("relationship", "18")
    _person(treated, patient)
    _person(insured or (treated if relationship == "18" else None), subscriber)


def _member(coverage: Node) -> Node | None:
    """The identifier that is a member's number, where no ``subscriberId`` stands."""
    found = list(coverage.objects("identifier", most=MANY))
    for identifier in found:
        if any(code.value == _MEMBER for _, code in codings(identifier, "type")):
            return identifier.find("value")
    return found[0].find("value") if found else None


def _relationship(
    coverage: Node, treated: Node | None, insured: Node | None, patient: Part
) -> None:
    told = codings(coverage, "relationship")
    for system, code in told:
        if RELATIONSHIP in system:
            patient.take("relationship", code)
            return
    for _, code in told:
        if code.text() in RELATIONSHIPS:
            patient.take("relationship", code, lambda node: RELATIONSHIPS[node.text()])
            return
    if told:
        patient.take("relationship", told[0][1], lambda _: _UNKNOWN)
    elif treated is not None and insured is not None and treated.path != insured.path:
        patient.take("relationship", coverage, lambda _: _UNKNOWN)


def _other(sent: Resources, entry: Node, other: Part, numbered: Mapping[object, Part]) -> None:
    coverage = sent.resolve(entry.find("coverage"))
    _order(entry, coverage, other)
    payer = sent.payer(_payor(coverage))
    other.take("payer_id", payer)
    answer = sent.resolve(entry.find("claimResponse"))
    if answer is None:
        return
    other.take("paid", answer.find("payment", "amount", "value"))
    day = answer.find("payment", "date") or answer.find("created")
    other.take("adjudicated_on", day, moment_day)
    _adjustments(answer, other)
    for item in answer.objects("item", most=MANY):
        number = item.find("itemSequence")
        line = numbered.get(number.value) if number is not None and _whole(number) else None
        if line is not None:
            _line_answer(item, payer, day, line)


def _whole(node: Node) -> bool:
    return isinstance(node.value, int) and not isinstance(node.value, bool)


def _numbered(lines: Lines) -> dict[object, Part]:
    """Each line by its item's sequence."""
    found: dict[object, Part] = {}
    for place, (node, line) in enumerate(lines, 1):
        sequence = node.find("sequence")
        found.setdefault(
            sequence.value if sequence is not None and _whole(sequence) else place, line
        )
    return found


def _line_answer(item: Node, payer: Node | None, day: Node | None, line: Part) -> None:
    """An answer speaks of the item's own procedure: a ClaimResponse does not repeat it."""
    earlier = line.more("other_adjudications", item)
    earlier.take("payer_id", payer)
    earlier.take("adjudicated_on", day, moment_day)
    for name in ("procedure", "modifiers", "units"):
        if name in line.values:
            earlier.values[name] = line.values[name]
    for entry in item.objects("adjudication", most=MANY):
        if any(code.value == "benefit" for _, code in codings(entry, "category")):
            earlier.take("paid", entry.find("amount", "value"))
    _adjustments(item, earlier)


def _adjustments(node: Node, part: Part) -> None:
    """Adjudications whose category is a CAS group code and whose reason is a CARC."""
    for entry in node.objects("adjudication", most=MANY):
        groups = [code for _, code in codings(entry, "category") if code.value in _GROUPS]
        reason = coded(entry, "reason")
        if groups and reason is not None:
            one = part.more("adjustments", entry)
            one.take("group", groups[0])
            one.take("carc", reason)
            one.take("amount", entry.find("amount", "value"))
            one.take("quantity", entry.find("value"))
