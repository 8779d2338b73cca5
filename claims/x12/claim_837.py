"""837P and 837I: one claim (loops 2300, 2310, 2320, 2330) with its lines (``line_837``)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, cast, get_args

from claims.types import (
    Adjustment,
    Authorization,
    Claim,
    OtherPayer,
    Position,
)
from claims.x12.common import (
    MOST_LINES,
    adjustment_memo,
    attachment,
    more,
    optional_amount,
    procedure_memo,
    provider_memo,
)
from claims.x12.drafts import ClaimDraft
from claims.x12.line_837 import LineReader
from claims.x12.state import Handler, State, Table
from claims.x12.values import DATES, PROVIDERS, Memo, UnreadableError, period

_POSITIONS: Final = frozenset(get_args(Position))
_SKIPPED: Final = (
    "N3",
    "N4",
    "PER",
    "OI",
    "HCP",
    "CRC",
    "K3",
    "QTY",
    "CN1",
    "MIA",
    "MOA",
    "DMG",
    "CR1",
    "CR2",
    "CR3",
    "CR5",
    "CR6",
    "CUR",
    "N2",
)
_ROLES: Final = {
    "82": "rendering",
    "DN": "referring",
    "DQ": "supervising",
    "71": "attending",
    "72": "operating",
    "77": "facility",
    "FA": "facility",
    "LI": "facility",
    "TL": "facility",
}
_TAXONOMY_OF: Final = {
    "PE": "rendering",
    "RF": "referring",
    "SU": "supervising",
    "AT": "attending",
    "OP": "operating",
}
_PRINCIPAL: Final = ("ABK", "BK")
_DIAGNOSIS: Final = {"ABK": 10, "ABF": 10, "BK": 9, "BF": 9}
_ADMITTING: Final = {"ABJ": 10, "BJ": 9}

Codes = tuple[tuple[str, ...], int, str, str]
"""Diagnoses, their version, the admitting diagnosis, the DRG of one HI."""


class OtherReader:
    """Another payer of the member: loops 2320 and 2330A, 2330B."""

    __slots__ = ("adjudicated_on", "adjustments", "filing", "paid", "payer_id", "position")

    def __init__(self, position: str, filing: str) -> None:
        self.payer_id = ""
        self.filing = filing
        self.position = cast(Position, position) if position in _POSITIONS else ""
        self.paid: Decimal | None = None
        self.adjustments: tuple[Adjustment, ...] = ()
        self.adjudicated_on: dt.date | None = None

    def done(self) -> OtherPayer:
        """Give what was read."""
        return OtherPayer(
            payer_id=self.payer_id,
            filing_code=self.filing,
            position=self.position,
            paid=self.paid,
            adjustments=self.adjustments,
            adjudicated_on=self.adjudicated_on,
        )


class ClaimReader:
    """Reads one claim after another into ``state.found``; ``above`` handles what ends a claim."""

    def __init__(self, state: State, above: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self._comp = state.component
        self.is_open = False
        self._claim = ClaimDraft("")
        self._bad: tuple[int, str] | None = None
        self._place: tuple[str, str] = ("", "")
        self._others: tuple[OtherPayer, ...] = ()
        self._other: OtherReader | None = None
        self._adjustments = adjustment_memo(state.element)
        self._codes: Memo[str, Codes] = Memo(self._read_codes)
        self._providers = provider_memo(state.element, _ROLES)
        self._taxonomies: Memo[str, tuple[str, str]] = Memo(self._taxonomy)
        procedures = procedure_memo(state.component)
        self._lines = LineReader(state, above, procedures, self._adjustments)
        skipped: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        shared = skipped | above | {
            "LX": self._lines.lx, "SV1": self._lines.service, "SV2": self._lines.service,
            "SBR": self._sbr,
        }  # fmt: skip
        here: dict[str, Handler | None] = {
            "DTP": self._dtp, "CL1": self._cl1, "PWK": self._pwk, "AMT": self._amt,
            "REF": self._ref, "NTE": self._nte, "HI": self._his, "NM1": self._nm1,
            "PRV": self._prv,
        }  # fmt: skip
        there: dict[str, Handler | None] = {
            "CAS": self._other_cas, "AMT": self._other_amt, "DTP": self._other_dtp,
            "NM1": self._other_nm1, "REF": None, "PRV": None,
        }  # fmt: skip
        self._table = Table(shared | here, state)
        self._other_table = Table(shared | there, state)

    def run(self) -> str | None:
        """Run ahead over what most claims begin with, as far as it was met before.

        A short cut through the handlers below, which saves a call for each segment. It raises
        nothing: what is not plain is given back to be handled.
        """
        draft = self._claim
        codes, providers, taxonomies = self._codes, self._providers, self._taxonomies
        numbers = self._lines.numbers
        for text in self._state.left:
            if text in numbers:
                return self._lines.lx(text)
            if text in codes:
                self._hi(text)
            elif text in providers:
                role, provider = providers[text]
                if role == "rendering" and draft.rendering is None:
                    draft.rendering = provider
                elif role:
                    return text
            elif text in taxonomies:
                role, taxonomy = taxonomies[text]
                provider = draft.rendering
                if role != "rendering" or provider is None or provider.taxonomy:
                    return text
                draft.rendering = PROVIDERS[provider.npi, taxonomy]
            else:
                return text
        return None

    def begin(self, draft: ClaimDraft, charge: Decimal | None, place: tuple[str, str]) -> None:
        """Begin a claim (CLM) of which the draft holds what stood above it.

        ``place`` is CLM05-1 and CLM05-3: whether the former is a place of service or a bill type
        is told by the lines.
        """
        self._claim = draft
        self.is_open = True
        self._bad = None
        self._place = place
        self._state.table = self._table
        if not draft.claim_id:
            self.spoil("A claim has no number (CLM01): give it one and send it again.")
        if charge is None:
            self.spoil("The total charge (CLM02) is no amount: state it in dollars, as 123.45.")
        else:
            draft.charge = charge

    def spoil(self, text: str) -> None:
        """Mark the open claim as not understood; the first reason is the one reported."""
        if not self.is_open:
            self._state.problem(text)
        elif self._bad is None:
            self._bad = (self._state.number, text)

    def cut(self) -> None:
        """Give up the open claim, if any: its file ended in the middle of a segment."""
        if self.is_open:
            self.spoil("The file ends inside this claim: send the whole file again.")
            self.finish()

    def finish(self) -> None:
        """Close the open claim, if any: it goes to ``state.found``, or its problem does."""
        if not self.is_open:
            return
        draft: Any = self._claim
        lines = self._lines.finish()
        if self._bad is None and not lines:
            self.spoil("The claim has no service line (LX with SV1 or SV2) up to here: add them.")
        if len(lines) >= MOST_LINES:
            self.spoil(f"The claim has {MOST_LINES:,} service lines or more: send it in parts.")
        self.is_open = False
        other = self._other
        if other is not None:
            self._other = None
            draft.other_payers = (*self._others, other.done())
            self._others = ()
        if self._bad is not None:
            self._state.problem(self._bad[1], draft.claim_id, self._bad[0])
            return
        draft.lines = lines
        # SV2 and CL1 tell the form: files name the wrong guide (ST03) at times.
        if lines[0].revenue_code or draft.patient_status:
            draft.form = "institutional"
            draft.bill_type, draft.frequency = self._place
        else:
            draft.place_of_service, draft.frequency = self._place
        draft.__class__ = Claim  # see claims.x12.drafts
        self._state.found.append(draft)

    def _dtp(self, text: str) -> None:
        e = text.split(self._sep)
        code, form, value = e[1], e[2], e[3]
        if code == "434":
            draft = self._claim
            draft.statement_from, draft.statement_to = period(form, value)
            if draft.statement_from is None and value:
                raise UnreadableError(
                    "The statement dates (DTP*434) are no dates: state them as CCYYMMDD."
                )
        elif code == "431":
            self._claim.onset_on = DATES[value]
        elif code == "439":
            self._claim.accident_on = DATES[value]
        elif code == "435":
            self._claim.admitted_on = DATES[value]
        elif code == "096" and form != "TM":
            self._claim.discharged_on = DATES[value]

    def _cl1(self, text: str) -> None:
        _, kind, source, status = (text + self._sep * 3).split(self._sep)[:4]
        draft = self._claim
        draft.admission_type, draft.admission_source, draft.patient_status = kind, source, status

    def _pwk(self, text: str) -> None:
        draft = self._claim
        draft.attachments = more(draft.attachments, (attachment(text, self._sep),))

    def _amt(self, text: str) -> None:
        if text[4:6] == "F5":
            self._claim.patient_paid = optional_amount(
                self._state, text.split(self._sep)[2], "patient's payment (AMT*F5)"
            )

    def _ref(self, text: str) -> str | None:
        code = text[4:6]
        if code == "G1":
            number = text.split(self._sep)[2]
            self._claim.authorization = Authorization(number=number) if number else None
        elif code == "9F":
            self._claim.referral_number = text.split(self._sep)[2]
        elif code == "F8":
            self._claim.original_reference = text.split(self._sep)[2]
        elif code == "X4":
            self._claim.clia_number = text.split(self._sep)[2]
        return self.run()

    def _nte(self, text: str) -> None:
        self._claim.notes_present = True

    def _read_codes(self, text: str) -> Codes:
        comp = self._comp
        diagnoses: list[str] = []
        version = principal = 0
        admitting = drg = ""
        for item in text.split(self._sep)[1:]:
            kind, _, code = item.partition(comp)
            code = code.partition(comp)[0].replace(".", "")
            if not code:
                continue
            if kind in _DIAGNOSIS:
                if kind in _PRINCIPAL or not version:
                    version = _DIAGNOSIS[kind]
                    principal = len(diagnoses) if kind in _PRINCIPAL else principal
                diagnoses.append(code)
            elif kind in _ADMITTING:
                admitting, version = code, version or _ADMITTING[kind]
            elif kind == "DR":
                drg = code
        if principal:
            diagnoses.insert(0, diagnoses.pop(principal))
        return tuple(diagnoses), version, admitting, drg

    def _hi(self, text: str) -> None:
        diagnoses, version, admitting, drg = self._codes[text]
        draft = self._claim
        if diagnoses:
            if not draft.diagnoses:
                draft.diagnosis_version = version
            draft.diagnoses = more(draft.diagnoses, diagnoses)
        if admitting:
            draft.admitting_diagnosis = admitting
            if not draft.diagnoses:
                draft.diagnosis_version = version
        if drg:
            draft.drg = drg

    def _his(self, text: str) -> str | None:
        self._hi(text)
        return self.run()

    def _nm1(self, text: str) -> str | None:
        role, provider = self._providers[text]
        if role and getattr(self._claim, role) is None:
            setattr(self._claim, role, provider)
        return self.run()

    def _taxonomy(self, text: str) -> tuple[str, str]:
        e = text.split(self._sep)
        return _TAXONOMY_OF.get(e[1], ""), e[3]

    def _prv(self, text: str) -> str | None:
        role, taxonomy = self._taxonomies[text]
        if role:
            provider = getattr(self._claim, role)
            if provider is not None and not provider.taxonomy:
                setattr(self._claim, role, PROVIDERS[provider.npi, taxonomy])
        return self.run()

    def _sbr(self, text: str) -> None:
        e = text.split(self._sep)
        opened = OtherReader(e[1], e[9] if len(e) > 9 else "")
        if self._other is not None:
            self._others = more(self._others, (self._other.done(),))
        self._other = opened
        self._state.table = self._other_table

    def _other_cas(self, text: str) -> None:
        if self._other is not None:
            other = self._other
            other.adjustments = more(other.adjustments, self._adjustments[text])

    def _other_amt(self, text: str) -> None:
        if self._other is not None and text[4:6] == "D" + self._sep:
            self._other.paid = optional_amount(
                self._state, text.split(self._sep)[2], "other payer's payment (AMT*D)"
            )

    def _other_dtp(self, text: str) -> None:
        if self._other is not None and text[4:7] == "573":
            self._other.adjudicated_on = DATES[text.split(self._sep)[3]]

    def _other_nm1(self, text: str) -> None:
        if self._other is not None and text[4:6] == "PR":
            e = text.split(self._sep)
            self._other.payer_id = e[9] if len(e) > 9 else ""
