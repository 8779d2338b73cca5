"""837P and 837I: the service lines of a claim (loops 2400 to 2430)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from claims.types import Adjustment, Attachment, LineAdjudication, ServiceLine
from claims.x12.common import POINTERS, adjustments, procedures
from claims.x12.drafts import LineDraft, freeze
from claims.x12.state import Handler, State, keyed
from claims.x12.values import AMOUNTS, DATES, PROVIDERS, QUANTITIES, period

_SKIPPED: Final = (
    "N3",
    "N4",
    "PER",
    "AMT",
    "CTP",
    "HCP",
    "CRC",
    "K3",
    "QTY",
    "CN1",
    "MEA",
    "TST",
    "CR1",
    "CR3",
    "CR5",
    "SV5",
    "PS1",
    "LQ",
    "FRM",
    "PRV",
    "N2",
    "OI",
)
_ROLES: Final = {"82": "rendering", "DK": "ordering", "DN": "referring"}


class Adjudication:
    """What an earlier payer said of the line: loop 2430."""

    __slots__ = (
        "adjudicated_on",
        "adjustments",
        "modifiers",
        "paid",
        "payer_id",
        "procedure",
        "units",
    )

    def __init__(self, payer_id: str, paid: Decimal) -> None:
        self.payer_id = payer_id
        self.paid = paid
        self.procedure = ""
        self.modifiers: tuple[str, ...] = ()
        self.units: Decimal | None = None
        self.adjustments: list[Adjustment] = []
        self.adjudicated_on: dt.date | None = None

    def done(self) -> LineAdjudication:
        """Give what was read."""
        return LineAdjudication(
            payer_id=self.payer_id,
            paid=self.paid,
            procedure=self.procedure,
            modifiers=self.modifiers,
            units=self.units,
            adjustments=tuple(self.adjustments),
            adjudicated_on=self.adjudicated_on,
        )


class LineReader:
    """Gathers the lines of one claim; ``spoil`` marks the claim as not understood."""

    def __init__(
        self, state: State, above: dict[str, Handler | None], spoil: Callable[[str], None]
    ) -> None:
        self._state = state
        self._sep = state.element
        self._procedures = procedures(state.component)
        self._spoil = spoil
        self._lines: list[ServiceLine] = []
        self._draft: LineDraft | None = None
        self._line = LineDraft(0)
        self._earlier: list[Adjudication] = []
        self.institutional = False
        handlers: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        handlers |= above | {
            "LX": self.lx,
            "SV1": self.sv1,
            "SV2": self.sv2,
            "DTP": self._dtp,
            "REF": self._ref,
            "NM1": self._nm1,
            "PRV": self._prv,
            "PWK": self._pwk,
            "NTE": self._nte,
            "LIN": self._lin,
            "SVD": self._svd,
            "CAS": self._cas,
        }
        self._table = keyed(handlers, self._sep)

    def begin(self) -> None:
        """Begin a claim without lines."""
        self._lines = []
        self._draft = None
        self.institutional = False

    def finish(self) -> tuple[ServiceLine, ...]:
        """Close the open line and give all of the claim."""
        self._close()
        return tuple(self._lines)

    def _close(self) -> None:
        draft = self._draft
        if draft is not None:
            self._draft = None
            if self._earlier:
                draft.other_adjudications = tuple(item.done() for item in self._earlier)
            self._lines.append(freeze(draft, ServiceLine))

    def lx(self, text: str) -> None:
        """Close the line before; the line begins with its SV1 or SV2."""
        stated = text.split(self._sep)[1]
        self._close()
        number = int(stated) if stated.isdigit() and len(stated) < 7 else len(self._lines) + 1
        self._line = LineDraft(number)
        self._earlier = []
        self._state.table = self._table

    def _open(self) -> LineDraft:
        if self._draft is not None or self._state.table is not self._table:
            self.lx(f"LX{self._sep}")  # a service without LX
        self._draft = self._line
        return self._line

    def sv1(self, text: str) -> None:
        """Read a professional service."""
        e = text.split(self._sep)
        code, charge, basis, units = e[1], e[2], e[3], e[4]
        line = self._open()
        line.procedure_qualifier, line.procedure, line.modifiers = self._procedures[code]
        self._measure(line, charge, basis, units)
        count = len(e)
        if count > 5:
            line.place_of_service = e[5]
            if count > 7:
                line.diagnosis_pointers = POINTERS[e[7]]
                if count > 9:
                    line.emergency = e[9] == "Y"

    def sv2(self, text: str) -> None:
        """Read an institutional service."""
        e = text.split(self._sep)
        revenue_code, code, charge, basis, units = e[1], e[2], e[3], e[4], e[5]
        line = self._open()
        self.institutional = True
        line.revenue_code = revenue_code
        if code:
            line.procedure_qualifier, line.procedure, line.modifiers = self._procedures[code]
        self._measure(line, charge, basis, units)

    def _measure(self, line: LineDraft, charge: str, basis: str, units: str) -> None:
        amount = AMOUNTS[charge]
        if amount is None:
            self._spoil("A line's charge (SV102 or SV203) is no amount: state it as 123.45.")
        else:
            line.charge = amount
        line.unit_basis = basis
        line.units = QUANTITIES[units]
        if line.units is None and units:
            self._spoil("A line's units (SV104 or SV205) are no number: state them as digits.")

    def _dtp(self, text: str) -> None:
        code = text[4:7]
        if code == "472":
            e = text.split(self._sep)
            line = self._line
            line.service_from, line.service_to = period(e[2], e[3])
            if line.service_from is None and e[3]:
                self._spoil("A service date (DTP*472) is no date: state it as CCYYMMDD.")
        elif code == "573" and self._earlier:
            self._earlier[-1].adjudicated_on = DATES[text.split(self._sep)[3]]

    def _ref(self, text: str) -> None:
        code = text[4:6]
        if code == "6R":
            self._line.control_number = text.split(self._sep)[2]
        elif code in ("G1", "9F", "X4"):
            e = text.split(self._sep)
            if len(e) > 4 and e[4]:
                return  # REF04 names another payer: the number is that payer's
            if code == "G1":
                self._line.authorization_number = e[2]
            elif code == "9F":
                self._line.referral_number = e[2]
            else:
                self._line.clia_number = e[2]

    def _nm1(self, text: str) -> None:
        role = _ROLES.get(text[4:6])
        if role is not None and getattr(self._line, role) is None:
            e = text.split(self._sep)
            setattr(self._line, role, PROVIDERS[e[9] if len(e) > 9 and e[8] == "XX" else "", ""])

    def _prv(self, text: str) -> None:
        e = text.split(self._sep)
        provider = self._line.rendering
        if e[1] == "PE" and provider is not None:
            self._line.rendering = PROVIDERS[provider.npi, e[3]]

    def _pwk(self, text: str) -> None:
        e = (text + self._sep * 6).split(self._sep)
        kept = Attachment(report_type=e[1], transmission=e[2], control_number=e[6])
        self._line.attachments += (kept,)

    def _nte(self, text: str) -> None:
        self._line.notes_present = True

    def _lin(self, text: str) -> None:
        e = text.split(self._sep)
        if e[2] == "N4":
            self._line.ndc = e[3]

    def _svd(self, text: str) -> None:
        e = text.split(self._sep)
        amount = AMOUNTS[e[2]]
        if amount is None:
            self._spoil("An earlier payer's payment (SVD02) is no amount: state it as 123.45.")
            return
        earlier = Adjudication(e[1], amount)
        if len(e) > 3:
            _, earlier.procedure, earlier.modifiers = self._procedures[e[3]]
            earlier.units = QUANTITIES[e[5]] if len(e) > 5 else None
        self._earlier.append(earlier)

    def _cas(self, text: str) -> None:
        if self._earlier:
            self._earlier[-1].adjustments += adjustments(text, self._sep)
