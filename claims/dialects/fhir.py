"""A FHIR R4 ``Claim``, alone with contained resources or in a ``Bundle``, as our flat form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from claims.dialects.draft import Draft, Node, Part
from claims.dialects.fhir_fields import CAUSES, ROLES, SCOPE
from claims.dialects.fhir_information import take_information
from claims.dialects.fhir_insurance import take_insurance
from claims.dialects.fhir_items import take_items
from claims.dialects.fhir_resources import MANY, TAXONOMY, Resources, coded, codings, extension
from claims.dialects.reading import moment_day

_FORMS: Final = ("professional", "institutional")
_CLAIM_ROLES: Final = (
    "rendering", "referring", "supervising", "attending", "operating", "facility",
)  # fmt: skip
_LINE_ROLES: Final = ("rendering", "ordering", "referring")
_CAUSES: Final = ("AA", "EM", "OA")

Lines = Sequence[tuple[Node, Part]]


def flatten(sent: dict[str, object], draft: Draft, root: str = "") -> str:
    """Fill ``draft`` with the claim in ``sent``; gives where the Claim itself stands."""
    resources = Resources(sent, draft, root)
    node = resources.claim
    if node is None:
        return root
    claim = draft.claim()
    _head(resources, node, claim)
    lines = take_items(node, claim, _diagnoses(resources, node, claim))
    take_insurance(resources, node, claim, lines)
    take_information(node, claim, lines)
    _team(resources, node, claim, lines)
    _facility(resources, node, claim)
    _form(node, claim)
    _period(node, claim, lines)
    if "place_of_service" not in claim.values and claim.values["form"] == _FORMS[0]:
        for item, _ in lines:
            if claim.take("place_of_service", coded(item, "locationCodeableConcept")):
                break
    return f"{node.path}." if node.path else ""


def _head(sent: Resources, node: Node, claim: Part) -> None:
    use = node.find("use")
    if use is not None and use.value != "claim":
        node.draft.fault(use.path, 'must be "claim"')
    for identifier in node.objects("identifier", most=MANY):
        if claim.take("claim_id", identifier.find("value")):
            break
    claim.take("submitted_on", node.find("created"), moment_day)
    claim.take("charge", node.find("total", "value"))
    claim.take("patient_paid", node.find("patientPaid", "value"))
    _provider(sent, node.find("provider"), "billing", claim)
    for identifier in sent.identifiers(node.find("referral")):
        if claim.take("referral_number", identifier.find("value")):
            break
    for related in node.objects("related", most=MANY):
        prior = related.find("claim")
        number = related.find("reference", "value")
        for identifier in sent.identifiers(prior):
            number = number or identifier.find("value")
        if claim.take("original_reference", number):
            break
    causes = [code for _, code in codings(node, "accident", "type")]
    found = [CAUSES.get(code.text(), code.text()) for code in causes]
    known = [cause for cause in found if cause in _CAUSES]
    if known:
        claim.take("related_causes", node.find("accident", "type"), lambda _: known)
    claim.take("accident_on", node.find("accident", "date"), moment_day)
    claim.take("accident_state", node.find("accident", "locationAddress", "state"))


def _form(node: Node, claim: Part) -> None:
    """``type``; where it is left out, a type of bill tells."""
    told = [code for _, code in codings(node, "type")]
    for code in told:
        if code.value in _FORMS:
            claim.take("form", code)
            return
    if told:
        node.draft.fault(told[0].path, 'must be "professional" or "institutional"')
    claim.values["form"] = _FORMS["bill_type" in claim.values]


def _period(node: Node, claim: Part, lines: Lines) -> None:
    """The statement's dates; of a professional claim only where a line lacks its own."""
    dated = all("service_from" in line.values for _, line in lines)
    if claim.values["form"] == _FORMS[0] and dated:
        return
    claim.take("statement_from", node.find("billablePeriod", "start"), moment_day)
    claim.take("statement_to", node.find("billablePeriod", "end"), moment_day)
    if claim.values.get("statement_to") == claim.values.get("statement_from"):
        claim.values.pop("statement_to", None)  # a period of one day is a day, as in an 837


def _diagnoses(sent: Resources, node: Node, claim: Part) -> dict[object, int]:
    """Principal first, then by sequence; gives the place of each sequence, from 1."""
    told: list[tuple[bool, object, str, Node]] = []
    for place, entry in enumerate(node.objects("diagnosis", most=MANY), 1):
        concept = entry.find("diagnosisCodeableConcept")
        if concept is None:
            condition = sent.resolve(entry.find("diagnosisReference"))
            concept = condition.find("code") if condition is not None else None
        found = codings(concept)
        if not found:
            continue
        # Of several codings the one of ICD counts.
        system, code = next((pair for pair in found if "icd" in pair[0].lower()), found[0])
        kinds = [kind.value for one in entry.objects("type", most=MANY) for _, kind in codings(one)]
        if "admitting" in kinds and "principal" not in kinds:
            claim.take("admitting_diagnosis", code)
            continue
        sequence = entry.find("sequence")
        stated = place if sequence is None else sequence.value
        told.append(("principal" not in kinds, stated, system, code))
    told.sort(key=lambda one: (one[0], one[1] if isinstance(one[1], int) else MANY))
    if told:
        claim.values["diagnoses"] = [code.value for _, _, _, code in told]
        for place, (_, _, _, code) in enumerate(told):
            claim.found(f"diagnoses[{place}]", code)
        claim.values["diagnosis_version"] = 9 if "icd-9" in told[0][2].lower() else 10
    return {
        sequence: place
        for place, (_, sequence, _, _) in enumerate(told, 1)
        if isinstance(sequence, int)
    }


def _provider(
    sent: Resources, reference: Node | None, name: str, part: Part, taxonomy: Node | None = None
) -> None:
    if reference is None or not reference.is_object():
        return
    npi, specialty = sent.provider(reference)
    provider = part.part(name, reference)
    provider.take("npi", npi)
    provider.take("taxonomy", taxonomy or specialty)


def _facility(sent: Resources, node: Node, claim: Part) -> None:
    place = node.find("facility")
    if place is None:
        return
    location = sent.resolve(place)
    if location is not None and "place_of_service" not in claim.values:
        for concept in location.objects("type", most=MANY):
            claim.take("place_of_service", coded(concept, system="lace"))
    if "facility" not in claim.values:
        _provider(sent, place, "facility", claim)


def _team(sent: Resources, node: Node, claim: Part, lines: Lines) -> None:
    """Each member to the claim, or to the lines whose items name it.

    PAS says which (``SCOPE``). Where it is not said, one whom all items name, or none, is the
    claim's.
    """
    owners: dict[object, list[Part]] = {}
    for item, line in lines:
        for number in item.each("careTeamSequence", most=MANY):
            if isinstance(number.value, int):
                owners.setdefault(number.value, []).append(line)
    members = list(node.objects("careTeam", most=MANY))
    members.sort(key=lambda one: any(c.value == "primary" for _, c in codings(one, "role")))
    for member in members:
        role = _role(member)
        sequence = member.find("sequence")
        named = sequence.value if sequence is not None else None
        mine = owners.get(named, []) if isinstance(named, int) else []
        scope = extension(member, SCOPE, "valueBoolean")
        whole = len(mine) in (0, len(lines)) if scope is None else scope.value is True
        if role == "ordering":
            whole, mine = False, mine or [line for _, line in lines]
        parts, roles = ([claim], _CLAIM_ROLES) if whole else (mine, _LINE_ROLES)
        for part in parts:
            if role in roles and role not in part.values:
                taxonomy = coded(member, "qualification", system=TAXONOMY)
                _provider(sent, member.find("provider"), role, part, taxonomy)


def _role(member: Node) -> str:
    """Who it is to the claim; one without a role renders, ``""`` where the role is none of ours."""
    told = [code.text() for _, code in codings(member, "role")]
    for code in told:
        if code in ROLES:
            return ROLES[code]
    return "" if told else "rendering"
