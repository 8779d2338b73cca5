"""A professional claim as a clearinghouse's JSON, by the names that its users know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from claims.types import Adjustment, Claim, LineAdjudication, OtherPayer, Provider, ServiceLine


def _day(day: dt.date | None) -> str:
    return "" if day is None else day.strftime("%Y%m%d")


def _text(number: Decimal | None) -> str:
    return "" if number is None else str(number)


def _clean(value: Any) -> Any:
    """Without what is empty, as a vendor would send it."""
    if isinstance(value, dict):
        told = {name: _clean(part) for name, part in value.items()}
        return {name: part for name, part in told.items() if part not in ("", None, [])}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _provider(provider: Provider | None, kind: str) -> dict[str, Any] | None:
    if provider is None:
        return None
    return {"providerType": kind, "npi": provider.npi, "taxonomyCode": provider.taxonomy}


def _adjustments(adjustments: Sequence[Adjustment]) -> list[dict[str, Any]]:
    return [
        {
            "adjustmentGroupCode": one.group,
            "adjustmentDetails": [
                {
                    "adjustmentReasonCode": one.carc,
                    "adjustmentAmount": _text(one.amount),
                    "adjustmentQuantity": _text(one.quantity),
                }
            ],
        }
        for one in adjustments
    ]


def _answer(answer: LineAdjudication) -> dict[str, Any]:
    return {
        "otherPayerPrimaryIdentifier": answer.payer_id,
        "serviceLinePaidAmount": _text(answer.paid),
        "serviceIdQualifier": "HC",
        "procedureCode": answer.procedure,
        "procedureModifier": list(answer.modifiers),
        "paidServiceUnitCount": _text(answer.units),
        "claimAdjustmentInformation": _adjustments(answer.adjustments),
        "adjudicationOrPaymentDate": _day(answer.adjudicated_on),
    }


def _line(line: ServiceLine) -> dict[str, Any]:
    authorization = {"priorAuthorizationOrReferralNumber": line.authorization_number}
    return {
        "assignedNumber": str(line.number),
        "serviceDate": _day(line.service_from),
        "serviceDateEnd": _day(line.service_to),
        "providerControlNumber": line.control_number,
        "professionalService": {
            "procedureIdentifier": line.procedure_qualifier,
            "procedureCode": line.procedure,
            "procedureModifiers": list(line.modifiers),
            "lineItemChargeAmount": _text(line.charge),
            "measurementUnit": line.unit_basis,
            "serviceUnitCount": _text(line.units),
            "placeOfServiceCode": line.place_of_service,
            "compositeDiagnosisCodePointers": {
                "diagnosisCodePointers": [str(place) for place in line.diagnosis_pointers]
            },
            "emergencyIndicator": "Y" if line.emergency else "",
        },
        "serviceLineSupplementalInformation": [
            {
                "attachmentReportTypeCode": one.report_type,
                "attachmentTransmissionCode": one.transmission,
                "attachmentControlNumber": one.control_number,
            }
            for one in line.attachments
        ],
        "serviceLineReferenceInformation": {
            "priorAuthorization": [authorization] if line.authorization_number else [],
            "referralNumber": [line.referral_number],
            "clinicalLaboratoryImprovementAmendmentNumber": line.clia_number,
        },
        "additionalNotes": "NOTE" if line.notes_present else "",
        "drugIdentification": {"serviceIdQualifier": "N4", "nationalDrugCode": line.ndc},
        "renderingProvider": _provider(line.rendering, "RenderingProvider"),
        "orderingProvider": _provider(line.ordering, "OrderingProvider"),
        "referringProvider": _provider(line.referring, "ReferringProvider"),
        "lineAdjudicationInformation": [_answer(one) for one in line.other_adjudications],
    }


def _other(other: OtherPayer, claim: Claim) -> dict[str, Any]:
    return {
        "paymentResponsibilityLevelCode": other.position,
        "individualRelationshipCode": claim.patient.relationship,
        "claimFilingIndicatorCode": other.filing_code,
        "claimLevelAdjustments": _adjustments(other.adjustments),
        "payerPaidAmount": _text(other.paid),
        "benefitsAssignmentCertificationIndicator": "Y",
        "releaseOfInformationCode": "Y",
        "otherSubscriberName": {"otherInsuredQualifier": "1", "otherInsuredLastName": "DOE"},
        "otherPayerName": {
            "otherPayerOrganizationName": "OTHER PAYER",
            "otherPayerIdentifierTypeCode": "PI",
            "otherPayerIdentifier": other.payer_id,
            "otherPayerAdjudicationOrPaymentDate": _day(other.adjudicated_on),
        },
    }


def _information(claim: Claim) -> dict[str, Any]:
    kinds = ("ABK", "ABF") if claim.diagnosis_version == 10 else ("BK", "BF")
    return {
        "claimFilingCode": claim.payer.filing_code,
        "patientControlNumber": claim.claim_id,
        "claimChargeAmount": _text(claim.charge),
        "placeOfServiceCode": claim.place_of_service,
        "claimFrequencyCode": claim.frequency,
        "signatureIndicator": "Y",
        "planParticipationCode": claim.accepts_assignment,
        "benefitsAssignmentCertificationIndicator": "Y",
        "releaseInformationCode": "Y",
        "relatedCausesCode": list(claim.related_causes),
        "autoAccidentStateCode": claim.accident_state,
        "delayReasonCode": claim.delay_reason,
        "patientAmountPaid": _text(claim.patient_paid),
        "claimDateInformation": {
            "symptomDate": _day(claim.onset_on),
            "accidentDate": _day(claim.accident_on),
            "admissionDate": _day(claim.admitted_on),
            "dischargeDate": _day(claim.discharged_on),
        },
        "claimSupplementalInformation": {
            "reportInformation": [
                {
                    "attachmentReportTypeCode": one.report_type,
                    "attachmentTransmissionCode": one.transmission,
                    "attachmentControlNumber": one.control_number,
                }
                for one in claim.attachments
            ],
            "priorAuthorizationNumber": claim.authorization.number if claim.authorization else "",
            "referralNumber": claim.referral_number,
            "claimControlNumber": claim.original_reference,
            "cliaNumber": claim.clia_number,
            "medicalRecordNumber": "MRN",
        },
        "claimNote": {"additionalInformation": "NOTE" if claim.notes_present else ""},
        "healthCareCodeInformation": [
            {"diagnosisTypeCode": kinds[place > 0], "diagnosisCode": code}
            for place, code in enumerate(claim.diagnoses)
        ],
        "serviceFacilityLocation": None
        if claim.facility is None
        else {"organizationName": "PLACE", "npi": claim.facility.npi},
        "otherSubscriberInformation": [_other(one, claim) for one in claim.other_payers],
        "serviceLines": [_line(one) for one in claim.lines],
    }


def clearinghouse(claim: Claim, *, listed: bool = False) -> dict[str, Any]:
    """``claim`` as it would be submitted; ``listed``: providers in the older list."""
    subscriber, patient = claim.subscriber, claim.patient
    roles = ("billing", "rendering", "referring", "supervising")
    named = {role: _provider(getattr(claim, role), f"{role.title()}Provider") for role in roles}
    told: dict[str, Any] = {
        "controlNumber": "000000001",
        "tradingPartnerServiceId": claim.payer.payer_id,
        "tradingPartnerName": claim.payer.name,
        "submitter": {"organizationName": "PRACTICE", "contactInformation": {"name": "BILLING"}},
        "receiver": {"organizationName": "RECEIVER"},
        "subscriber": {
            "memberId": subscriber.member_id,
            "paymentResponsibilityLevelCode": claim.payer.position,
            "firstName": "JANE",
            "lastName": "DOE",
            "gender": subscriber.sex,
            "dateOfBirth": _day(subscriber.birth_date),
            "address": {"address1": "1 MAIN STREET", "city": "COLUMBUS", "state": "OH"},
        },
        "claimInformation": _information(claim),
    }
    if patient.relationship != "18":
        told["dependent"] = {
            "firstName": "JIM",
            "gender": patient.sex,
            "dateOfBirth": _day(patient.birth_date),
            "relationshipToSubscriberCode": patient.relationship,
        }
    if claim.pay_to is not None:
        told["payToAddress"] = {"address1": "PO BOX 1", "city": "COLUMBUS"}
    if listed:
        told["providers"] = [one for one in named.values() if one is not None]
    else:
        told |= {role: one for role, one in named.items() if one is not None}
    cleaned: dict[str, Any] = _clean(told)
    return cleaned
