"""The claim of ``examples.FLAT`` in the words of others; a test holds them to be one claim."""

from __future__ import annotations

from typing import Any, Final

CLEARINGHOUSE: Final[dict[str, Any]] = {
    "controlNumber": "000000001",
    "tradingPartnerServiceId": "62308",
    "submitter": {
        "organizationName": "EXAMPLE PRACTICE",
        "contactInformation": {"name": "BILLING", "phoneNumber": "5555550100"},
    },
    "receiver": {"organizationName": "EXAMPLE PAYER"},
    "subscriber": {
        "memberId": "W2087431",
        "paymentResponsibilityLevelCode": "P",
        "firstName": "JANE",
        "lastName": "DOE",
        "gender": "F",
        "dateOfBirth": "19740520",
    },
    "billing": {
        "providerType": "BillingProvider",
        "npi": "1234567893",
        "taxonomyCode": "207Q00000X",
        "organizationName": "EXAMPLE PRACTICE",
    },
    "rendering": {
        "providerType": "RenderingProvider",
        "npi": "1245319599",
        "taxonomyCode": "207Q00000X",
        "firstName": "RICHARD",
        "lastName": "ROE",
    },
    "claimInformation": {
        "claimFilingCode": "CI",
        "patientControlNumber": "PCN-1042",
        "claimChargeAmount": "248.00",
        "placeOfServiceCode": "11",
        "claimFrequencyCode": "1",
        "signatureIndicator": "Y",
        "planParticipationCode": "A",
        "benefitsAssignmentCertificationIndicator": "Y",
        "releaseInformationCode": "Y",
        "healthCareCodeInformation": [
            {"diagnosisTypeCode": "ABK", "diagnosisCode": "E119"},
            {"diagnosisTypeCode": "ABF", "diagnosisCode": "I10"},
        ],
        "serviceLines": [
            {
                "serviceDate": "20260302",
                "professionalService": {
                    "procedureIdentifier": "HC",
                    "procedureCode": "99214",
                    "procedureModifiers": ["25"],
                    "lineItemChargeAmount": "210.00",
                    "measurementUnit": "UN",
                    "serviceUnitCount": "1",
                    "compositeDiagnosisCodePointers": {"diagnosisCodePointers": ["1", "2"]},
                },
            },
            {
                "serviceDate": "20260302",
                "professionalService": {
                    "procedureIdentifier": "HC",
                    "procedureCode": "83036",
                    "lineItemChargeAmount": "38.00",
                    "measurementUnit": "UN",
                    "serviceUnitCount": "1",
                    "compositeDiagnosisCodePointers": {"diagnosisCodePointers": ["1"]},
                },
            },
        ],
    },
}
_CPT: Final = "http://www.ama-assn.org/go/cpt"
_ICD: Final = "http://hl7.org/fhir/sid/icd-10-cm"
_NPI: Final = "http://hl7.org/fhir/sid/us-npi"
_TAXONOMY: Final = {
    "coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "207Q00000X"}]
}
_HL7: Final = "http://terminology.hl7.org/CodeSystem/"


def _item(number: int, code: str, net: float, pointers: list[int], **more: Any) -> dict[str, Any]:
    return {
        "sequence": number,
        "diagnosisSequence": pointers,
        "productOrService": {"coding": [{"system": _CPT, "code": code}]},
        **more,
        "servicedDate": "2026-03-02",
        "quantity": {"value": 1},
        "net": {"value": net, "currency": "USD"},
    }


FHIR: Final[dict[str, Any]] = {
    "resourceType": "Claim",
    "contained": [
        {"resourceType": "Patient", "id": "jane", "gender": "female", "birthDate": "1974-05-20"},
        {
            "resourceType": "Organization",
            "id": "payer",
            "identifier": [{"system": "urn:example:payer-id", "value": "62308"}],
        },
        {
            "resourceType": "Coverage",
            "id": "plan",
            "status": "active",
            "type": {
                "coding": [{"system": "https://codesystem.x12.org/005010/1032", "code": "CI"}]
            },
            "subscriberId": "W2087431",
            "beneficiary": {"reference": "#jane"},
            "relationship": {
                "coding": [{"system": f"{_HL7}subscriber-relationship", "code": "self"}]
            },
            "payor": [{"reference": "#payer"}],
        },
        {
            "resourceType": "PractitionerRole",
            "id": "practice",
            "identifier": [{"system": _NPI, "value": "1234567893"}],
            "specialty": [_TAXONOMY],
        },
        {
            "resourceType": "Practitioner",
            "id": "doctor",
            "identifier": [{"system": _NPI, "value": "1245319599"}],
        },
    ],
    "identifier": [{"system": "urn:example:claim-id", "value": "PCN-1042"}],
    "status": "active",
    "type": {"coding": [{"system": f"{_HL7}claim-type", "code": "professional"}]},
    "use": "claim",
    "patient": {"reference": "#jane"},
    "created": "2026-03-04",
    "insurer": {"reference": "#payer"},
    "provider": {"reference": "#practice"},
    "priority": {"coding": [{"system": f"{_HL7}processpriority", "code": "normal"}]},
    "careTeam": [
        {
            "sequence": 1,
            "provider": {"reference": "#doctor"},
            "role": {"coding": [{"system": f"{_HL7}claimcareteamrole", "code": "primary"}]},
            "qualification": _TAXONOMY,
        }
    ],
    "supportingInfo": [
        {
            "sequence": 1,
            "category": {
                "coding": [{"system": "urn:preclear:claim-information", "code": "placeofservice"}]
            },
            "code": {"coding": [{"code": "11"}]},
        },
        {
            "sequence": 2,
            "category": {
                "coding": [{"system": "urn:preclear:claim-information", "code": "acceptassignment"}]
            },
            "code": {"coding": [{"code": "A"}]},
        },
    ],
    "diagnosis": [
        {
            "sequence": 1,
            "diagnosisCodeableConcept": {"coding": [{"system": _ICD, "code": "E11.9"}]},
            "type": [{"coding": [{"code": "principal"}]}],
        },
        {
            "sequence": 2,
            "diagnosisCodeableConcept": {"coding": [{"system": _ICD, "code": "I10"}]},
        },
    ],
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#plan"}}],
    "item": [
        _item(1, "99214", 210.0, [1, 2], modifier=[{"coding": [{"code": "25"}]}]),
        _item(2, "83036", 38.0, [1]),
    ],
    "total": {"value": 248.0, "currency": "USD"},
}
