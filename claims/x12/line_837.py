"""837P and 837I: the service lines of a claim (loops 2400 to 2430)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from claims.types import Adjustment, LineAdjudication, ServiceLine
from claims.x12.common import (
    MANY,
    MOST_LINES,
    POINTERS,
    CasMemo,
    Procedure,
    attachment,
    more,
    provider_memo,
)
from claims.x12.drafts import LineDraft
from claims.x12.state import Handler, State, Table
from claims.x12.values import (
    AMOUNTS,
    DATES,
    PROVIDERS,
    QUANTITIES,
    Memo,
    UnreadableError,
    period,
)

_SKIPPED: Final = (
    "N2", "N3", "N4", "PER", "AMT", "CTP", "HCP", "CRC", "K3", "QTY", "CN1", "MEA", "TST", "CR1",
    "CR3", "CR5", "SV5", "PS1", "LQ", "FRM", "OI",
)  # fmt: skip
_ROLES: Final = {"82": "rendering", "DK": "ordering", "DN": "referring"}

Period = tuple[dt.date | None, dt.date | None]
Service = tuple[
    str, str, tuple[str, ...], Decimal, Decimal | None, str, tuple[int, ...], str, str, bool
]
"""Procedure, qualifier, modifiers, charge, units, basis, pointers, place, revenue code, emergency.
"""


class Adjudication:
    """What an earlier payer said of the line: loop 2430."""

    __slots__ = (
        "adjudicated_on", "adjustments", "modifiers", "paid", "payer_id", "procedure", "units",
    )  # fmt: skip

    def __init__(self, payer_id: str, paid: Decimal) -> None:
        self.payer_id = payer_id
        self.paid = paid
        self.procedure = ""
        self.modifiers: tuple[str, ...] = ()
        self.units: Decimal | None = None
        self.adjustments: tuple[Adjustment, ...] = ()
        self.adjudicated_on: dt.date | None = None

    def done(self) -> LineAdjudication:
        """Give what was read."""
        return LineAdjudication(
            payer_id=self.payer_id,
            paid=self.paid,
            procedure=self.procedure,
            modifiers=self.modifiers,
            units=self.units,
            adjustments=self.adjustments,
            adjudicated_on=self.adjudicated_on,
        )


class LineReader:
    """Gathers the lines of one claim."""

    def __init__(
        self,
        state: State,
        above: dict[str, Handler | None],
        procedures: Memo[str, Procedure],
        adjustments: CasMemo,
    ) -> None:
        self._state = state
        self._sep = state.element
        self._mark = f"REF{state.element}6R{state.element}"
        self._procedures = procedures
        self._adjustments = adjustments
        self._services: Memo[str, Service] = Memo(self._service)
        self.numbers: Memo[str, int] = Memo(self._number)
        self._days: Memo[str, Period] = Memo(self._day)
        self._providers = provider_memo(state.element, _ROLES)
        self._scratch = LineDraft(0)
        self._line = self._scratch
        self._lines: list[ServiceLine] = []
        self._open = False
        self._line_number = 0
        self._earlier: list[Adjudication] = []
        handlers: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        handlers |= above | {
            "LX": self.lx, "SV1": self.service, "SV2": self.service,
            "DTP": self._dtp, "REF": self._ref,
            "NM1": self._nm1, "PRV": self._prv, "PWK": self._pwk, "NTE": self._nte,
            "LIN": self._lin, "SVD": self._svd, "CAS": self._cas,
        }  # fmt: skip
        self._table = Table(handlers, state)

    def finish(self) -> tuple[ServiceLine, ...]:
        """Close the open line, give all of the claim, and be ready for the next."""
        if self._open:
            self._close()
        lines = tuple(self._lines)
        self._lines = []
        self._line_number = 0
        return lines

    def _close(self) -> None:
        line: Any = self._line
        self._open = False
        self._line = self._scratch  # what comes without a service of its own is dropped
        if self._earlier:
            line.other_adjudications = tuple([item.done() for item in self._earlier])
            self._earlier = []
        line.__class__ = ServiceLine  # see claims.x12.drafts
        if len(self._lines) < MOST_LINES:
            self._lines.append(line)

    def _number(self, text: str) -> int:
        stated = text.split(self._sep)[1]
        return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 7 else 0

    def lx(self, text: str) -> str | None:
        """Close the line before; the next begins with its SV1 or SV2."""
        number = self.numbers[text]
        if self._open:
            self._close()
        self._line_number = number
        self._state.table = self._table
        return self._run()

    def _run(self) -> str | None:
        """Run ahead over what most lines consist of, as far as it was met before.

        A short cut through the handlers below, which saves a call for each segment. It raises
        nothing: what is not plain is given back to be handled.
        """
        services, days, numbers, mark = self._services, self._days, self.numbers, self._mark
        for text in self._state.left:
            if text in days:
                self._line.service_from, self._line.service_to = days[text]
            elif text in services:
                if self._open:
                    self._close()
                self._begin(services[text])
            elif text in numbers:
                if self._open:
                    self._close()
                self._line_number = numbers[text]
            elif text[:7] == mark and self._sep not in (control := text[7:]):
                self._line.control_number = control
            else:
                return text
        return None

    def _service(self, text: str) -> Service:
        """Read an SV1 or SV2."""
        e = text.split(self._sep)
        if e[0] == "SV2":
            revenue_code, code, charge, basis, units = e[1], e[2], e[3], e[4], e[5]
            e = []
        else:
            revenue_code, code, charge, basis, units = "", e[1], e[2], e[3], e[4]
        amount, count = AMOUNTS[charge], QUANTITIES[units]
        if amount is None:
            raise UnreadableError(
                "A line's charge (SV102 or SV203) is no amount: state it as 123.45."
            )
        if count is None and units:
            raise UnreadableError(
                "A line's units (SV104 or SV205) are no number: state them as digits."
            )
        qualifier, procedure, modifiers = self._procedures[code] if code else ("HC", "", ())
        place = e[5] if len(e) > 5 else ""
        pointers = POINTERS[e[7]] if len(e) > 7 else ()
        emergency = len(e) > 9 and e[9] == "Y"
        return (
            procedure, qualifier, modifiers, amount, count, basis, pointers, place, revenue_code,
            emergency,
        )  # fmt: skip

    def service(self, text: str) -> str | None:
        """Begin a line by its SV1 or SV2."""
        service = self._services[text]
        if self._open:
            self._close()  # a service without an LX of its own
        self._begin(service)
        self._state.table = self._table
        return self._run()

    def _begin(self, service: Service) -> None:
        code, qualifier, mods, charge, units, basis, pointers, place, revenue, emergency = service
        number = self._line_number or len(self._lines) + 1
        self._line = LineDraft(
            number, code, qualifier, mods, charge, units, basis, pointers, place, revenue
        )
        if emergency:
            self._line.emergency = True
        self._open = True
        self._line_number = 0

    def _day(self, text: str) -> Period:
        e = text.split(self._sep)
        days = period(e[2], e[3])
        if days[0] is None and e[3]:
            raise UnreadableError("A service date (DTP*472) is no date: state it as CCYYMMDD.")
        return days

    def _dtp(self, text: str) -> str | None:
        code = text[4:7]
        if code == "472":
            line = self._line
            line.service_from, line.service_to = self._days[text]
            return self._run()
        if code == "573" and self._earlier:
            self._earlier[-1].adjudicated_on = DATES[text.split(self._sep)[3]]
        return None

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
        role, provider = self._providers[text]
        if role and getattr(self._line, role) is None:
            setattr(self._line, role, provider)

    def _prv(self, text: str) -> None:
        e = text.split(self._sep)
        provider = self._line.rendering
        if e[1] == "PE" and provider is not None:
            self._line.rendering = PROVIDERS[provider.npi, e[3]]

    def _pwk(self, text: str) -> None:
        if self._open:
            line = self._line
            line.attachments = more(line.attachments, (attachment(text, self._sep),))

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
            raise UnreadableError(
                "An earlier payer's payment (SVD02) is no amount: state it as 123.45."
            )
        if not self._open or len(self._earlier) > MANY:
            return
        earlier = Adjudication(e[1], amount)
        if len(e) > 3:
            _, earlier.procedure, earlier.modifiers = self._procedures[e[3]]
            earlier.units = QUANTITIES[e[5]] if len(e) > 5 else None
        self._earlier.append(earlier)

    def _cas(self, text: str) -> None:
        if self._earlier:
            earlier = self._earlier[-1]
            earlier.adjustments = more(earlier.adjustments, self._adjustments[text])
