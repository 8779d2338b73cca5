"""835: payments (BPR, TRN, N1, PLB); their remittances are read by ``remittance_835``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from claims.types import ZERO, Payment, ProviderAdjustment
from claims.x12.common import day_or_problem, optional_amount
from claims.x12.remittance_835 import Header, RemittanceReader
from claims.x12.state import Handler, State, Table
from claims.x12.values import AMOUNTS

_SKIPPED: Final = ("N2", "N3", "N4", "PER", "TS2", "TS3", "AMT", "QTY", "CUR", "RDM")


class Reader835:
    """Reads one 835 transaction after another; what it finds appears in ``state.found``."""

    def __init__(self, state: State, control: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self._comp = state.component
        above: dict[str, Handler | None] = {"BPR": self._bpr, "PLB": self._plb, "LX": self._lx}
        self._remittances = RemittanceReader(state, control | above)
        head: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        head |= {
            "TRN": self._trn, "DTM": self._dtm, "N1": self._n1, "REF": self._ref,
            "CLP": self._remittances.clp,
        }  # fmt: skip
        self._table = Table(head | control | above, state)
        self._reset()

    def _reset(self) -> None:
        self._header = self._remittances.header = Header()
        self._in_payment = False
        self._amount: Decimal | None = ZERO
        self._method = ""
        self._trace_payer = ""
        self._payer_ids = ["", ""]
        self._party = ""
        self._provider_adjustments: list[ProviderAdjustment] = []

    def begin(self) -> None:
        """Begin a transaction (ST)."""
        self.finish()
        self._state.table = self._table

    def finish(self) -> None:
        """Close the remittance that is open and the transaction with its payment."""
        self._remittances.finish()
        header = self._header
        if self._in_payment and self._amount is not None:
            self._state.found.append(
                Payment(
                    payer_id=header.payer_id,
                    payer_name=header.payer_name,
                    payee_npi=header.payee_npi,
                    amount=self._amount,
                    method=self._method,
                    payment_date=header.payment_date,
                    trace=header.trace,
                    provider_adjustments=tuple(self._provider_adjustments),
                )
            )
        self._reset()

    def cut(self) -> None:
        """Give up the remittance that is open: its file ended in the middle of a segment."""
        if self._remittances.is_open:
            self.spoil("The file ends inside this remittance: ask the payer for the whole file.")
        self.finish()

    def spoil(self, text: str) -> None:
        """Mark the remittance that is open as not understood."""
        self._remittances.spoil(text)

    def _name_payer(self) -> None:
        self._header.payer_id = self._payer_ids[0] or self._payer_ids[1] or self._trace_payer

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
            self._header.payment_date = day_or_problem(self._state, e[16], "payment date (BPR16)")

    def _trn(self, text: str) -> None:
        e = text.split(self._sep)
        self._header.trace, self._trace_payer = e[2], e[3]
        self._name_payer()

    def _dtm(self, text: str) -> None:
        if text[4:7] == "405":
            self._header.produced_on = day_or_problem(
                self._state, text.split(self._sep)[2], "production date (DTM*405)"
            )

    def _n1(self, text: str) -> None:
        e = text.split(self._sep)
        party, name = e[1], e[2]
        code = e[4] if len(e) > 4 else ""
        self._party = party
        if party == "PR":
            self._header.payer_name, self._payer_ids[0] = name.strip(), code
            self._name_payer()
        elif party == "PE" and code and e[3] == "XX":
            self._header.payee_npi = code

    def _ref(self, text: str) -> None:
        if self._party == "PR" and text[4:6] == "2U":
            self._payer_ids[1] = text.split(self._sep)[2]
            self._name_payer()

    def _lx(self, text: str) -> None:
        self._remittances.finish()
        self._state.table = self._table

    def _plb(self, text: str) -> None:
        e = (text + self._sep * 2).split(self._sep)
        npi, day = e[1], e[2]
        self._remittances.finish()
        self._state.table = self._table
        ends = day_or_problem(self._state, day, "fiscal period's end (PLB02)")
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
