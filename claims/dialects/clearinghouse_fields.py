"""Which field of the clearinghouses' *Professional Claims* JSON is which of ours.

Names are those of version 3 as Change Healthcare (Optum) published it and others took it over.
What is no plain copy is read in ``clearinghouse``; it stands here too, for paths and for the page.
"""

from __future__ import annotations

from typing import Final

from claims.dialects.fields import Field, usual
from claims.dialects.reading import compact_day, texts, whole, wholes, yes

_INFO: Final = "claimInformation."
_MORE: Final = _INFO + "claimSupplementalInformation."
_DATES: Final = _INFO + "claimDateInformation."
LINES: Final = _INFO + "serviceLines"
DIAGNOSES: Final = _INFO + "healthCareCodeInformation"
OTHERS: Final = _INFO + "otherSubscriberInformation"
FACILITY: Final = _INFO + "serviceFacilityLocation"
NOTE: Final = _INFO + "claimNote"
NOTES: Final = (
    "additionalInformation",
    "certificationNarrative",
    "goalRehabOrDischargePlans",
    "diagnosisDescription",
    "thirdPartOrgNotes",
)
REPORT: Final = _MORE + "reportInformation"

CLAIM: Final = (
    Field("claim_id", _INFO + "patientControlNumber"),
    Field("payer.payer_id", "tradingPartnerServiceId"),
    Field("payer.name", "tradingPartnerName"),
    Field("payer.filing_code", _INFO + "claimFilingCode"),
    Field("payer.position", "subscriber.paymentResponsibilityLevelCode"),
    Field("charge", _INFO + "claimChargeAmount"),
    Field("place_of_service", _INFO + "placeOfServiceCode"),
    Field("frequency", _INFO + "claimFrequencyCode"),
    Field("original_reference", _MORE + "claimControlNumber"),
    Field("accepts_assignment", _INFO + "planParticipationCode"),
    Field("subscriber.member_id", "subscriber.memberId"),
    Field("subscriber.sex", "subscriber.gender"),
    Field("subscriber.birth_date", "subscriber.dateOfBirth", compact_day),
    Field("patient.relationship", "dependent.relationshipToSubscriberCode"),
    Field("patient.sex", "dependent.gender"),
    Field("patient.birth_date", "dependent.dateOfBirth", compact_day),
    Field("authorization.number", _MORE + "priorAuthorizationNumber"),
    Field("referral_number", _MORE + "referralNumber"),
    Field("clia_number", _MORE + "cliaNumber"),
    Field("delay_reason", _INFO + "delayReasonCode"),
    Field("related_causes", _INFO + "relatedCausesCode", texts),
    Field("accident_state", _INFO + "autoAccidentStateCode"),
    Field("accident_on", _DATES + "accidentDate", compact_day),
    Field("onset_on", _DATES + "symptomDate", compact_day),
    Field("admitted_on", _DATES + "admissionDate", compact_day),
    Field("discharged_on", _DATES + "dischargeDate", compact_day),
    Field("patient_paid", _INFO + "patientAmountPaid"),
)
PROVIDER: Final = (Field("npi", "npi"), Field("taxonomy", "taxonomyCode"))
PROVIDERS: Final = ("billing", "rendering", "referring", "supervising")
"""Ours and theirs alike; or in the list ``providers``, by ``providerType``."""
LINE: Final = (
    Field("number", "assignedNumber", whole),
    Field("procedure", "professionalService.procedureCode"),
    Field("procedure_qualifier", "professionalService.procedureIdentifier"),
    Field("modifiers", "professionalService.procedureModifiers", texts),
    Field("charge", "professionalService.lineItemChargeAmount"),
    Field("units", "professionalService.serviceUnitCount"),
    Field("unit_basis", "professionalService.measurementUnit"),
    Field(
        "diagnosis_pointers",
        "professionalService.compositeDiagnosisCodePointers.diagnosisCodePointers",
        wholes,
    ),
    Field("place_of_service", "professionalService.placeOfServiceCode"),
    Field("emergency", "professionalService.emergencyIndicator", yes),
    Field("service_from", "serviceDate", compact_day),
    Field("service_to", "serviceDateEnd", compact_day),
    Field(
        "clia_number",
        "serviceLineReferenceInformation.clinicalLaboratoryImprovementAmendmentNumber",
    ),
    Field("control_number", "providerControlNumber"),
)
LINE_PROVIDERS: Final = {
    "rendering": "renderingProvider",
    "ordering": "orderingProvider",
    "referring": "referringProvider",
}
LINE_NOTES: Final = ("additionalNotes", "goalRehabOrDischargePlans", "thirdPartyOrganizationNotes")
LINE_REPORTS: Final = "serviceLineSupplementalInformation"
LINE_ANSWERS: Final = "lineAdjudicationInformation"
AUTHORIZATIONS: Final = "serviceLineReferenceInformation.priorAuthorization"
AUTHORIZATION: Final = "priorAuthorizationOrReferralNumber"
REFERRALS: Final = "serviceLineReferenceInformation.referralNumber"
NDC: Final = "drugIdentification.nationalDrugCode"
ATTACHMENT: Final = (
    Field("report_type", "attachmentReportTypeCode"),
    Field("transmission", "attachmentTransmissionCode"),
    Field("control_number", "attachmentControlNumber"),
)
OTHER_PAYER: Final = (
    Field("payer_id", "otherPayerName.otherPayerIdentifier"),
    Field("filing_code", "claimFilingIndicatorCode"),
    Field("position", "paymentResponsibilityLevelCode"),
    Field("paid", "payerPaidAmount"),
    Field("adjudicated_on", "otherPayerName.otherPayerAdjudicationOrPaymentDate", compact_day),
)
ANSWER: Final = (
    Field("payer_id", "otherPayerPrimaryIdentifier"),
    Field("paid", "serviceLinePaidAmount"),
    Field("procedure", "procedureCode"),
    Field("modifiers", "procedureModifier", texts),
    Field("units", "paidServiceUnitCount"),
    Field("adjudicated_on", "adjudicationOrPaymentDate", compact_day),
)
GROUP: Final = "adjustmentGroupCode"
DETAILS: Final = "adjustmentDetails"
ADJUSTMENT: Final = (
    Field("carc", "adjustmentReasonCode"),
    Field("amount", "adjustmentAmount"),
    Field("quantity", "adjustmentQuantity"),
)
CLAIM_ADJUSTMENTS: Final = "claimLevelAdjustments"
LINE_ADJUSTMENTS: Final = "claimAdjustmentInformation"


def _adjustments(ours: str, theirs: str) -> dict[str, str]:
    detail = f"{theirs}[].{DETAILS}[]"
    return {
        f"{ours}adjustments": theirs,
        f"{ours}adjustments[]": detail,
        f"{ours}adjustments[].group": f"{theirs}[].{GROUP}",
        **usual(ADJUSTMENT, f"{ours}adjustments[].", f"{detail}."),
    }


def _usual() -> dict[str, str]:
    line, ours = f"{LINES}[].", "lines[]."
    answer, other = f"{line}{LINE_ANSWERS}[].", f"{OTHERS}[]."
    told = usual(CLAIM)
    for role in PROVIDERS:
        told |= {role: role, **usual(PROVIDER, f"{role}.", f"{role}.")}
    for role, name in LINE_PROVIDERS.items():
        told |= {f"{ours}{role}": line + name}
        told |= usual(PROVIDER, f"{ours}{role}.", f"{line}{name}.")
    return told | {
        "payer": "tradingPartnerServiceId",
        "subscriber": "subscriber",
        "patient": "dependent",
        "facility": FACILITY,
        "facility.npi": FACILITY + ".npi",
        "pay_to": "payToAddress",
        "notes_present": NOTE,
        "diagnoses": DIAGNOSES,
        "diagnoses[]": DIAGNOSES + "[].diagnosisCode",
        "diagnosis_version": DIAGNOSES + "[0].diagnosisTypeCode",
        "attachments": REPORT,
        "attachments[]": REPORT,
        **usual(ATTACHMENT, "attachments[].", f"{REPORT}."),
        "other_payers": OTHERS,
        "other_payers[]": f"{OTHERS}[]",
        **usual(OTHER_PAYER, "other_payers[].", other),
        **_adjustments("other_payers[].", other + CLAIM_ADJUSTMENTS),
        "lines": LINES,
        "lines[]": f"{LINES}[]",
        **usual(LINE, ours, line),
        f"{ours}authorization_number": f"{line}{AUTHORIZATIONS}[0].{AUTHORIZATION}",
        f"{ours}referral_number": f"{line}{REFERRALS}[0]",
        f"{ours}notes_present": line + LINE_NOTES[0],
        f"{ours}ndc": line + NDC,
        f"{ours}attachments": line + LINE_REPORTS,
        f"{ours}attachments[]": f"{line}{LINE_REPORTS}[]",
        **usual(ATTACHMENT, f"{ours}attachments[].", f"{line}{LINE_REPORTS}[]."),
        f"{ours}other_adjudications": line + LINE_ANSWERS,
        f"{ours}other_adjudications[]": f"{line}{LINE_ANSWERS}[]",
        **usual(ANSWER, f"{ours}other_adjudications[].", answer),
        **_adjustments(f"{ours}other_adjudications[].", answer + LINE_ADJUSTMENTS),
    }


USUAL: Final = _usual()
"""Our paths to theirs, ``[]`` for any place in a list."""
