"""A clearinghouse's *Professional Claims* JSON as our flat form."""

from __future__ import annotations

from typing import Final

from claims.dialects.clearinghouse_fields import (
    ADJUSTMENT,
    ANSWER,
    ATTACHMENT,
    AUTHORIZATION,
    AUTHORIZATIONS,
    CLAIM,
    CLAIM_ADJUSTMENTS,
    DETAILS,
    DIAGNOSES,
    FACILITY,
    GROUP,
    LINE,
    LINE_ADJUSTMENTS,
    LINE_ANSWERS,
    LINE_NOTES,
    LINE_PROVIDERS,
    LINE_REPORTS,
    LINES,
    NDC,
    NOTE,
    NOTES,
    OTHER_PAYER,
    OTHERS,
    PROVIDER,
    PROVIDERS,
    REFERRALS,
    REPORT,
)
from claims.dialects.draft import Draft, Node, Part
from claims.dialects.fields import Field

_MANY: Final = 999
_TYPES: Final = {
    "BillingProvider": "billing",
    "RenderingProvider": "rendering",
    "ReferringProvider": "referring",
    "SupervisingProvider": "supervising",
    "OrderingProvider": "ordering",
}
_ICD: Final = {"ABK": 10, "ABF": 10, "BK": 9, "BF": 9}
_PRINCIPAL: Final = ("ABK", "BK")
_INSTITUTIONAL: Final = (
    "belongs to an institutional claim, which is not taken in this form: send an 837I, FHIR or the "
    "flat form"
)


def flatten(sent: dict[str, object], draft: Draft, root: str = "") -> None:
    """Fill ``draft`` with the claim that ``sent`` is; ``root`` is where it stands."""
    body = Node(sent, root.removesuffix("."), draft)
    claim = draft.claim()
    for row in CLAIM:
        row.take(body, claim)
    dependent = body.find("dependent")
    if dependent is not None and dependent.is_object() and dependent.value:
        # Somebody else's patient, even where it is not said whose: never the subscriber.
        claim.part("patient", dependent).values.setdefault("relationship", "")
    if not claim.values.get("payer", {}).get("name"):
        claim.part("payer").take("name", body.find("receiver", "organizationName"))
    ordering = _providers(body, claim)
    facility = body.find(*FACILITY.split("."))
    if facility is not None and facility.is_object() and facility.value:
        claim.part("facility", facility).take("npi", facility.find("npi"))
    if body.find("payToAddress") is not None:
        claim.values["pay_to"] = {}
    _notes(body.find(*NOTE.split(".")), claim)
    _diagnoses(body, claim)
    report = body.find(*REPORT.split("."))
    if report is not None:
        reports = report.objects(most=_MANY) if isinstance(report.value, list) else [report]
        for one in reports:
            if one.is_object():
                _fill(ATTACHMENT, one, claim.more("attachments", one))
    for other in body.objects(*OTHERS.split("."), most=_MANY):
        part = claim.more("other_payers", other)
        _fill(OTHER_PAYER, other, part)
        _adjustments(other, CLAIM_ADJUSTMENTS, part)
    for line in body.objects(*LINES.split("."), most=_MANY):
        _line(line, claim.more("lines", line), ordering)
    lines = body.find(*LINES.split("."))
    if lines is not None:
        claim.values.setdefault("lines", [])


def _fill(rows: tuple[Field, ...], node: Node, part: Part) -> None:
    for row in rows:
        row.take(node, part)


def _provider(node: Node | None, name: str, part: Part) -> bool:
    if node is None or not node.is_object() or not node.value:
        return False
    _fill(PROVIDER, node, part.part(name, node))
    return True


def _providers(body: Node, claim: Part) -> Node | None:
    """The claim's providers, named or listed; gives the one who ordered, if that stands here."""
    listed: dict[str, Node] = {}
    for node in body.objects("providers", most=_MANY):
        kind = node.find("providerType")
        role = _TYPES.get(kind.text()) if kind is not None else None
        if role is not None:
            listed.setdefault(role, node)
    for role in PROVIDERS:
        if not _provider(body.find(role), role, claim):
            _provider(listed.get(role), role, claim)
    return body.find("ordering") or listed.get("ordering")


def _notes(node: Node | None, claim: Part) -> None:
    if node is not None and any(node.find(name) is not None for name in NOTES):
        _noted(node, claim)


def _noted(node: Node, part: Part) -> None:
    part.values["notes_present"] = True
    part.found("notes_present", node)


def _diagnoses(body: Node, claim: Part) -> None:
    """Principal first, as an 837 is read; the version is the principal's, else the first one's."""
    told: list[tuple[Node, str]] = []
    for node in body.objects(*DIAGNOSES.split("."), most=_MANY):
        code, kind = node.find("diagnosisCode"), node.find("diagnosisTypeCode")
        if code is None:
            continue
        stated = kind.text() if kind is not None else ""
        if kind is not None and stated not in _ICD:
            body.draft.fault(kind.path, 'must be one of "ABK", "ABF", "BK" or "BF"')
        told.append((code, stated))
    told.sort(key=lambda pair: pair[1] not in _PRINCIPAL)  # the rest keeps its order
    if not told:
        return
    claim.values["diagnoses"] = [code.value for code, _ in told]
    for place, (code, _) in enumerate(told):
        claim.found(f"diagnoses[{place}]", code)
    claim.values["diagnosis_version"] = _ICD.get(told[0][1], 10)


def _adjustments(node: Node, name: str, part: Part) -> None:
    for entry in node.objects(name, most=_MANY):
        group = entry.find(GROUP)
        for detail in entry.objects(DETAILS, most=_MANY):
            one = part.more("adjustments", detail)
            one.take("group", group)
            _fill(ADJUSTMENT, detail, one)


def _line(node: Node, part: Part, ordering: Node | None) -> None:
    if (service := node.find("institutionalService")) is not None:
        node.draft.fault(service.path, _INSTITUTIONAL)
    _fill(LINE, node, part)
    if part.values.get("service_to") == part.values.get("service_from"):
        part.values.pop("service_to", None)  # a period of one day is a day, as in an 837
    for role, name in LINE_PROVIDERS.items():
        if not _provider(node.find(name), role, part) and role == "ordering":
            _provider(ordering, role, part)
    _numbers(node, part)
    for name in LINE_NOTES:
        if (note := node.find(name)) is not None:
            _noted(note, part)
    for report in node.objects(LINE_REPORTS, most=_MANY):
        _fill(ATTACHMENT, report, part.more("attachments", report))
    for answer in node.objects(LINE_ANSWERS, most=_MANY):
        earlier = part.more("other_adjudications", answer)
        _fill(ANSWER, answer, earlier)
        _adjustments(answer, LINE_ADJUSTMENTS, earlier)


def _numbers(node: Node, part: Part) -> None:
    """Authorization, referral and drug; the last of several counts, as in an 837."""
    for given in node.objects(*AUTHORIZATIONS.split("."), most=_MANY):
        if given.find("otherPayerPrimaryIdentifier") is None:  # else it is that payer's
            part.take("authorization_number", given.find(AUTHORIZATION))
    for number in node.each(*REFERRALS.split("."), most=_MANY):
        part.take("referral_number", number)
    kind = node.find("drugIdentification", "serviceIdQualifier")
    if kind is None or kind.value == "N4":
        part.take("ndc", node.find(*NDC.split(".")))
