"""Payments and their remittances to 835."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from claims.types import ZERO, Payment, Remittance, RemittanceLine
from claims.x12.emit import DAY, Emitter, money
from claims.x12.identities import Identities
from claims.x12.write_claim import cas

_GUIDE: Final = "005010X221A1"
_MOA_REMARKS: Final = 5


class Writer835:
    """Writes payments one after another, each a transaction."""

    def __init__(self, emitter: Emitter, identities: Identities) -> None:
        self._emit = emitter
        self._identities = identities

    def write(self, payment: Payment, remittances: Sequence[Remittance]) -> None:
        """Write a payment, its remittances, and what it moved apart from any claim."""
        self._header(payment, remittances)
        self._emit.commit()
        for number, remittance in enumerate(remittances, 1):
            self._emit.place += 1
            if number == 1:
                self._emit.seg("LX", "1")
            self._remittance(remittance)
            self._emit.commit()
        self._provider_adjustments(payment)
        self._emit.close_transaction()

    def _header(self, payment: Payment, remittances: Sequence[Remittance]) -> None:
        emit = self._emit
        emit.open_group("HP", _GUIDE)
        emit.open_transaction("835", "")
        day = payment.payment_date or emit.envelope.created.date()
        debit = payment.amount < 0
        emit.seg(
            "BPR",
            "I" if payment.amount else "H",
            money(abs(payment.amount)),
            "D" if debit else "C",
            payment.method or "NON",
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
            "",
            DAY[day],
        )
        payer = self._identities.payer(payment.payer_id)
        emit.seg(
            "TRN", "1", emit.need(payment.trace, "trace number in its payment"), "1" + payer.tax_id
        )
        produced = remittances[0].produced_on if remittances else None
        if produced is not None:
            emit.seg("DTM", "405", DAY[produced])
        emit.seg("N1", "PR", emit.name(payment.payer_name or payer.name))
        emit.seg("N3", emit.name(payer.street))
        emit.seg("N4", emit.name(payer.city), payer.state, payer.postal_code)
        emit.seg("REF", "2U", emit.need(payment.payer_id, "payer id in its payment"))
        emit.seg("PER", "BL", "PROVIDER SERVICES", "TE", payer.phone)
        payee = self._identities.provider(payment.payee_npi)
        emit.seg(
            "N1",
            "PE",
            emit.name(payee.name),
            "XX" if payment.payee_npi else "FI",
            payment.payee_npi or payee.tax_id,
        )

    def _remittance(self, item: Remittance) -> None:
        emit = self._emit
        share = item.patient_responsibility
        emit.seg(
            "CLP",
            emit.need(item.claim_id, "claim id"),
            item.status,
            money(item.charge),
            money(item.paid),
            money(share) if share != ZERO else "",
            emit.need(item.filing_code, "filing code"),
            emit.need(item.payer_claim_number, "claim number of the payer"),
            item.facility_code,
            item.frequency,
            "",
            item.drg,
        )
        cas(emit, item.adjustments)
        patient = self._identities.member("", "18")
        emit.seg("NM1", "QC", "1", emit.name(patient.name), emit.name(patient.first))
        if item.rendering_npi:
            who = self._identities.provider(item.rendering_npi)
            emit.seg(
                "NM1",
                "82",
                "1",
                emit.name(who.name),
                emit.name(who.first),
                "",
                "",
                "",
                "XX",
                item.rendering_npi,
            )
        if item.crossover_payer_id:
            name = self._identities.payer(item.crossover_payer_id).name
            emit.seg(
                "NM1", "TT", "2", emit.name(name), "", "", "", "", "PI", item.crossover_payer_id
            )
        if item.remarks:
            emit.seg("MOA", "", "", *item.remarks[:_MOA_REMARKS])
        for code, day in (
            ("232", item.service_from),
            ("233", item.service_to),
            ("050", item.payer_received_on),
        ):
            if day is not None:
                emit.seg("DTM", code, DAY[day])
        for line in item.lines:
            self._line(line)

    def _line(self, line: RemittanceLine) -> None:
        emit = self._emit
        revenue_code = line.revenue_code
        if line.procedure:
            service = emit.composite(line.procedure_qualifier, line.procedure, *line.modifiers[:4])
        else:
            service = emit.composite("NU", emit.need(revenue_code, "procedure or revenue code"))
            revenue_code = ""
        emit.seg(
            "SVC",
            service,
            money(line.charge),
            money(line.paid),
            revenue_code,
            money(line.units) if line.units is not None else "",
        )
        if line.service_to is None:
            if line.service_from is not None:
                emit.seg("DTM", "472", DAY[line.service_from])
        else:
            if line.service_from is not None:
                emit.seg("DTM", "150", DAY[line.service_from])
            emit.seg("DTM", "151", DAY[line.service_to])
        cas(emit, line.adjustments)
        if line.control_number:
            emit.seg("REF", "6R", line.control_number)
        for remark in line.remarks:
            emit.seg("LQ", "HE", remark)

    def _provider_adjustments(self, payment: Payment) -> None:
        """Write PLB segments: up to six adjustments of one provider and fiscal period each."""
        emit = self._emit
        for (npi, ends), group in groupby(
            payment.provider_adjustments, key=lambda item: (item.npi, item.fiscal_period_end)
        ):
            items = list(group)
            day = DAY[ends] if ends is not None else emit.need("", "fiscal period in a PLB")
            for start in range(0, len(items), 6):
                elements = ["PLB", npi, day]
                for item in items[start : start + 6]:
                    elements += (item.reason, money(item.amount))
                emit.seg(*elements)
