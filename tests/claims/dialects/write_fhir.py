"""A claim as a FHIR R4 Claim: with contained resources, or as a Bundle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from claims.types import Adjustment, Claim, OtherPayer, Provider, ServiceLine

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-"
HL7 = "http://terminology.hl7.org/CodeSystem/"
X12 = "https://codesystem.x12.org/005010/"
GENDER = {"M": "male", "F": "female", "U": "unknown"}
ROLES = {
    "rendering": "82", "referring": "DN", "supervising": "DQ", "attending": "71",
    "operating": "72", "ordering": "DK",
}  # fmt: skip


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _money(value: Decimal | None) -> dict[str, Any] | None:
    return None if value is None else {"value": float(value), "currency": "USD"}


def _period(first: dt.date | None, last: dt.date | None) -> dict[str, Any] | None:
    return _clean({"start": _day(first), "end": _day(last)}) or None


def _clean(value: Any) -> Any:
    """Without what is empty: FHIR has no empty elements."""
    if isinstance(value, dict):
        told = {name: _clean(part) for name, part in value.items()}
        return {name: part for name, part in told.items() if part not in ("", None, [], {})}
    return [_clean(item) for item in value] if isinstance(value, list) else value


class _Writer:
    """One claim, its parts numbered as they come."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.resources: list[dict[str, Any]] = []
        self.information: list[dict[str, Any]] = []
        self.team: list[dict[str, Any]] = []

    def keep(self, kind: str, **fields: Any) -> dict[str, str]:
        """Keep a resource; give a reference to it."""
        ident = f"r{len(self.resources) + 1}"
        self.resources.append(_clean({"resourceType": kind, "id": ident, **fields}))
        return {"reference": f"#{ident}"}

    def provider(self, provider: Provider | None) -> dict[str, str] | None:
        if provider is None:
            return None
        npi = {"system": "http://hl7.org/fhir/sid/us-npi", "value": provider.npi}
        taxonomy = _concept("http://nucc.org/provider-taxonomy", provider.taxonomy)
        return self.keep(
            "PractitionerRole",
            identifier=[npi] if provider.npi else [],
            specialty=[taxonomy] if provider.taxonomy else [],
        )

    def payer(self, payer_id: str, name: str = "") -> dict[str, str]:
        known = [{"system": "urn:example:payer", "value": payer_id}] if payer_id else []
        return self.keep("Organization", identifier=known, name=name)

    def member(self, role: str, provider: Provider | None, *, whole: bool) -> int | None:
        if provider is None:
            return None
        sequence = len(self.team) + 1
        self.team.append(
            {
                "extension": [{"url": PAS + "careTeamClaimScope", "valueBoolean": whole}],
                "sequence": sequence,
                "provider": self.provider(provider),
                "role": _concept(X12 + "98", ROLES[role]),
            }
        )
        return sequence

    def info(self, category: str, **fields: Any) -> int:
        sequence = len(self.information) + 1
        told = {"sequence": sequence, "category": _concept(HL7 + "any", category), **fields}
        self.information.append(told)
        return sequence

    def code(self, category: str, code: str) -> None:
        if code:
            self.info(category, code=_concept("urn:example", code))

    def shared(self, part: Claim | ServiceLine) -> list[int]:
        """What a claim and a line may both have."""
        told = []
        if part.referral_number and isinstance(part, ServiceLine):
            told.append(self.info("referralnumber", valueString=part.referral_number))
        if part.clia_number:
            told.append(self.info("clianumber", valueString=part.clia_number))
        if part.notes_present:
            told.append(self.info("note", valueString="NOTE"))
        told += [
            self.info(
                "attachment",
                code=_concept(X12 + "755", one.report_type),
                reason={"system": X12 + "756", "code": one.transmission},
                valueString=one.control_number,
            )
            for one in part.attachments
        ]
        return told

    def item(self, line: ServiceLine) -> dict[str, Any]:
        team = [
            self.member(role, getattr(line, role), whole=False)
            for role in ("rendering", "ordering", "referring")
        ]
        named = self.shared(line)
        if line.emergency:
            named.append(self.info("emergency", valueBoolean=True))
        number = {"valueIdentifier": {"value": line.control_number}}
        given = {"valueString": line.authorization_number}
        drug = _concept("http://hl7.org/fhir/sid/ndc", line.ndc)
        one_day = line.service_to is None
        return {
            "extension": [
                {"url": PAS + "itemTraceNumber", **number} if line.control_number else None,
                {"url": PAS + "authorizationNumber", **given}
                if line.authorization_number
                else None,
            ],
            "sequence": line.number,
            "careTeamSequence": [one for one in team if one is not None],
            "informationSequence": named,
            "diagnosisSequence": list(line.diagnosis_pointers),
            "revenue": _concept("urn:nubc:revenue", line.revenue_code)
            if line.revenue_code
            else None,
            "productOrService": _concept(
                "http://www.ama-assn.org/go/cpt", line.procedure or "not-applicable"
            ),
            "modifier": [_concept("urn:example:modifier", code) for code in line.modifiers],
            "servicedDate": _day(line.service_from) if one_day else None,
            "servicedPeriod": None if one_day else _period(line.service_from, line.service_to),
            "locationCodeableConcept": _concept("urn:pos", line.place_of_service)
            if line.place_of_service
            else None,
            "quantity": {"value": _number(line.units), "code": line.unit_basis},
            "net": _money(line.charge),
            "detail": [{"sequence": 1, "productOrService": drug}] if line.ndc else [],
        }

    def diagnosis(self) -> list[dict[str, Any]]:
        icd = "http://hl7.org/fhir/sid/icd-10-cm"
        if self.claim.diagnosis_version == 9:
            icd = "http://hl7.org/fhir/sid/icd-9-cm"
        told = [
            {
                "sequence": place,
                "diagnosisCodeableConcept": _concept(icd, code),
                "type": [_concept(HL7 + "ex-diagnosistype", "principal")] if place == 1 else [],
            }
            for place, code in enumerate(self.claim.diagnoses, 1)
        ]
        admitting = self.claim.admitting_diagnosis
        if admitting:
            kind = [_concept(HL7 + "ex-diagnosistype", "admitting")]
            told.append(
                {
                    "sequence": len(told) + 1,
                    "diagnosisCodeableConcept": _concept(icd, admitting),
                    "type": kind,
                }
            )
        return told

    def insurance(self) -> list[dict[str, Any]]:
        claim = self.claim
        subscriber, patient = claim.subscriber, claim.patient
        insured = self.keep(
            "Patient", gender=GENDER.get(subscriber.sex), birthDate=_day(subscriber.birth_date)
        )
        coverage = self.keep(
            "Coverage",
            type=_concept(X12 + "1032", claim.payer.filing_code)
            if claim.payer.filing_code
            else None,
            subscriber=insured,
            subscriberId=subscriber.member_id,
            relationship=_concept(X12 + "1069", patient.relationship),
            payor=[self.payer("OTHER")],
        )
        given = claim.authorization.number if claim.authorization else ""
        focal = {
            "sequence": "PSTABCDEFGH".index(claim.payer.position) + 1,
            "focal": True,
            "coverage": coverage,
            "preAuthRef": [given] if given else [],
        }
        return [focal, *(self.other(one) for one in claim.other_payers)]

    def other(self, other: OtherPayer) -> dict[str, Any]:
        answers = [
            {
                "itemSequence": line.number,
                "adjudication": [
                    {
                        "category": _concept(HL7 + "adjudication", "benefit"),
                        "amount": _money(answer.paid),
                    },
                    *_adjudication(answer.adjustments),
                ],
            }
            for line in self.claim.lines
            for answer in line.other_adjudications
            if answer.payer_id == other.payer_id
        ]
        known = (other.paid is not None, other.adjudicated_on, other.adjustments, answers)
        response = self.keep(
            "ClaimResponse",
            payment={"amount": _money(other.paid), "date": _day(other.adjudicated_on)},
            adjudication=_adjudication(other.adjustments),
            item=answers,
        )
        return {
            "sequence": "PSTABCDEFGH".index(other.position) + 1,
            "focal": False,
            "coverage": self.keep(
                "Coverage",
                type=_concept(X12 + "1032", other.filing_code) if other.filing_code else None,
                payor=[self.payer(other.payer_id)],
            ),
            "claimResponse": response if any(known) else None,
        }

    def supporting(self) -> None:
        claim = self.claim
        self.shared(claim)
        if claim.bill_type:
            self.code("typeofbill", f"0{claim.bill_type}{claim.frequency}")
        else:
            self.code("claimfrequency", claim.frequency)
        self.code("placeofservice", claim.place_of_service)
        self.code("acceptassignment", claim.accepts_assignment)
        self.code("delayreason", claim.delay_reason)
        self.code("admtype", claim.admission_type)
        self.code("pointoforigin", claim.admission_source)
        self.code("discharge-status", claim.patient_status)
        self.code("drg", claim.drg)
        stay = _period(claim.admitted_on, claim.discharged_on)
        if stay:
            self.info("admissionperiod", timingPeriod=stay)
        if claim.onset_on is not None:
            self.info("onset", timingDate=_day(claim.onset_on))
        if claim.patient_paid is not None:
            self.info("patientpaid", valueQuantity={"value": _number(claim.patient_paid)})

    def write(self) -> dict[str, Any]:
        claim = self.claim
        items = [self.item(line) for line in claim.lines]
        for role in ("rendering", "referring", "supervising", "attending", "operating"):
            self.member(role, getattr(claim, role), whole=True)
        self.supporting()
        causes = [{"system": X12 + "1362", "code": code} for code in claim.related_causes]
        place = claim.facility
        told = {
            "resourceType": "Claim",
            "status": "active",
            "type": _concept(HL7 + "claim-type", claim.form),
            "use": "claim",
            "identifier": [{"system": "urn:example:claim", "value": claim.claim_id}],
            "created": _day(claim.submitted_on),
            "patient": self.keep(
                "Patient",
                name=[{"family": "DOE"}],
                gender=GENDER.get(claim.patient.sex),
                birthDate=_day(claim.patient.birth_date),
            ),
            "insurer": self.payer(claim.payer.payer_id, claim.payer.name),
            "provider": self.provider(claim.billing),
            "priority": _concept(HL7 + "processpriority", "normal"),
            "referral": {"identifier": {"value": claim.referral_number}},
            "related": [{"reference": {"value": claim.original_reference}}]
            if claim.original_reference
            else [],
            "facility": None
            if place is None
            else self.keep("Location", managingOrganization=self.provider(place)),
            "careTeam": self.team,
            "supportingInfo": self.information,
            "diagnosis": self.diagnosis(),
            "insurance": self.insurance(),
            "accident": {
                "date": _day(claim.accident_on),
                "type": {"coding": causes},
                "locationAddress": {"state": claim.accident_state},
            },
            "billablePeriod": _period(claim.statement_from, claim.statement_to),
            "item": [
                {**one, "extension": [part for part in one["extension"] if part]} for one in items
            ],
            "total": _money(claim.charge),
        }
        whole: dict[str, Any] = _clean(told)
        return whole


def _adjudication(adjustments: Sequence[Adjustment]) -> list[dict[str, Any]]:
    return [
        {
            "category": _concept(X12 + "1033", one.group),
            "reason": _concept("https://x12.org/codes/claim-adjustment-reason-codes", one.carc),
            "amount": _money(one.amount),
            "value": _number(one.quantity),
        }
        for one in adjustments
    ]


def fhir(claim: Claim) -> dict[str, Any]:
    """``claim`` as a Claim that contains what it speaks of."""
    writer = _Writer(claim)
    return {**writer.write(), "contained": writer.resources}


def fhir_bundle(claim: Claim) -> dict[str, Any]:
    """The same as a Bundle; its resources are known by URLs, and by type and id."""
    writer = _Writer(claim)
    whole = writer.write()
    kinds = {one["id"]: one["resourceType"] for one in writer.resources}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            target = str(value.get("reference", ""))
            if target.startswith("#"):
                ident = target[1:]
                even = int(ident[1:]) % 2 == 0
                return {"reference": f"{kinds[ident]}/{ident}" if even else f"urn:uuid:{ident}"}
            return {name: moved(part) for name, part in value.items()}
        return [moved(item) for item in value] if isinstance(value, list) else value

    entries = [
        {"fullUrl": f"urn:uuid:{one['id']}", "resource": moved(one)} for one in writer.resources
    ]
    claim_entry = {"fullUrl": "urn:uuid:claim", "resource": moved(whole)}
    return {"resourceType": "Bundle", "type": "collection", "entry": [*entries, claim_entry]}
