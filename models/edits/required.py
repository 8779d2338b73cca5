"""What every claim must state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

MEMBER_ID: Final = Known(
    code="member_id_missing",
    severity="error",
    text="The member id is missing.",
    mend="Enter the member id from the insurance card, or from the payer's eligibility answer.",
    source="837 guides, loop 2010BA, NM109",
)
PAYER_ID: Final = Known(
    code="payer_id_missing",
    severity="error",
    text="The payer's id is missing.",
    mend="Enter the payer's id for electronic claims, from the card or the clearinghouse's list.",
    source="837 guides, loop 2010BB, NM109",
)
BILLING_NPI: Final = Known(
    code="billing_npi_missing",
    severity="error",
    text="The billing provider's NPI is missing.",
    mend="Enter the NPI under which the practice is enrolled with this payer.",
    source="45 CFR 162.410; 837 guides, loop 2010AA, NM109",
)
DIAGNOSIS: Final = Known(
    code="diagnosis_missing",
    severity="error",
    text="No diagnosis is on the claim.",
    mend="Have the coder enter the diagnoses that the record documents, the principal one first.",
    source="837 guides, loop 2300, HI",
)
LINES: Final = Known(
    code="lines_missing",
    severity="error",
    text="No service line is on the claim.",
    mend="Enter the services, or withdraw the claim.",
    source="837 guides, loop 2400",
)
PLACE: Final = Known(
    code="place_missing",
    severity="error",
    text="The place of service is missing.",
    mend="Enter the place where the service was given.",
    source="837P guide, CLM05-1",
)
BILL_TYPE: Final = Known(
    code="bill_type_missing",
    severity="error",
    text="The type of bill is missing.",
    mend="Enter the facility type and bill classification.",
    source="837I guide, CLM05-1",
)
REFERENCE: Final = Known(
    code="original_reference_missing",
    severity="error",
    text="A replacement or void must carry the payer's number of the claim it replaces.",
    mend="Take the payer's claim number from the remittance and enter it as the original "
    "reference; if the payer never took the first claim in, send this one as an original.",
    source="837 guides, loop 2300, REF*F8 with CLM05-3 of 7 or 8",
)
OTHER_PAYER: Final = Known(
    code="other_payer_missing",
    severity="warning",
    text="The claim goes to a payer that does not answer first, and no earlier payer is on it.",
    mend="Add the earlier payer with what it paid, or correct the order of the payers.",
    source="837 guides, loop 2320",
)
KNOWN: Final = (
    MEMBER_ID, PAYER_ID, BILLING_NPI, DIAGNOSIS, LINES, PLACE, BILL_TYPE, REFERENCE, OTHER_PAYER,
)  # fmt: skip


def find(seen: Seen) -> Iterator[Edit]:
    """What is missing."""
    claim = seen.claim
    if not claim.subscriber.member_id:
        yield MEMBER_ID.at("subscriber.member_id")
    if not claim.payer.payer_id:
        yield PAYER_ID.at("payer.payer_id")
    if not claim.billing.npi:
        yield BILLING_NPI.at("billing.npi")
    if not claim.diagnoses:
        yield DIAGNOSIS.at("diagnoses")
    if not claim.lines:
        yield LINES.at("lines")
    if claim.form == "professional" and not claim.place_of_service:
        yield PLACE.at("place_of_service")
    if claim.form == "institutional" and not claim.bill_type:
        yield BILL_TYPE.at("bill_type")
    if claim.frequency in ("7", "8") and not claim.original_reference:
        yield REFERENCE.at("original_reference")
    if not seen.answers_first and not claim.other_payers:
        yield OTHER_PAYER.at("other_payers")
