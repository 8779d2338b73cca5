"""Claims for the API's documentation: invented, complete, and accepted by the service."""

from __future__ import annotations

from typing import Any, Final

FLAT: Final[dict[str, Any]] = {
    "claim_id": "PCN-1042",
    "submitted_on": "2026-03-04",
    "form": "professional",
    "place_of_service": "11",
    "payer": {"payer_id": "62308", "filing_code": "CI", "position": "P"},
    "subscriber": {"member_id": "W2087431", "sex": "F", "birth_date": "1974-05-20"},
    "billing": {"npi": "1234567893", "taxonomy": "207Q00000X"},
    "rendering": {"npi": "1245319599", "taxonomy": "207Q00000X"},
    "diagnoses": ["E119", "I10"],
    "lines": [
        {
            "procedure": "99214",
            "modifiers": ["25"],
            "charge": "210.00",
            "units": 1,
            "diagnosis_pointers": [1, 2],
            "service_from": "2026-03-02",
        },
        {
            "procedure": "83036",
            "charge": "38.00",
            "units": 1,
            "diagnosis_pointers": [1],
            "service_from": "2026-03-02",
        },
    ],
}
BESIDE: Final[dict[str, Any]] = {
    "claim": {
        **FLAT,
        "claim_id": "PCN-1043",
        "payer": {"payer_id": "60054", "filing_code": "16"},
        "lines": [
            {
                "procedure": "70553",
                "charge": "1890.00",
                "units": 1,
                "diagnosis_pointers": [1],
                "service_from": "2026-03-02",
            }
        ],
    },
    "eligibility": {"checked_on": "2026-03-01", "active": True, "coverage_end": "2026-12-31"},
    "authorization": {
        "number": "A558120",
        "valid_from": "2026-02-15",
        "valid_to": "2026-05-15",
        "procedures": ["70553"],
        "units_left": 1,
    },
    "as_of": "2026-03-04",
}
X12_837: Final = "~\n".join(
    [
        "ISA*00*          *00*          *ZZ*PRACTICE       *ZZ*CLEARINGHOUSE  *260304*0900*^"
        "*00501*000000001*0*P*:",
        "GS*HC*PRACTICE*CLEARINGHOUSE*20260304*0900*1*X*005010X222A1",
        "ST*837*0001*005010X222A1",
        "BHT*0019*00*1*20260304*0900*CH",
        "NM1*41*2*EXAMPLE PRACTICE*****46*123456",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*654321",
        "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X",
        "NM1*85*2*EXAMPLE PRACTICE*****XX*1234567893",
        "N3*1 MAIN STREET",
        "N4*COLUMBUS*OH*432150000",
        "REF*EI*123456789",
        "HL*2*1*22*0",
        "SBR*P*18*******CI",
        "NM1*IL*1*DOE*JANE****MI*W2087431",
        "N3*2 MAIN STREET",
        "N4*COLUMBUS*OH*43215",
        "DMG*D8*19740520*F",
        "NM1*PR*2*EXAMPLE PAYER*****PI*62308",
        "CLM*PCN-1042*248***11:B:1*Y*A*Y*Y",
        "HI*ABK:E119*ABF:I10",
        "NM1*82*1*ROE*RICHARD****XX*1245319599",
        "PRV*PE*PXC*207Q00000X",
        "LX*1",
        "SV1*HC:99214:25*210*UN*1***1:2",
        "DTP*472*D8*20260302",
        "LX*2",
        "SV1*HC:83036*38*UN*1***1",
        "DTP*472*D8*20260302",
        "SE*29*0001",
        "GE*1*1",
        "IEA*1*000000001~",
    ]
)
