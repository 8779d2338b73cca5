"""835: payments, and the remittances (CLP) that they settle."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from claims.types import (
    ZERO,
    Payment,
    ProviderAdjustment,
    Remittance,
    RemittanceLine,
)
from claims.x12.common import adjustment_memo, optional_amount, procedure_memo
from claims.x12.drafts import RemittanceDraft, RemittanceLineDraft, freeze
from claims.x12.state import Handler, State, Table
from claims.x12.values import AMOUNTS, DATES, QUANTITIES, Memo, UnreadableError

_MANY: Final = 2000  # adjustments of a claim or line; the guide allows 99 CAS of six
_SKIPPED: Final = ("N3", "N4", "PER", "LX", "TS2", "TS3", "AMT", "QTY", "CUR", "RDM", "N2")

Service = tuple[str, str, tuple[str, ...], Decimal, Decimal, str, Decimal | None]
"""The fields of an SVC: the leading ones of a ``RemittanceLine``."""


class Reader835:
    """Reads one 835 transaction after another; what it finds appears in ``state.found``."""

    def __init__(self, state: State, control: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self._comp = state.component
        self._mark = f"{state.element}6R{state.element}"
        self._procedures = procedure_memo(state.component)
        self._services: Memo[str, Service] = Memo(self._service)
        self._npis: Memo[str, str] = Memo(self._rendering_npi)
        self._cas_memo = adjustment_memo(state.element)
        self._scratch = RemittanceLineDraft("", "", (), ZERO, ZERO, "", None)
        self._draft: RemittanceDraft | None = None
        self._claim = RemittanceDraft("", "")
        self._line = self._scratch
        self._open_line = False
        self._bad: tuple[int, str] | None = None
        self._lines: list[RemittanceLine] = []
        skipped: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        shared = skipped | control | {
            "BPR": self._bpr, "CLP": self._clp, "PLB": self._plb, "LX": self._lx,
        }  # fmt: skip
        head: dict[str, Handler | None] = {
            "TRN": self._trn, "DTM": self._dtm, "N1": self._n1, "REF": self._ref,
        }  # fmt: skip
        claim: dict[str, Handler | None] = {
            "CAS": self._cas, "SVC": self._svc, "NM1": self._nm1, "MIA": self._mia,
            "MOA": self._moa, "DTM": self._claim_dtm, "REF": None,
        }  # fmt: skip
        line: dict[str, Handler | None] = {
            "CAS": self._line_cas, "SVC": self._svc, "DTM": self._line_dtm,
            "REF": self._line_ref, "LQ": self._lq,
        }  # fmt: skip
        self._table = Table(shared | head, state)
        self._claim_table = Table(shared | claim, state)
        self._line_table = Table(shared | line, state)
        self._reset()

    def _reset(self) -> None:
        self._in_payment = False
        self._amount: Decimal | None = ZERO
        self._method = ""
        self._payment_date: dt.date | None = None
        self._produced_on: dt.date | None = None
        self._trace = ""
        self._trace_payer = ""
        self._payer_ids = ["", ""]
        self._payer_id = ""
        self._payer_name = ""
        self._payee_npi = ""
        self._party = ""
        self._provider_adjustments: list[ProviderAdjustment] = []

    def begin(self) -> None:
        """Begin a transaction (ST)."""
        self.finish()
        self._state.table = self._table

    def finish(self) -> None:
        """Close the remittance that is open and the transaction with its payment."""
        self._close_claim()
        if self._in_payment and self._amount is not None:
            self._state.found.append(
                Payment(
                    payer_id=self._payer_id,
                    payer_name=self._payer_name,
                    payee_npi=self._payee_npi,
                    amount=self._amount,
                    method=self._method,
                    payment_date=self._payment_date,
                    trace=self._trace,
                    provider_adjustments=tuple(self._provider_adjustments),
                )
            )
        self._reset()

    def cut(self) -> None:
        """Give up the remittance that is open: its file ended in the middle of a segment."""
        self.spoil("The file ends inside this remittance: ask the payer for the whole file.")
        self.finish()

    def spoil(self, text: str) -> None:
        """Mark the open remittance as not understood; the first reason is the one reported."""
        if self._draft is None:
            self._state.problem(text)
        elif self._bad is None:
            self._bad = (self._state.number, text)

    def _name_payer(self) -> None:
        self._payer_id = self._payer_ids[0] or self._payer_ids[1] or self._trace_payer

    def _day(self, text: str, what: str) -> dt.date | None:
        day = DATES[text]
        if day is None and text:
            claim_id = self._draft.claim_id if self._draft is not None else ""
            self._state.problem(
                f"The {what} is no date and was left out: state it as CCYYMMDD.", claim_id
            )
        return day

    def _bpr(self, text: str) -> None:
        e = text.split(self._sep)
        amount, direction, method = e[2], e[3], e[4]
        if self._in_payment:
            self.finish()
        self._state.table = self._table
        self._in_payment = True
        self._amount = AMOUNTS[amount]
        self._method = method
        if self._amount is None:
            self._state.problem(
                "The payment's amount (BPR02) is no amount, so the payment is left out and its "
                "remittances are kept: state it in dollars, as 123.45."
            )
        elif direction == "D":
            self._amount = -self._amount
        if len(e) > 16:
            self._payment_date = self._day(e[16], "payment date (BPR16)")

    def _trn(self, text: str) -> None:
        e = text.split(self._sep)
        self._trace, self._trace_payer = e[2], e[3]
        self._name_payer()

    def _dtm(self, text: str) -> None:
        if text[4:7] == "405":
            self._produced_on = self._day(text.split(self._sep)[2], "production date (DTM*405)")

    def _n1(self, text: str) -> None:
        e = text.split(self._sep)
        party, name = e[1], e[2]
        code = e[4] if len(e) > 4 else ""
        self._party = party
        if party == "PR":
            self._payer_name, self._payer_ids[0] = name.strip(), code
            self._name_payer()
        elif party == "PE" and code and e[3] == "XX":
            self._payee_npi = code

    def _ref(self, text: str) -> None:
        if self._party == "PR" and text[4:6] == "2U":
            self._payer_ids[1] = text.split(self._sep)[2]
            self._name_payer()

    def _clp(self, text: str) -> str | None:
        e = text.split(self._sep)
        claim_id, status, charge, paid, share = e[1].strip(), e[2], e[3], e[4], e[5]
        self._close_claim()
        draft = self._draft = self._claim = RemittanceDraft(claim_id, status)
        self._bad = None
        self._state.table = self._claim_table
        draft.payer_id = self._payer_id
        draft.payer_name = self._payer_name
        draft.payee_npi = self._payee_npi
        draft.file_date = self._state.file_date
        draft.produced_on = self._produced_on
        draft.payment_date = self._payment_date
        draft.trace = self._trace
        self._amounts(draft, charge, paid, share)
        count = len(e)
        if count > 6:
            draft.filing_code = e[6]
            if count > 7:
                draft.payer_claim_number = e[7]
                if count > 8:
                    draft.facility_code = e[8]
                    if count > 9:
                        draft.frequency = e[9]
                        if count > 11:
                            draft.drg = e[11]
        return self._run_claim()

    def _run_claim(self) -> str | None:
        """Run ahead over what most remittances begin with; see ``_run_line``."""
        for text in self._state.left:
            kind = text[:3]
            if kind == "SVC":
                return self._svc(text) if text in self._services else text
            if kind == "NM1":
                if text in self._npis:
                    self._claim.rendering_npi = self._npis[text]
                elif text[4:6] != "QC":
                    return text
            elif kind == "DTM":
                day = DATES.get(text[8:])
                if text[4:7] != "050" or day is None:
                    return text
                self._claim.payer_received_on = day
            else:
                return text
        return None

    def _run_line(self) -> str | None:
        """Run ahead over what most lines consist of, as far as it was met before.

        A short cut through the handlers below, which saves a call for each segment. It raises
        nothing: what is not plain is given back to be handled.
        """
        line, adjustments, mark = self._line, self._cas_memo, self._mark
        for text in self._state.left:
            kind = text[:3]
            if kind == "CAS":
                if text not in adjustments or len(line.adjustments) > _MANY:
                    return text
                line.adjustments += adjustments[text]
            elif kind == "DTM":
                day = DATES.get(text[8:])
                if text[4:7] != "472" or day is None:
                    return text
                line.service_from = day
            elif kind == "REF":
                control = text[7:]
                if text[3:7] == mark and self._sep not in control:
                    line.control_number = control
                else:
                    return text
            elif kind == "SVC":
                if text not in self._services:
                    return text
                self._close_line()
                line = self._begin_line(text)
            else:
                return text
        return None

    def _amounts(self, draft: RemittanceDraft, charge: str, paid: str, share: str) -> None:
        if not draft.claim_id:
            self.spoil("A remittance names no claim (CLP01): ask the payer for its claim number.")
        if not charge or not paid:
            self._state.problem(
                "A remittance states no charge or no payment (CLP03, CLP04), which is read as 0: "
                "ask the payer for both.",
                draft.claim_id,
            )
        charged, received = AMOUNTS[charge or "0"], AMOUNTS[paid or "0"]
        if charged is None or received is None:
            self.spoil("The charge or payment (CLP03, CLP04) is no amount: state it as 123.45.")
        else:
            draft.charge, draft.paid = charged, received
        if share:
            owed = optional_amount(self._state, share, "patient's share (CLP05)")
            if owed is not None:
                draft.patient_responsibility = owed

    def _close_line(self) -> None:
        if self._open_line:
            self._open_line = False
            line: Any = self._line
            line.__class__ = RemittanceLine  # see claims.x12.drafts
            self._lines.append(line)
            self._line = self._scratch

    def _close_claim(self) -> None:
        draft = self._draft
        if draft is None:
            return
        self._close_line()
        self._draft = None
        if self._bad is not None:
            self._state.problem(self._bad[1], draft.claim_id, self._bad[0])
        else:
            draft.lines = tuple(self._lines)
            self._state.found.append(freeze(draft, Remittance))
        self._lines = []

    def _lx(self, text: str) -> None:
        self._close_claim()
        self._state.table = self._table

    def _cas(self, text: str) -> None:
        if len(self._claim.adjustments) <= _MANY:
            self._claim.adjustments += self._cas_memo[text]

    def _rendering_npi(self, text: str) -> str:
        e = text.split(self._sep)
        return e[9] if len(e) > 9 and e[8] == "XX" else ""

    def _nm1(self, text: str) -> str | None:
        role = text[4:6]
        if role == "82":
            self._claim.rendering_npi = self._npis[text]
        elif role == "TT":
            e = text.split(self._sep)
            self._claim.crossover_payer_id = e[9] if len(e) > 9 else ""
        return self._run_claim()

    def _mia(self, text: str) -> None:
        e = text.split(self._sep)
        self._claim.remarks += tuple(code for code in (*e[5:6], *e[20:24]) if code)

    def _moa(self, text: str) -> None:
        self._claim.remarks += tuple(code for code in text.split(self._sep)[3:8] if code)

    def _claim_dtm(self, text: str) -> None:
        code = text[4:7]
        if code == "232":
            self._claim.service_from = self._day(text.split(self._sep)[2], "date DTM*232")
        elif code == "233":
            self._claim.service_to = self._day(text.split(self._sep)[2], "date DTM*233")
        elif code == "050":
            self._claim.payer_received_on = self._day(text.split(self._sep)[2], "date DTM*050")

    def _service(self, text: str) -> Service:
        e = text.split(self._sep)
        qualifier, code, modifiers = self._procedures[e[1]]
        charge, paid = AMOUNTS[e[2]], AMOUNTS[e[3]]
        if charge is None or paid is None:
            raise UnreadableError(
                "A line's charge or payment (SVC02, SVC03) is no amount: state it as 123.45."
            )
        revenue_code = e[4] if len(e) > 4 else ""
        if qualifier == "NU":  # a revenue code in the place of a procedure
            revenue_code, code = code, ""
        units = QUANTITIES[e[5]] if len(e) > 5 else None
        return code, qualifier, modifiers, charge, paid, revenue_code, units

    def _svc(self, text: str) -> str | None:
        if self._open_line:
            self._close_line()
        self._state.table = self._line_table
        self._begin_line(text)
        return self._run_line()

    def _begin_line(self, text: str) -> RemittanceLineDraft:
        code, qualifier, modifiers, charge, paid, revenue_code, units = self._services[text]
        line = self._line = RemittanceLineDraft(
            code, qualifier, modifiers, charge, paid, revenue_code, units
        )
        self._open_line = True
        return line

    def _line_cas(self, text: str) -> str | None:
        if not self._open_line:
            return None
        if len(self._line.adjustments) <= _MANY:
            self._line.adjustments += self._cas_memo[text]
        return self._run_line()

    def _line_dtm(self, text: str) -> str | None:
        code = text[4:7]
        if code in ("472", "150", "151"):
            day = DATES[text[8:]]
            if day is None:
                day = self._day(text.split(self._sep)[2], "service date (DTM*472, 150, 151)")
            if code == "151":
                self._line.service_to = day
            else:
                self._line.service_from = day
        return self._run_line() if self._open_line else None

    def _line_ref(self, text: str) -> str | None:
        if text[4:6] == "6R":
            self._line.control_number = text.split(self._sep)[2]
        return self._run_line() if self._open_line else None

    def _lq(self, text: str) -> None:
        if self._open_line and text[3:5] == "HE":
            self._line.remarks += (text.split(self._sep)[2],)

    def _plb(self, text: str) -> None:
        e = (text + self._sep * 2).split(self._sep)
        npi, day = e[1], e[2]
        self._close_claim()
        self._state.table = self._table
        ends = self._day(day, "fiscal period's end (PLB02)")
        for at in range(3, len(e) - 1, 2):
            if not e[at] and not e[at + 1]:
                continue
            amount = optional_amount(self._state, e[at + 1], "provider adjustment (PLB)")
            if amount is not None:
                reason = e[at].partition(self._comp)[0]
                self._provider_adjustments.append(
                    ProviderAdjustment(
                        npi=npi, fiscal_period_end=ends, reason=reason, amount=amount
                    )
                )
