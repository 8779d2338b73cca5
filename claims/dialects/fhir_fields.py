"""Which element of a FHIR R4 ``Claim`` is which of our fields, as FHIRPath from the claim.

Where the base resource has no place for what an 837 says, the place is one of Da Vinci PAS or of
CARIN Blue Button; where neither has one, a ``supportingInfo`` of a category of ours (``OURS``).
"""

from __future__ import annotations

from typing import Final

OURS: Final = "urn:preclear:claim-information"
"""The system of our category codes; categories are known by their code, whatever the system."""
PAS: Final = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
SCOPE: Final = PAS + "extension-careTeamClaimScope"
AUTHORIZATION_NUMBER: Final = PAS + "extension-authorizationNumber"
TRACE_NUMBER: Final = PAS + "extension-itemTraceNumber"
NDC: Final = "http://hl7.org/fhir/sid/ndc"
HIPPS: Final = "HIPPSCodes"
FILING: Final = "1032"
RELATIONSHIP: Final = "1069"
"""X12's number of the code list, as it ends the system."""

ROLES: Final = {
    "82": "rendering", "rendering": "rendering", "performing": "rendering", "primary": "rendering",
    "DN": "referring", "referring": "referring",
    "DQ": "supervising", "supervisor": "supervising", "supervising": "supervising",
    "71": "attending", "attending": "attending",
    "72": "operating", "operating": "operating",
    "DK": "ordering", "ordering": "ordering", "prescribing": "ordering",
    "77": "facility",
}  # fmt: skip
"""Codes of ``careTeam.role``: X12's entity codes, HL7's and CARIN's words."""
SEX: Final = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
RELATIONSHIPS: Final = {
    "self": "18", "spouse": "01", "child": "19", "common": "53", "parent": "G8", "injured": "G8",
    "other": "G8",
}  # fmt: skip
CAUSES: Final = {"MVA": "AA", "WPA": "EM", "SCHOOL": "OA", "SPT": "OA"}
UNITS: Final = {"min": "MJ", "d": "DA", "1": "UN", "{unit}": "UN"}
POSITIONS: Final = "PSTABCDEFGH"
"""``insurance.sequence`` 1, 2, 3 ... as SBR01."""

CODED: Final = {
    "claimfrequency": "frequency",
    "placeofservice": "place_of_service",
    "acceptassignment": "accepts_assignment",
    "delayreason": "delay_reason",
    "admtype": "admission_type",
    "pointoforigin": "admission_source",
    "discharge-status": "patient_status",
    "drg": "drg",
}
"""Categories of ``supportingInfo`` whose ``code`` is a field of the claim."""
STATED: Final = {"referralnumber": "referral_number", "clianumber": "clia_number"}
"""Categories whose ``valueString`` is a field: of the claim, or of the items that name it."""
STAYS: Final = ("admissionperiod", "hospitalized")
NOTES: Final = ("note", "info", "freeFormMessage")


def _info(category: str) -> str:
    return f"supportingInfo.where(category.coding.code='{category}')"


def _member(role: str) -> str:
    return f"careTeam.where(role.coding.code='{role}').provider.resolve()"


_COVERAGE: Final = "insurance.where(focal=true).coverage.resolve()"
_OTHER: Final = "insurance[].coverage.resolve()"
_ANSWER: Final = "insurance[].claimResponse.resolve()"
_NPI: Final = "identifier.where(system.endsWith('us-npi')).value"
_SPECIALTY: Final = "specialty.coding.code"


def _providers() -> dict[str, str]:
    where = {
        "billing": "provider.resolve()",
        "facility": "facility.resolve()",
        **{role: _member(role) for role in ("rendering", "referring", "attending", "operating")},
        "supervising": _member("supervisor"),
    }
    told: dict[str, str] = {}
    for role, path in where.items():
        told |= {role: path.removesuffix(".resolve()"), f"{role}.npi": f"{path}.{_NPI}"}
        told |= {f"{role}.taxonomy": f"{path}.{_SPECIALTY}"}
    for role in ("rendering", "ordering", "referring"):
        told |= {f"lines[].{role}": "item[].careTeamSequence"}
        told |= {f"lines[].{role}.npi": "item[].careTeamSequence"}
        told |= {f"lines[].{role}.taxonomy": "item[].careTeamSequence"}
    return told


USUAL: Final = {
    "claim_id": "identifier[0].value",
    "form": "type",
    "submitted_on": "created",
    "charge": "total.value",
    "payer": "insurer",
    "payer.payer_id": "insurer.resolve().identifier[0].value",
    "payer.name": "insurer.resolve().name",
    "payer.filing_code": f"{_COVERAGE}.type.coding.code",
    "payer.position": "insurance.where(focal=true).sequence",
    "subscriber": _COVERAGE.removesuffix(".resolve()"),
    "subscriber.member_id": f"{_COVERAGE}.subscriberId",
    "subscriber.sex": f"{_COVERAGE}.subscriber.resolve().gender",
    "subscriber.birth_date": f"{_COVERAGE}.subscriber.resolve().birthDate",
    "patient": "patient",
    "patient.relationship": f"{_COVERAGE}.relationship.coding.code",
    "patient.sex": "patient.resolve().gender",
    "patient.birth_date": "patient.resolve().birthDate",
    "authorization.number": "insurance.where(focal=true).preAuthRef[0]",
    "original_reference": "related[0].reference.value",
    "related_causes": "accident.type.coding.code",
    "accident_state": "accident.locationAddress.state",
    "accident_on": "accident.date",
    "statement_from": "billablePeriod.start",
    "statement_to": "billablePeriod.end",
    "diagnoses": "diagnosis",
    "diagnoses[]": "diagnosis[].diagnosisCodeableConcept.coding[0].code",
    "diagnosis_version": "diagnosis[0].diagnosisCodeableConcept.coding[0].system",
    "admitting_diagnosis": "diagnosis.where(type.coding.code='admitting')",
    **{ours: f"{_info(name)}.code.coding.code" for name, ours in CODED.items()},
    **{ours: f"{_info(name)}.valueString" for name, ours in STATED.items()},
    "referral_number": "referral.identifier.value",
    "bill_type": f"{_info('typeofbill')}.code.coding.code",
    "onset_on": f"{_info('onset')}.timingDate",
    "admitted_on": f"{_info('admissionperiod')}.timingPeriod.start",
    "discharged_on": f"{_info('admissionperiod')}.timingPeriod.end",
    "patient_paid": f"{_info('patientpaid')}.valueQuantity.value",
    "notes_present": f"{_info('note')}.valueString",
    "attachments": _info("attachment"),
    "attachments[]": _info("attachment"),
    "attachments[].report_type": f"{_info('attachment')}.code.coding.code",
    "attachments[].transmission": f"{_info('attachment')}.reason.code",
    "attachments[].control_number": f"{_info('attachment')}.valueString",
    **_providers(),
    "other_payers": "insurance",
    "other_payers[]": "insurance[]",
    "other_payers[].payer_id": f"{_OTHER}.payor[0].resolve().identifier[0].value",
    "other_payers[].filing_code": f"{_OTHER}.type.coding.code",
    "other_payers[].position": "insurance[].sequence",
    "other_payers[].paid": f"{_ANSWER}.payment.amount.value",
    "other_payers[].adjudicated_on": f"{_ANSWER}.payment.date",
    "other_payers[].adjustments": f"{_ANSWER}.adjudication",
    "other_payers[].adjustments[].group": f"{_ANSWER}.adjudication[].category.coding.code",
    "other_payers[].adjustments[].carc": f"{_ANSWER}.adjudication[].reason.coding.code",
    "other_payers[].adjustments[].amount": f"{_ANSWER}.adjudication[].amount.value",
    "other_payers[].adjustments[].quantity": f"{_ANSWER}.adjudication[].value",
    "lines": "item",
    "lines[]": "item[]",
    "lines[].number": "item[].sequence",
    "lines[].procedure": "item[].productOrService.coding[0].code",
    "lines[].procedure_qualifier": "item[].productOrService.coding[0].system",
    "lines[].modifiers": "item[].modifier",
    "lines[].modifiers[]": "item[].modifier[].coding[0].code",
    "lines[].charge": "item[].net.value",
    "lines[].units": "item[].quantity.value",
    "lines[].unit_basis": "item[].quantity.code",
    "lines[].diagnosis_pointers": "item[].diagnosisSequence",
    "lines[].place_of_service": "item[].locationCodeableConcept.coding[0].code",
    "lines[].revenue_code": "item[].revenue.coding[0].code",
    "lines[].service_from": "item[].servicedDate",
    "lines[].service_to": "item[].servicedPeriod.end",
    "lines[].authorization_number": "item[].extension('authorizationNumber').valueString",
    "lines[].control_number": "item[].extension('itemTraceNumber').valueIdentifier.value",
    "lines[].ndc": "item[].detail[0].productOrService.coding[0].code",
    "lines[].other_adjudications": f"{_ANSWER}.item",
    **{
        f"lines[].{ours}": "item[].informationSequence"
        for ours in (*STATED.values(), "emergency", "notes_present", "attachments")
    },
}
"""Our paths to theirs, ``[]`` for any place in a list."""
