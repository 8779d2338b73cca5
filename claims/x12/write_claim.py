"""One claim to its segments: loops 2300 to 2430, professional and institutional.

What a guide has no place for is left out: an institutional claim has no line authorization, no
accident (it is an occurrence code there) and no day of discharge; a professional one has no
admission type, DRG or attending provider.
"""

from __future__ import annotations

from collections.abc import Sequence

from claims.types import (
    Adjustment,
    Attachment,
    Claim,
    LineAdjudication,
    OtherPayer,
    Provider,
    ServiceLine,
)
from claims.x12.emit import DAY, Emitter, money
from claims.x12.identities import Identities


def cas(emit: Emitter, adjustments: Sequence[Adjustment]) -> None:
    """Write adjustments in order, up to six of one group to a CAS."""
    start = 0
    while start < len(adjustments):
        group = adjustments[start].group
        elements = ["CAS", group]
        end = start
        while end < len(adjustments) and end < start + 6 and adjustments[end].group == group:
            item = adjustments[end]
            quantity = money(item.quantity) if item.quantity is not None else ""
            elements += (item.carc, money(item.amount), quantity)
            end += 1
        emit.seg(*elements)
        start = end


class ClaimWriter:
    """Writes claims below the hierarchy that ``Writer837`` opened."""

    def __init__(self, emitter: Emitter, identities: Identities) -> None:
        self._emit = emitter
        self._identities = identities

    def write(self, claim: Claim) -> None:
        """Write the claim with its lines.

        Raises:
            WriteError: something is not stated that the guide requires.
        """
        emit = self._emit
        emit.need(claim.claim_id, "claim id")
        emit.need("1" if claim.lines else "", "service line")
        emit.need("1" if claim.diagnoses else "", "diagnosis")
        if claim.form == "professional":
            self._professional(claim)
        else:
            self._institutional(claim)
        for other in claim.other_payers:
            self._other(claim, other)
        for number, line in enumerate(claim.lines, 1):
            self._line(claim, line, number)

    def _professional(self, claim: Claim) -> None:
        emit = self._emit
        causes = ""
        if claim.related_causes:
            first, second = (*claim.related_causes, "")[:2]
            causes = emit.composite(first, second, "", claim.accident_state)
        place = emit.composite(
            emit.need(claim.place_of_service, "place of service"), "B", claim.frequency or "1"
        )
        emit.seg(
            "CLM",
            claim.claim_id,
            money(claim.charge),
            "",
            "",
            place,
            "Y",
            claim.accepts_assignment or "A",
            "Y",
            "Y",
            "",
            causes,
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            claim.delay_reason,
        )
        for code, day in (
            ("431", claim.onset_on),
            ("439", claim.accident_on),
            ("435", claim.admitted_on),
            ("096", claim.discharged_on),
        ):
            if day is not None:
                emit.seg("DTP", code, "D8", DAY[day])
        self._attachments(claim.attachments)
        if claim.patient_paid is not None:
            emit.seg("AMT", "F5", money(claim.patient_paid))
        self._references(claim)
        if claim.clia_number:
            emit.seg("REF", "X4", claim.clia_number)
        if claim.notes_present:
            emit.seg("NTE", "ADD", "NOTE")
        principal, other = ("ABK", "ABF") if claim.diagnosis_version == 10 else ("BK", "BF")
        codes = [emit.composite(principal, claim.diagnoses[0])]
        codes += [emit.composite(other, code) for code in claim.diagnoses[1:12]]
        emit.seg("HI", *codes)
        self._provider("DN", claim.referring)
        self._provider("82", claim.rendering, "PE")
        self._facility(claim.facility)
        self._provider("DQ", claim.supervising)

    def _institutional(self, claim: Claim) -> None:
        emit = self._emit
        place = emit.composite(emit.need(claim.bill_type, "bill type"), "A", claim.frequency or "1")
        emit.seg(
            "CLM",
            claim.claim_id,
            money(claim.charge),
            "",
            "",
            place,
            "",
            claim.accepts_assignment or "A",
            "Y",
            "Y",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            claim.delay_reason,
        )
        start = claim.statement_from
        if start is None:
            emit.need("", "statement dates")
        else:
            emit.seg("DTP", "434", "RD8", f"{DAY[start]}-{DAY[claim.statement_to or start]}")
        if claim.admitted_on is not None:
            emit.seg("DTP", "435", "D8", DAY[claim.admitted_on])
        emit.seg(
            "CL1",
            claim.admission_type,
            claim.admission_source,
            emit.need(claim.patient_status, "patient status"),
        )
        self._attachments(claim.attachments)
        self._references(claim)
        if claim.notes_present:
            emit.seg("NTE", "ADD", "NOTE")
        icd10 = claim.diagnosis_version == 10
        emit.seg("HI", emit.composite("ABK" if icd10 else "BK", claim.diagnoses[0]))
        if claim.admitting_diagnosis:
            emit.seg("HI", emit.composite("ABJ" if icd10 else "BJ", claim.admitting_diagnosis))
        if claim.drg:
            emit.seg("HI", emit.composite("DR", claim.drg))
        other = "ABF" if icd10 else "BF"
        for start_at in range(1, min(len(claim.diagnoses), 25), 12):
            codes = claim.diagnoses[start_at : start_at + 12]
            emit.seg("HI", *[emit.composite(other, code) for code in codes])
        self._provider("71", claim.attending, "AT")
        self._provider("72", claim.operating)
        self._provider("82", claim.rendering)
        self._facility(claim.facility)
        self._provider("DN", claim.referring)

    def _references(self, claim: Claim) -> None:
        emit = self._emit
        if claim.referral_number:
            emit.seg("REF", "9F", claim.referral_number)
        if claim.authorization is not None and claim.authorization.number:
            emit.seg("REF", "G1", claim.authorization.number)
        if claim.original_reference:
            emit.seg("REF", "F8", claim.original_reference)

    def _attachments(self, attachments: Sequence[Attachment]) -> None:
        for item in attachments:
            qualifier = "AC" if item.control_number else ""
            sent = self._emit.need(item.transmission, "way in which its attachment is sent")
            self._emit.seg("PWK", item.report_type, sent, "", "", qualifier, item.control_number)

    def _provider(self, role: str, provider: Provider | None, taxonomy: str = "") -> None:
        """Write a person in a role; ``taxonomy`` is PRV01 where the guide has a PRV."""
        if provider is None:
            return
        emit = self._emit
        who = self._identities.provider(provider.npi)
        emit.seg(
            "NM1",
            role,
            "1",
            emit.name(who.name),
            emit.name(who.first),
            "",
            "",
            "",
            "XX" if provider.npi else "",
            provider.npi,
        )
        if taxonomy and provider.taxonomy:
            emit.seg("PRV", taxonomy, "PXC", provider.taxonomy)

    def _facility(self, provider: Provider | None) -> None:
        if provider is None:
            return
        emit = self._emit
        who = self._identities.provider(provider.npi)
        emit.seg(
            "NM1",
            "77",
            "2",
            emit.name(who.name),
            "",
            "",
            "",
            "",
            "XX" if provider.npi else "",
            provider.npi,
        )
        emit.seg("N3", emit.name(who.street))
        emit.seg("N4", emit.name(who.city), who.state, who.postal_code)

    def _other(self, claim: Claim, other: OtherPayer) -> None:
        emit, member = self._emit, claim.subscriber.member_id
        emit.seg(
            "SBR",
            emit.need(other.position, "place of the other payer in the payer order"),
            claim.patient.relationship or "18",
            "",
            "",
            "",
            "",
            "",
            "",
            other.filing_code,
        )
        cas(emit, other.adjustments)
        if other.paid is not None:
            emit.seg("AMT", "D", money(other.paid))
        emit.seg("OI", "", "", "Y", "", "", "Y")
        who = self._identities.member(member, "18")
        emit.seg(
            "NM1", "IL", "1", emit.name(who.name), emit.name(who.first), "", "", "", "MI", member
        )
        emit.seg(
            "NM1",
            "PR",
            "2",
            emit.name(self._identities.payer(other.payer_id).name),
            "",
            "",
            "",
            "",
            "PI",
            emit.need(other.payer_id, "id of the other payer"),
        )
        if other.adjudicated_on is not None:
            emit.seg("DTP", "573", "D8", DAY[other.adjudicated_on])

    def _line(self, claim: Claim, line: ServiceLine, number: int) -> None:
        emit = self._emit
        professional = claim.form == "professional"
        emit.seg("LX", str(number))
        units = money(line.units) if line.units is not None else emit.need("", "units on a line")
        basis = line.unit_basis or "UN"
        service = ""
        if professional or line.procedure:
            code = emit.need(line.procedure, "procedure on a line")
            service = emit.composite(line.procedure_qualifier, code, *line.modifiers[:4])
        if professional:
            pointers = emit.composite(*[str(pointer) for pointer in line.diagnosis_pointers[:4]])
            emit.seg(
                "SV1",
                service,
                money(line.charge),
                basis,
                units,
                line.place_of_service,
                "",
                emit.need(pointers, "diagnosis pointer on a line"),
                "",
                "Y" if line.emergency else "",
            )
        else:
            emit.seg(
                "SV2",
                emit.need(line.revenue_code, "revenue code on a line"),
                service,
                money(line.charge),
                basis,
                units,
            )
        self._attachments(line.attachments)
        self._service_dates(line, required=professional)
        self._line_references(line, professional=professional)
        if line.notes_present:
            emit.seg("NTE", "ADD" if professional else "TPO", "NOTE")
        if line.ndc:
            emit.seg("LIN", "", "N4", line.ndc)
            emit.seg("CTP", "", "", "", units, "UN")
        self._provider("82", line.rendering, "PE" if professional else "")
        if professional:
            self._provider("DK", line.ordering)
        self._provider("DN", line.referring)
        for earlier in line.other_adjudications:
            self._adjudication(claim, line, earlier)

    def _service_dates(self, line: ServiceLine, *, required: bool) -> None:
        if line.service_from is None:
            if required:
                self._emit.need("", "service date on a line")
        elif line.service_to is None:
            self._emit.seg("DTP", "472", "D8", DAY[line.service_from])
        else:
            days = f"{DAY[line.service_from]}-{DAY[line.service_to]}"
            self._emit.seg("DTP", "472", "RD8", days)

    def _line_references(self, line: ServiceLine, *, professional: bool) -> None:
        emit = self._emit
        if professional and line.authorization_number:
            emit.seg("REF", "G1", line.authorization_number)
        if line.control_number:
            emit.seg("REF", "6R", line.control_number)
        if professional and line.clia_number:
            emit.seg("REF", "X4", line.clia_number)
        if professional and line.referral_number:
            emit.seg("REF", "9F", line.referral_number)

    def _adjudication(self, claim: Claim, line: ServiceLine, earlier: LineAdjudication) -> None:
        emit = self._emit
        service = ""
        if claim.form == "professional" or earlier.procedure:
            code = emit.need(earlier.procedure, "procedure in an earlier payer's answer")
            service = emit.composite("HC", code, *earlier.modifiers[:4])
        units = earlier.units if earlier.units is not None else line.units
        emit.seg(
            "SVD",
            emit.need(earlier.payer_id, "payer id in an earlier payer's answer"),
            money(earlier.paid),
            service,
            line.revenue_code if claim.form == "institutional" else "",
            money(units) if units is not None else "",
        )
        cas(emit, earlier.adjustments)
        if earlier.adjudicated_on is None:
            emit.need("", "date in an earlier payer's answer")
        else:
            emit.seg("DTP", "573", "D8", DAY[earlier.adjudicated_on])
