"""835: one remittance (loop 2100, CLP) with its lines (loop 2110, SVC)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from claims.types import ZERO, Remittance, RemittanceLine
from claims.x12.common import (
    MANY,
    MOST_LINES,
    adjustment_memo,
    day_or_problem,
    more,
    optional_amount,
    procedure_memo,
)
from claims.x12.drafts import RemittanceDraft, RemittanceLineDraft
from claims.x12.state import Handler, State, Table
from claims.x12.values import AMOUNTS, DATES, QUANTITIES, Memo, UnreadableError

_SKIPPED: Final = ("N2", "N3", "N4", "PER", "TS2", "TS3", "AMT", "QTY", "CUR", "RDM")

Service = tuple[str, str, tuple[str, ...], Decimal, Decimal, str, Decimal | None]
"""The fields of an SVC: the leading ones of a ``RemittanceLine``."""


@dataclass(slots=True)
class Header:
    """What the remittances of one transaction share."""

    payer_id: str = ""
    payer_name: str = ""
    payee_npi: str = ""
    produced_on: dt.date | None = None
    payment_date: dt.date | None = None
    trace: str = ""


class RemittanceReader:
    """Reads one remittance after another; ``above`` handles what ends one."""

    def __init__(self, state: State, above: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self.header = Header()
        self.is_open = False
        self._mark = f"REF{state.element}6R{state.element}"
        self._patient = f"NM1{state.element}QC{state.element}"
        self._days: Memo[str, dt.date] = Memo(self._plain_day)
        self._received: Memo[str, dt.date] = Memo(self._plain_day)
        self._procedures = procedure_memo(state.component)
        self._services: Memo[str, Service] = Memo(self._service)
        self._npis: Memo[str, str] = Memo(self._rendering_npi)
        self._cas_memo = adjustment_memo(state.element)
        self._scratch = RemittanceLineDraft("", "", (), ZERO, ZERO, "", None)
        self._claim = RemittanceDraft("", "")
        self._line = self._scratch
        self._open_line = False
        self._bad: tuple[int, str] | None = None
        self._lines: list[RemittanceLine] = []
        shared: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        shared |= above | {"CLP": self.clp, "SVC": self._svc}
        claim: dict[str, Handler | None] = {
            "CAS": self._cas, "NM1": self._nm1, "MIA": self._mia, "MOA": self._moa,
            "DTM": self._claim_dtm, "REF": None,
        }  # fmt: skip
        line: dict[str, Handler | None] = {
            "CAS": self._line_cas, "DTM": self._line_dtm, "REF": self._line_ref, "LQ": self._lq,
        }  # fmt: skip
        self._claim_table = Table(shared | claim, state)
        self._line_table = Table(shared | line, state)

    def clp(self, text: str) -> str | None:
        """Begin a remittance."""
        e = text.split(self._sep)
        claim_id, status, charge, paid, share = e[1].strip(), e[2], e[3], e[4], e[5]
        if self.is_open:
            self.finish()
        draft = self._claim = RemittanceDraft(claim_id, status)
        header = self.header
        self.is_open = True
        self._bad = None
        self._state.table = self._claim_table
        draft.payer_id = header.payer_id
        draft.payer_name = header.payer_name
        draft.payee_npi = header.payee_npi
        draft.file_date = self._state.file_date
        draft.produced_on = header.produced_on
        draft.payment_date = header.payment_date
        draft.trace = header.trace
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
        owed = AMOUNTS[share]
        if owed is not None:
            draft.patient_responsibility = owed
        elif share:
            optional_amount(self._state, share, "patient's share (CLP05)")

    def spoil(self, text: str) -> None:
        """Mark the open remittance as not understood; the first reason is the one reported."""
        if not self.is_open:
            self._state.problem(text)
        elif self._bad is None:
            self._bad = (self._state.number, text)

    def finish(self) -> None:
        """Close the open remittance, if any: it goes to ``state.found``, or its problem does."""
        if not self.is_open:
            return
        self._close_line()
        if len(self._lines) >= MOST_LINES:
            self.spoil(f"The remittance has {MOST_LINES:,} lines or more: ask for it in parts.")
        self.is_open = False
        draft: Any = self._claim
        if self._bad is not None:
            self._state.problem(self._bad[1], draft.claim_id, self._bad[0])
        else:
            draft.lines = tuple(self._lines)
            draft.__class__ = Remittance  # see claims.x12.drafts
            self._state.found.append(draft)
        self._lines = []

    def _run_claim(self) -> str | None:
        """Run ahead over what most remittances begin with; see ``_run_line``."""
        services, npis, received = self._services, self._npis, self._received
        claim, patient = self._claim, self._patient
        for text in self._state.left:
            if text in services:
                return self._svc(text)
            if text in npis:
                claim.rendering_npi = npis[text]
            elif text in received:
                claim.payer_received_on = received[text]
            elif text[:7] != patient:
                return text
        return None

    def _run_line(self) -> str | None:
        """Run ahead over what most lines consist of, as far as it was met before.

        A short cut through the handlers below, which saves a call for each segment. It raises
        nothing: what is not plain is given back to be handled.
        """
        line, adjustments, days, services = self._line, self._cas_memo, self._days, self._services
        mark = self._mark
        for text in self._state.left:
            if text in adjustments:
                if len(line.adjustments) > MANY:
                    return text
                line.adjustments += adjustments[text]
            elif text in days:
                line.service_from = days[text]
            elif text in services:
                self._close_line()
                line = self._begin_line(text)
            elif text[:7] == mark and self._sep not in (control := text[7:]):
                line.control_number = control
            else:
                return text
        return None

    def _close_line(self) -> None:
        if self._open_line:
            self._open_line = False
            line: Any = self._line
            line.__class__ = RemittanceLine  # see claims.x12.drafts
            if len(self._lines) < MOST_LINES:
                self._lines.append(line)
            self._line = self._scratch

    def _day(self, text: str, what: str) -> dt.date | None:
        return day_or_problem(self._state, text, what, self._claim.claim_id)

    def _cas(self, text: str) -> None:
        claim = self._claim
        claim.adjustments = more(claim.adjustments, self._cas_memo[text])

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
        self._remark(*e[5:6], *e[20:24])

    def _moa(self, text: str) -> None:
        self._remark(*text.split(self._sep)[3:8])

    def _remark(self, *codes: str) -> None:
        claim = self._claim
        claim.remarks = more(claim.remarks, tuple(code for code in codes if code))

    def _claim_dtm(self, text: str) -> str | None:
        code = text[4:7]
        if code == "232":
            self._claim.service_from = self._day(text.split(self._sep)[2], "date DTM*232")
        elif code == "233":
            self._claim.service_to = self._day(text.split(self._sep)[2], "date DTM*233")
        elif code == "050":
            try:
                self._claim.payer_received_on = self._received[text]
            except IndexError:
                self._day((text + self._sep).split(self._sep)[2], "date DTM*050")
        return self._run_claim()

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
        line = self._line
        line.adjustments = more(line.adjustments, self._cas_memo[text])
        return self._run_line()

    def _plain_day(self, text: str) -> dt.date:
        """Give the date of a DTM, for a memo of whole segments.

        Raises:
            IndexError: it holds no date, so it is not plain.
        """
        day = DATES[text.split(self._sep)[2]]
        if day is None:
            raise IndexError
        return day

    def _line_dtm(self, text: str) -> str | None:
        code = text[4:7]
        if code == "472":
            try:
                self._line.service_from = self._days[text]
            except IndexError:
                self._day((text + self._sep).split(self._sep)[2], "service date (DTM*472)")
        elif code == "150":
            self._line.service_from = self._day(text.split(self._sep)[2], "date DTM*150")
        elif code == "151":
            self._line.service_to = self._day(text.split(self._sep)[2], "date DTM*151")
        return self._run_line() if self._open_line else None

    def _line_ref(self, text: str) -> str | None:
        if text[4:6] == "6R":
            self._line.control_number = text.split(self._sep)[2]
        return self._run_line() if self._open_line else None

    def _lq(self, text: str) -> None:
        if self._open_line and text[3:5] == "HE":
            line = self._line
            line.remarks = more(line.remarks, (text.split(self._sep)[2],))
