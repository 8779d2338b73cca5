"""The tables: one Arrow schema, field by field, that everything after reading works on.

A dataset is a folder with one Parquet file per table named here. No table holds a name, an address,
a birth date, a claim id, a member id, an authorization number or a payer's claim number; ``*_key``
columns are keyed hashes (``claims.keys``) cut to 64 bits, 0 where nothing was stated. Texts that
were not stated are ``""``, never null; dates and amounts that were not stated are null.

``lines`` stand in the order of ``claims``: the first ``claims.line_count[0]`` rows are the lines of
the first claim, and so on. ``remittance_lines`` stand in the order of ``remittances`` likewise.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

MONEY: Final = pa.decimal128(14, 2)
QUANTITY: Final = pa.decimal128(14, 3)
DAY: Final = pa.date32()
TEXT: Final = pa.string()
TEXTS: Final = pa.list_(pa.string())
KEY: Final = pa.uint64()


def _field(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"meaning": meaning})


CLAIMS: Final = pa.schema(
    [
        _field("claim_key", KEY, "keyed hash of the claim id (CLM01)"),
        _field("member_key", KEY, "keyed hash of the subscriber's member id (NM109 of NM1*IL)"),
        _field("line_count", pa.int32(), "rows of `lines` that belong to this claim"),
        _field("form", TEXT, "professional or institutional"),
        _field("submitted_on", DAY, "day the transaction was made (BHT04, else GS04, else ISA09)"),
        _field("charge", MONEY, "total charge in dollars (CLM02)"),
        _field("place_of_service", TEXT, "CLM05-1 of a professional claim"),
        _field("bill_type", TEXT, "CLM05-1 of an institutional claim: facility type, two digits"),
        _field("frequency", TEXT, "CLM05-3: 1 original, 7 replacement, 8 void"),
        _field("original_reference_key", KEY, "keyed hash of the payer's claim number (REF*F8)"),
        _field("accepts_assignment", TEXT, "CLM07"),
        _field("payer_id", TEXT, "NM109 of NM1*PR in loop 2010BB"),
        _field("payer_name", TEXT, "NM103 of the same"),
        _field("filing_code", TEXT, "claim filing indicator (SBR09)"),
        _field("position", TEXT, "the payer's place in the payer order (SBR01)"),
        _field("relationship", TEXT, "patient to subscriber (SBR02 or PAT01), 18 is self"),
        _field("sex", TEXT, "patient's sex: F, M, U"),
        _field("age", pa.int16(), "patient's age in whole years on service_from"),
        _field("service_from", DAY, "first day of service of the claim"),
        _field("service_to", DAY, "last day of service of the claim"),
        _field("admitted_on", DAY, "DTP*435"),
        _field("discharged_on", DAY, "DTP*096"),
        _field("accident_on", DAY, "DTP*439"),
        _field("onset_on", DAY, "DTP*431"),
        _field("billing_npi", TEXT, "NM1*85"),
        _field("billing_taxonomy", TEXT, "PRV*BI"),
        _field("rendering_npi", TEXT, "NM1*82 of the claim"),
        _field("rendering_taxonomy", TEXT, "PRV*PE"),
        _field("referring_npi", TEXT, "NM1*DN of the claim"),
        _field("supervising_npi", TEXT, "NM1*DQ"),
        _field("attending_npi", TEXT, "NM1*71"),
        _field("operating_npi", TEXT, "NM1*72"),
        _field("facility_npi", TEXT, "NM1*77"),
        _field("pay_to_npi", TEXT, "NM1*87"),
        _field("authorization_given", pa.bool_(), "a prior authorization number is on the claim"),
        _field("authorization_valid_from", DAY, "front desk: first day of the authorization"),
        _field("authorization_valid_to", DAY, "front desk: last day of the authorization"),
        _field("authorization_procedures", TEXTS, "front desk: procedures it covers"),
        _field("authorization_units_left", QUANTITY, "front desk: units still open"),
        _field("referral_given", pa.bool_(), "a referral number is on the claim (REF*9F)"),
        _field("clia_given", pa.bool_(), "a CLIA number is on the claim (REF*X4)"),
        _field("delay_reason", TEXT, "CLM20"),
        _field("related_causes", TEXTS, "CLM11: AA auto accident, EM employment, OA other"),
        _field("accident_state", TEXT, "CLM11-4"),
        _field("admission_type", TEXT, "CL101"),
        _field("admission_source", TEXT, "CL102"),
        _field("patient_status", TEXT, "CL103"),
        _field("diagnosis_version", pa.int8(), "10 for ICD-10-CM, 9 for ICD-9-CM"),
        _field("diagnoses", TEXTS, "ICD codes without the dot, principal first"),
        _field("admitting_diagnosis", TEXT, "HI BJ/ABJ"),
        _field("drg", TEXT, "HI DR"),
        _field("patient_paid", MONEY, "AMT*F5"),
        _field("attachments", TEXTS, "report types of the attachments (PWK01), claim and lines"),
        _field("notes_present", pa.bool_(), "a note is on the claim (NTE); its text is dropped"),
        _field("other_payer_count", pa.int16(), "loops 2320: other payers of the member"),
        _field("other_payer_adjudicated", pa.bool_(), "an earlier payer's answer is on the claim"),
        _field("other_payer_paid", MONEY, "sum of what earlier payers paid (AMT*D)"),
        _field("eligibility_checked_on", DAY, "front desk: day eligibility was asked"),
        _field("eligibility_active", pa.bool_(), "front desk: the payer said active"),
        _field("eligibility_coverage_end", DAY, "front desk: last day of coverage"),
    ]
)

LINES: Final = pa.schema(
    [
        _field("claim_key", KEY, "the claim's key"),
        _field("number", pa.int32(), "LX01"),
        _field("procedure", TEXT, "HCPCS or CPT code; '' on a revenue-code-only line"),
        _field("modifiers", TEXTS, "up to four, as sent"),
        _field("charge", MONEY, "dollars (SV102, SV203)"),
        _field("units", QUANTITY, "in unit_basis"),
        _field("unit_basis", TEXT, "UN units, MJ minutes, DA days"),
        _field("diagnosis_pointers", pa.list_(pa.int8()), "1-based places in claims.diagnoses"),
        _field("place_of_service", TEXT, "SV105 where stated, else the claim's"),
        _field("revenue_code", TEXT, "SV201 of an institutional line"),
        _field("service_from", DAY, "DTP*472, else the claim's statement date"),
        _field("service_to", DAY, "last day of the line, service_from when it took one day"),
        _field("authorization_given", pa.bool_(), "an authorization number is on the line"),
        _field("referral_given", pa.bool_(), "a referral number is on the line"),
        _field("clia_given", pa.bool_(), "a CLIA number is on the line"),
        _field("ndc_given", pa.bool_(), "a drug code is on the line (LIN)"),
        _field("notes_present", pa.bool_(), "a note is on the line"),
        _field("emergency", pa.bool_(), "SV109 is Y"),
        _field("rendering_npi", TEXT, "NM1*82 of the line, else the claim's"),
        _field("ordering_npi", TEXT, "NM1*DK"),
        _field("referring_npi", TEXT, "NM1*DN of the line, else the claim's"),
        _field("other_adjudicated", pa.bool_(), "an earlier payer's answer is on the line (SVD)"),
    ]
)

REMITTANCES: Final = pa.schema(
    [
        _field("claim_key", KEY, "keyed hash of CLP01"),
        _field("line_count", pa.int32(), "rows of `remittance_lines` that belong to it"),
        _field("status", TEXT, "CLP02"),
        _field("known_on", DAY, "day it became known to the practice (claims.outcome.known_on)"),
        _field("payment_date", DAY, "BPR16"),
        _field("charge", MONEY, "CLP03"),
        _field("paid", MONEY, "CLP04"),
        _field("patient_responsibility", MONEY, "CLP05"),
        _field("filing_code", TEXT, "CLP06"),
        _field("payer_claim_key", KEY, "keyed hash of CLP07"),
        _field("frequency", TEXT, "CLP09"),
        _field("payer_id", TEXT, "N104 of N1*PR or REF*2U, else TRN03"),
        _field("payer_name", TEXT, "N102 of N1*PR"),
        _field("crossover", pa.bool_(), "sent on to another payer (NM1*TT or CLP02 19 to 21)"),
        _field("first_outcome", pa.bool_(), "it is an adjudication (claims.outcome.judge)"),
        _field("outcome", TEXT, "paid, partial, denied; '' when it is no adjudication"),
        _field("category", TEXT, "of the largest denied amount, '' when nothing is denied"),
        _field("carc", TEXT, "of the largest denied amount, '' when nothing is denied"),
        _field("denied_amount", MONEY, "charges of the denied lines"),
        _field("remarks", TEXTS, "RARCs of the claim (MIA, MOA)"),
    ]
)

REMITTANCE_LINES: Final = pa.schema(
    [
        _field("claim_key", KEY, "keyed hash of CLP01"),
        _field("procedure", TEXT, "SVC01-2"),
        _field("modifiers", TEXTS, "SVC01-3 to -6"),
        _field("charge", MONEY, "SVC02"),
        _field("paid", MONEY, "SVC03"),
        _field("units", QUANTITY, "SVC05"),
        _field("revenue_code", TEXT, "SVC04"),
        _field("service_from", DAY, "DTM*472 or DTM*150"),
        _field("line_number", pa.int32(), "claim line it answers when REF*6R states it, else 0"),
        _field("denied", pa.bool_(), "denied in the sense of section 5"),
        _field("category", TEXT, "of the line's largest denying adjustment"),
        _field("carc", TEXT, "of the line's largest denying adjustment"),
        _field("remarks", TEXTS, "LQ*HE"),
    ]
)

ADJUSTMENTS: Final = pa.schema(
    [
        _field("claim_key", KEY, "keyed hash of CLP01"),
        _field("remittance", pa.int64(), "row of `remittances`"),
        _field("line", pa.int32(), "place within the remittance's lines, -1 for the claim level"),
        _field("group", TEXT, "CO, PR, OA, PI, CR"),
        _field("carc", TEXT, "claim adjustment reason code"),
        _field("amount", MONEY, "dollars"),
    ]
)

PROVIDER_ADJUSTMENTS: Final = pa.schema(
    [
        _field("npi", TEXT, "PLB01"),
        _field("payment_date", DAY, "BPR16 of its payment"),
        _field("reason", TEXT, "PLB03-1"),
        _field("amount", MONEY, "dollars; positive takes money from the provider"),
    ]
)

TABLES: Final[dict[str, pa.Schema]] = {
    "claims": CLAIMS,
    "lines": LINES,
    "remittances": REMITTANCES,
    "remittance_lines": REMITTANCE_LINES,
    "adjustments": ADJUSTMENTS,
    "provider_adjustments": PROVIDER_ADJUSTMENTS,
}
