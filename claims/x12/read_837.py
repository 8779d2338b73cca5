"""837P and 837I: the loops above the claim (2000A billing, 2000B subscriber, 2000C patient).

The claim itself is read by ``claim_837``.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, cast, get_args

from claims.types import Patient, Payer, Position, Provider, Sex, Subscriber
from claims.x12.claim_837 import ClaimReader
from claims.x12.drafts import ClaimDraft, SubscriberDraft, freeze
from claims.x12.state import Handler, State, Table
from claims.x12.values import AMOUNTS, DATES, PROVIDERS, Memo

POSITIONS: Final = frozenset(get_args(Position))
SKIPPED: Final = ("N3", "N4", "PER", "CUR", "HCP", "CRC", "K3", "QTY", "MEA", "OI", "N2", "LQ")


def sex(text: str) -> Sex:
    """Give DMG03 as F, M, U or not stated."""
    return cast(Sex, text) if text in ("F", "M", "U") else ""


def position(text: str) -> Position:
    """Give SBR01 where it is a code of the guide."""
    return cast(Position, text) if text in POSITIONS else ""


def _payer(key: tuple[str, str, str, Position]) -> Payer:
    return Payer(payer_id=key[0], name=key[1], filing_code=key[2], position=key[3])


def _patient(key: tuple[str, Sex, dt.date | None]) -> Patient:
    return Patient(relationship=key[0], sex=key[1], birth_date=key[2])


PAYERS: Final = Memo(_payer)
PATIENTS: Final = Memo(_patient)


class Reader837:
    """Reads one 837 transaction after another; claims appear in ``state.found``."""

    def __init__(self, state: State, control: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self._comp = state.component
        above: dict[str, Handler | None] = {
            "BHT": self._bht,
            "HL": self._hl,
            "CLM": self._clm,
        }
        self._claims = ClaimReader(state, control | above)
        head: dict[str, Handler | None] = dict.fromkeys(SKIPPED)
        head |= above | {
            "REF": None,
            "PRV": self._prv,
            "SBR": self._sbr,
            "PAT": self._pat,
            "NM1": self._nm1,
            "DMG": self._dmg,
        }
        self._table = Table(head | control, state)
        self._places: Memo[str, tuple[str, str]] = Memo(self._place)
        self._payer_names: Memo[str, tuple[str, str]] = Memo(self._payer_name_of)
        self._orders: Memo[str, tuple[Position, str, str]] = Memo(self._order)
        self._reset()

    def _reset(self) -> None:
        self._submitted_on: dt.date | None = self._state.file_date
        self._reset_billing()
        self._reset_subscriber()

    def _reset_billing(self) -> None:
        self._billing_npi = ""
        self._billing_taxonomy = ""
        self._pay_to: Provider | None = None

    def _reset_subscriber(self) -> None:
        self._payer_id = ""
        self._payer_name = ""
        self._filing_code = ""
        self._position: Position = ""
        self._member_id = ""
        self._subscriber_sex: Sex = ""
        self._subscriber_born: dt.date | None = None
        self._relationship = ""
        self._reset_patient(separate=False)

    def _reset_patient(self, *, separate: bool) -> None:
        self._separate = separate
        self._patient_relationship = ""
        self._patient_sex: Sex = ""
        self._patient_born: dt.date | None = None
        self._people: tuple[Payer, Subscriber, Patient] | None = None

    def begin(self) -> None:
        """Begin a transaction (ST)."""
        self.finish()
        self._reset()
        self._state.table = self._table

    def finish(self) -> None:
        """Close the claim that is open, if one is: nothing of it follows."""
        self._claims.finish()

    def spoil(self, text: str) -> None:
        """Mark the claim that is open as not understood."""
        self._claims.spoil(text)

    def cut(self) -> None:
        """Give up the claim that is open: its file ended in the middle of a segment."""
        self._claims.spoil("The file ends inside this claim: send the whole file again.")
        self._claims.finish()

    def _bht(self, text: str) -> None:
        day = text.split(self._sep)[4]
        self.begin()
        if day:
            stated = DATES[day]
            if stated is None:
                self._state.problem(
                    "The transaction's date (BHT04) is no date, so the day of the group (GS04) is "
                    "used: state it as CCYYMMDD."
                )
            self._submitted_on = stated or self._submitted_on

    def _hl(self, text: str) -> None:
        level = text.split(self._sep)[3]
        self._claims.finish()
        self._state.table = self._table
        if level == "23":
            self._reset_patient(separate=True)
            return
        if level == "20":
            self._reset_billing()
        self._reset_subscriber()

    def _prv(self, text: str) -> None:
        e = text.split(self._sep)
        if e[1] in ("BI", "PT"):
            self._billing_taxonomy = e[3]

    def _order(self, text: str) -> tuple[Position, str, str]:
        e = text.split(self._sep)
        return position(e[1]), e[2], e[9] if len(e) > 9 else ""

    def _sbr(self, text: str) -> None:
        self._position, self._relationship, self._filing_code = self._orders[text]
        self._people = None

    def _pat(self, text: str) -> None:
        if self._separate:
            self._patient_relationship = text.split(self._sep)[1]
            self._people = None

    def _payer_name_of(self, text: str) -> tuple[str, str]:
        e = text.split(self._sep)
        return e[9] if len(e) > 9 else "", e[3].strip()

    def _nm1(self, text: str) -> None:
        role = text[4:6]
        if role == "IL":
            e = text.split(self._sep)
            self._member_id = e[9] if len(e) > 9 else ""
            self._people = None
        elif role == "PR":
            self._payer_id, self._payer_name = self._payer_names[text]
            self._people = None
        elif role in ("85", "87"):
            e = text.split(self._sep)
            npi = e[9] if len(e) > 9 and e[8] == "XX" else ""
            if role == "85":
                self._billing_npi = npi
            else:
                self._pay_to = PROVIDERS[npi, ""]

    def _dmg(self, text: str) -> None:
        e = text.split(self._sep)
        day, stated = e[2], e[3]
        born = DATES[day]
        if born is None and day:
            self._state.problem(
                "A birth date (DMG02) is no date and was left out: state it as CCYYMMDD."
            )
        if self._separate:
            self._patient_sex, self._patient_born = sex(stated), born
        else:
            self._subscriber_sex, self._subscriber_born = sex(stated), born
        self._people = None

    def _place(self, text: str) -> tuple[str, str]:
        parts = text.split(self._comp)
        return parts[0], parts[2] if len(parts) > 2 else ""

    def _clm(self, text: str) -> None:
        e = text.split(self._sep)
        claim_id = e[1].strip()
        self._claims.finish()
        payer, subscriber, patient = self._people or self._make_people()
        draft = ClaimDraft(claim_id, payer)
        draft.submitted_on = self._submitted_on
        draft.subscriber = subscriber
        draft.patient = patient
        draft.billing = PROVIDERS[self._billing_npi, self._billing_taxonomy]
        draft.pay_to = self._pay_to
        count = len(e)
        if count > 7:
            draft.accepts_assignment = e[7]
            if count > 11:
                self._causes(draft, e[11].split(self._comp))
                if count > 20:
                    draft.delay_reason = e[20]
        charge = AMOUNTS[e[2]] if count > 2 else None
        self._claims.begin(draft, charge, self._places[e[5]] if count > 5 else ("", ""))

    def _causes(self, draft: ClaimDraft, causes: list[str]) -> None:
        draft.related_causes = tuple(cause for cause in causes[:3] if cause)
        if len(causes) > 3:
            draft.accident_state = causes[3]

    def _make_people(self) -> tuple[Payer, Subscriber, Patient]:
        sex, born = self._subscriber_sex, self._subscriber_born
        payer = PAYERS[self._payer_id, self._payer_name, self._filing_code, self._position]
        subscriber = freeze(SubscriberDraft(self._member_id, sex, born), Subscriber)
        if self._separate:
            patient = PATIENTS[self._patient_relationship, self._patient_sex, self._patient_born]
        else:
            patient = PATIENTS[self._relationship, sex, born]
        self._people = (payer, subscriber, patient)
        return self._people
