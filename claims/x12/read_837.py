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

_POSITIONS: Final = frozenset(get_args(Position))
_SKIPPED: Final = ("N2", "N3", "N4", "PER", "CUR", "REF", "HCP", "CRC", "K3", "QTY", "MEA", "OI")

Person = tuple[Sex, dt.date | None]
Order = tuple[Position, str, str]
People = tuple[Payer, Subscriber, Patient]

_NOBODY: Final[Person] = ("", None)
_NO_ORDER: Final[Order] = ("", "", "")
_NO_PAYER: Final = ("", "")


def _payer(key: tuple[str, str, str, Position]) -> Payer:
    return Payer(payer_id=key[0], name=key[1], filing_code=key[2], position=key[3])


def _patient(key: tuple[str, Person]) -> Patient:
    relationship, (sex, born) = key
    return Patient(relationship=relationship, sex=sex, birth_date=born)


class Reader837:
    """Reads one 837 transaction after another; claims appear in ``state.found``."""

    def __init__(self, state: State, control: dict[str, Handler | None]) -> None:
        self._state = state
        self._sep = state.element
        self._comp = state.component
        sep = state.element
        self._marks = f"NM1{sep}IL{sep}", f"NM1{sep}QC{sep}", f"CLM{sep}"
        self._skipped = frozenset((name + state.element)[:3] for name in _SKIPPED)
        self._payers: Memo[tuple[str, str, str, Position], Payer] = Memo(_payer)
        self._patients: Memo[tuple[str, Person], Patient] = Memo(_patient)
        self._places: Memo[str, tuple[str, str]] = Memo(self._place)
        self._payer_names: Memo[str, tuple[str, str]] = Memo(self._payer_name)
        self._orders: Memo[str, Order] = Memo(self._order_of)
        self._persons: Memo[str, tuple[Person, bool]] = Memo(self._person_of)
        above: dict[str, Handler | None] = {"BHT": self._bht, "HL": self._hl, "CLM": self._clm}
        self._claims = ClaimReader(state, control | above)
        head: dict[str, Handler | None] = dict.fromkeys(_SKIPPED)
        head |= above | {
            "PRV": self._prv,
            "SBR": self._sbr,
            "PAT": self._pat,
            "NM1": self._nm1,
            "DMG": self._dmg,
        }
        self._table = Table(head | control, state)
        self._reset()

    def _reset(self) -> None:
        self._submitted_on: dt.date | None = self._state.file_date
        self._reset_billing()
        self._reset_subscriber()

    def _reset_billing(self) -> None:
        self._billing = PROVIDERS["", ""]
        self._pay_to: Provider | None = None

    def _reset_subscriber(self) -> None:
        self._payer = _NO_PAYER
        self._order = _NO_ORDER
        self._member_id = ""
        self._subscriber = self._patient = _NOBODY
        self._separate = False
        self._relationship = ""
        self._people: People | None = None

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
        self._claims.cut()

    def _bht(self, text: str) -> None:
        day = text.split(self._sep)[4]
        self.begin()
        stated = DATES[day]
        if stated is not None:
            self._submitted_on = stated
        elif day:
            self._state.problem(
                "The transaction's date (BHT04) is no date, so the day of the group (GS04) is "
                "used: state it as CCYYMMDD."
            )

    def _hl(self, text: str) -> str | None:
        level = text.split(self._sep)[3]
        claims = self._claims
        if claims.is_open:
            claims.finish()
        self._state.table = self._table
        if level == "23":
            self._separate = True
            self._relationship = ""
            self._patient = _NOBODY
            self._people = None
            return self._run()
        if level == "20":
            self._reset_billing()
        self._reset_subscriber()
        return self._run()

    def _run(self) -> str | None:
        """Run ahead over what most levels consist of, as far as it was met before.

        A short cut through the handlers below, which saves a call for each segment. It raises
        nothing: what is not plain is given back to be handled.
        """
        orders, payers, persons = self._orders, self._payer_names, self._persons
        sep, skipped = self._sep, self._skipped
        member, patient, claim = self._marks
        for text in self._state.left:
            if text[:3] in skipped:
                continue
            if text in payers:
                self._payer = payers[text]
            elif text in orders:
                self._order = orders[text]
            elif text in persons and not persons[text][1]:
                if self._separate:
                    self._patient = persons[text][0]
                else:
                    self._subscriber = persons[text][0]
            elif text[:7] == member and text.count(sep) == 9:
                self._member_id = text.rpartition(sep)[2]
            elif text[:4] == claim:
                return self._clm(text)
            elif text[:7] != patient:
                return text
        return None

    def _prv(self, text: str) -> None:
        e = text.split(self._sep)
        if e[1] in ("BI", "PT"):
            self._billing = PROVIDERS[self._billing.npi, e[3]]

    def _order_of(self, text: str) -> Order:
        e = text.split(self._sep)
        place = cast(Position, e[1]) if e[1] in _POSITIONS else ""
        return place, e[2], e[9] if len(e) > 9 else ""

    def _sbr(self, text: str) -> str | None:
        self._order = self._orders[text]
        self._people = None
        return self._run()

    def _pat(self, text: str) -> str | None:
        if self._separate:
            self._relationship = text.split(self._sep)[1]
            self._people = None
        return self._run()

    def _payer_name(self, text: str) -> tuple[str, str]:
        e = text.split(self._sep)
        return e[9] if len(e) > 9 else "", e[3].strip()

    def _nm1(self, text: str) -> str | None:
        role = text[4:6]
        if role == "IL":
            e = text.split(self._sep)
            self._member_id = e[9] if len(e) > 9 else ""
            self._people = None
        elif role == "PR":
            self._payer = self._payer_names[text]
            self._people = None
        elif role in ("85", "87"):
            e = text.split(self._sep)
            npi = e[9] if len(e) > 9 and e[8] == "XX" else ""
            if role == "85":
                self._billing = PROVIDERS[npi, self._billing.taxonomy]
            else:
                self._pay_to = PROVIDERS[npi, ""]
        return self._run()

    def _person_of(self, text: str) -> tuple[Person, bool]:
        e = text.split(self._sep)
        sex: Sex = cast(Sex, e[3]) if e[3] in ("F", "M", "U") else ""
        born = DATES[e[2]]
        return (sex, born), born is None and bool(e[2])

    def _dmg(self, text: str) -> str | None:
        person, unreadable = self._persons[text]
        if unreadable:
            self._state.problem(
                "A birth date (DMG02) is no date and was left out: state it as CCYYMMDD."
            )
        if self._separate:
            self._patient = person
        else:
            self._subscriber = person
        self._people = None
        return self._run()

    def _place(self, text: str) -> tuple[str, str]:
        parts = text.split(self._comp)
        return parts[0], parts[2] if len(parts) > 2 else ""

    def _clm(self, text: str) -> str | None:
        e = text.split(self._sep)
        claim_id = e[1].strip()
        claims = self._claims
        if claims.is_open:
            claims.finish()
        payer, subscriber, patient = self._people or self._make_people()
        draft = ClaimDraft(claim_id, payer)
        draft.submitted_on = self._submitted_on
        draft.subscriber = subscriber
        draft.patient = patient
        draft.billing = self._billing
        draft.pay_to = self._pay_to
        count = len(e)
        if count > 7:
            draft.accepts_assignment = e[7]
            if count > 11:
                self._causes(draft, e[11].split(self._comp))
                if count > 20:
                    draft.delay_reason = e[20]
        charge = AMOUNTS[e[2]] if count > 2 else None
        claims.begin(draft, charge, self._places[e[5]] if count > 5 else ("", ""))
        return claims.run()

    def _causes(self, draft: ClaimDraft, causes: list[str]) -> None:
        draft.related_causes = tuple(cause for cause in causes[:3] if cause)
        if len(causes) > 3:
            draft.accident_state = causes[3]

    def _make_people(self) -> People:
        place, relationship, filing_code = self._order
        payer_id, name = self._payer
        sex, born = person = self._subscriber
        people = self._people = (
            self._payers[payer_id, name, filing_code, place],
            freeze(SubscriberDraft(self._member_id, sex, born), Subscriber),
            self._patients[self._relationship, self._patient]
            if self._separate
            else self._patients[relationship, person],
        )
        return people
