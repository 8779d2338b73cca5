"""Claims, as the practice states them, from the facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

import numpy as np

from claims.types import (
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    LineAdjudication,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Sex,
    Subscriber,
)
from data_synth.chance import I64
from data_synth.codes import diagnoses, procedures
from data_synth.codes.diagnoses import GROUPS
from data_synth.codes.visits import DRGS, SPECIALTIES, SPECIALTY_NAMES, TEMPLATES
from data_synth.config import date_of
from data_synth.facts import (
    AUTO_ACCIDENT,
    EARLIER_ANSWER_WRONG,
    MODIFIERS,
    NO_ACCIDENT,
    WRONG_PLACE,
)
from data_synth.lifecycle import ORIGINAL
from data_synth.members import RELATIONSHIPS, SELF, SPOUSE
from data_synth.money import Money
from data_synth.names import claim_id, member_id, payer_claim_number
from data_synth.payers import PAYERS
from data_synth.world import World
from data_synth.writing.cents import dollars
from data_synth.writing.remits_835 import Answers

day = lru_cache(maxsize=10_000)(date_of)
_UNIT: Final = [Decimal(number) for number in range(200)]
# A place that the services of the catalogue do not go with: a patient's home.
_OTHER_PLACE: Final = "12"
_ROOM: Final = frozenset({120})
# Services at home or at an office of the practice name no other facility.
_NO_FACILITY: Final = frozenset({"10", "11"})


@cache
def _modifiers(bits: int) -> tuple[str, ...]:
    return tuple(name for bit, name in MODIFIERS if bits & bit)


@cache
def _pointers(bits: int) -> tuple[int, ...]:
    return tuple(place + 1 for place in range(4) if bits >> place & 1)


@cache
def _provider(npi: str, taxonomy: str = "") -> Provider:
    return Provider(npi=npi, taxonomy=taxonomy)


@cache
def _payer(place: int, position: str) -> Payer:
    row = PAYERS[place]
    return Payer(
        payer_id=row.payer_id,
        name=row.name,
        filing_code=row.filing_code,
        position="S" if position == "S" else "P",
    )


class ClaimWriter:
    """Makes ``Claim`` values for rows of a world's history."""

    def __init__(self, world: World, answers: Answers) -> None:
        self._world = world
        self._answers = answers
        self._starts = np.searchsorted(
            world.history.facts.lines.claim, np.arange(len(world.history.facts) + 1)
        )

    def claims(self, rows: I64) -> list[Claim]:
        """The claims of the rows, in their order."""
        return [self._claim(int(row)) for row in rows]

    def _claim(self, row: int) -> Claim:
        world, history = self._world, self._world.history
        facts = history.facts.claims
        payer, member = int(facts.payer[row]), int(facts.member[row])
        institutional = bool(facts.form[row])
        lines = self._lines(row, institutional)
        birth, sex = day(int(world.members.birth[member])), _sex(bool(world.members.female[member]))
        relation = int(world.members.relation[member])
        second = bool(facts.secondary[row])
        frequency = int(history.frequency[row])
        claim = Claim(
            claim_id=claim_id(world.config.seed, int(history.identity[row])),
            payer=_payer(payer, "S" if second else "P"),
            submitted_on=day(int(facts.submitted[row])),
            charge=sum((line.charge for line in lines), Decimal(0)),
            frequency=str(frequency),
            original_reference=self._original(row) if frequency != ORIGINAL else "",
            accepts_assignment="A",
            subscriber=_subscriber(payer, int(facts.member_number[row]), relation, birth, sex),
            patient=Patient(relationship=RELATIONSHIPS[relation], sex=sex, birth_date=birth),
            authorization=_authorization(int(facts.auth[row]), int(facts.number[row])),
            referral_number=_referral(member, int(facts.specialty[row]))
            if facts.referral[row]
            else "",
            clia_number=world.practice.clia if facts.clia[row] else "",
            delay_reason="7" if facts.delay_reason[row] else "",
            diagnoses=tuple(diagnoses.CODES[place] for place in facts.diagnoses[row] if place >= 0),
            attachments=_attachments(bool(facts.attachment[row]), int(facts.number[row])),
            other_payers=self._other_payers(row) if second else (),
            lines=lines,
        )
        return self._hospital(claim, row) if institutional else self._office(claim, row)

    def _original(self, row: int) -> str:
        """The payer's number of the claim that this one replaces or voids."""
        history = self._world.history
        return payer_claim_number(int(history.facts.claims.payer[row]), int(history.origin[row]))

    def _office(self, claim: Claim, row: int) -> Claim:
        """What a professional claim states beside."""
        facts, practice = self._world.history.facts.claims, self._world.practice
        taxonomy = (
            SPECIALTIES[SPECIALTY_NAMES[facts.specialty[row]]][0] if facts.taxonomy[row] else ""
        )
        place = TEMPLATES[facts.template[row]].places[facts.place[row]][0]
        referrer, accident = int(facts.referrer[row]), int(facts.accident[row])
        auto = accident == AUTO_ACCIDENT
        away = _provider(practice.location_npi[facts.location[row]])
        return replace(
            claim,
            place_of_service=place,
            billing=_provider(practice.group_npi, taxonomy),
            rendering=_provider(practice.provider_npi[facts.provider[row]], taxonomy),
            referring=_provider(practice.referrers[referrer]) if referrer >= 0 else None,
            facility=None if place in _NO_FACILITY else away,
            related_causes=() if accident == NO_ACCIDENT else ("AA",) if auto else ("EM",),
            accident_state="OH" if auto else "",
            accident_on=day(int(facts.service[row]) - 3) if accident else None,
        )

    def _hospital(self, claim: Claim, row: int) -> Claim:
        """What an institutional claim states beside."""
        facts, practice = self._world.history.facts.claims, self._world.practice
        specialty = SPECIALTY_NAMES[facts.specialty[row]]
        service = day(int(facts.service[row]))
        inpatient = specialty == "inpatient"
        group = GROUPS[diagnoses.GROUP[facts.diagnoses[row][0]]]
        planned = group == "knee" or not inpatient
        return replace(
            claim,
            form="institutional",
            bill_type=TEMPLATES[facts.template[row]].places[facts.place[row]][0],
            billing=_provider(practice.hospital_npi, SPECIALTIES[specialty][0]),
            attending=_provider(practice.provider_npi[facts.provider[row]]),
            statement_from=service,
            statement_to=max(line.service_to or service for line in claim.lines),
            admitted_on=service if inpatient else None,
            admission_type="3" if planned else "1",
            admission_source="1",
            patient_status="01",
            admitting_diagnosis=claim.diagnoses[0] if inpatient else "",
            drg=DRGS.get(group, "") if inpatient else "",
        )

    def _lines(self, row: int, institutional: bool) -> tuple[ServiceLine, ...]:
        facts = self._world.history.facts
        lines = facts.lines
        service = int(facts.claims.service[row])
        answered = (
            bool(facts.claims.secondary[row]) and facts.claims.cob[row] != EARLIER_ANSWER_WRONG
        )
        out = []
        for place in range(int(self._starts[row]), int(self._starts[row + 1])):
            procedure, revenue = int(lines.procedure[place]), int(lines.revenue[place])
            units = int(lines.units[place])
            number = int(lines.slot[place]) + 1
            stay = revenue in _ROOM
            code = procedures.CODES[procedure] if procedure >= 0 else ""
            out.append(
                ServiceLine(
                    number=number,
                    procedure=code,
                    modifiers=_modifiers(int(lines.modifiers[place])),
                    charge=dollars(int(lines.charge[place])),
                    units=_UNIT[units],
                    unit_basis="DA" if stay else "UN",
                    place_of_service=_OTHER_PLACE if lines.mismatch[place] == WRONG_PLACE else "",
                    diagnosis_pointers=()
                    if institutional
                    else _pointers(int(lines.pointers[place])),
                    revenue_code=f"{revenue:04d}" if institutional else "",
                    service_from=day(service),
                    service_to=day(service + units) if stay else None,
                    ndc=_NDC[procedure] if lines.ndc[place] else "",
                    control_number=f"{number}",
                    other_adjudications=self._earlier(row, place, code) if answered else (),
                )
            )
        return tuple(out)

    def _other_payers(self, row: int) -> tuple[OtherPayer, ...]:
        """The payer before, with what it paid; without that where its answer was not sent along."""
        history = self._world.history
        facts, origin = history.facts.claims, int(history.origin[row])
        earlier = PAYERS[facts.payer[origin]]
        rows = slice(int(self._starts[origin]), int(self._starts[origin + 1]))
        paid = dollars(int(self._answers.money.paid[rows].sum()))
        return (
            OtherPayer(
                payer_id=earlier.payer_id,
                filing_code=earlier.filing_code,
                position="P",
                paid=None if facts.cob[row] == EARLIER_ANSWER_WRONG else paid,
            ),
        )

    def _earlier(self, row: int, place: int, code: str) -> tuple[LineAdjudication, ...]:
        history = self._world.history
        origin = int(history.origin[row])
        there = int(self._starts[origin]) + place - int(self._starts[row])
        money = self._answers.money
        return (
            LineAdjudication(
                payer_id=PAYERS[history.facts.claims.payer[origin]].payer_id,
                paid=dollars(int(money.paid[there])),
                procedure=code,
                modifiers=_modifiers(int(history.facts.lines.modifiers[place])),
                units=_UNIT[int(history.facts.lines.units[place])],
                adjustments=_settled(money, there),
                adjudicated_on=day(int(history.answered[origin])),
            ),
        )


def _settled(money: Money, line: int) -> tuple[Adjustment, ...]:
    parts = (
        ("CO", "45", money.contractual),
        ("CO", "253", money.sequestered),
        ("PR", "1", money.deductible),
        ("PR", "2", money.coinsurance),
        ("PR", "3", money.copay),
    )
    return tuple(
        Adjustment(group=group, carc=carc, amount=dollars(int(column[line])))
        for group, carc, column in parts
        if column[line] > 0
    )


def _sex(female: bool) -> Sex:
    return "F" if female else "M"


def _referral(member: int, specialty: int) -> str:
    return f"R{member % 9000 + 1000}{specialty:02d}"


def _subscriber(payer: int, number: int, relation: int, birth: dt.date, sex: Sex) -> Subscriber:
    """The member, or the policy holder: as old as a spouse, a generation older than a child."""
    if relation == SELF:
        return Subscriber(member_id=member_id(payer, number), sex=sex, birth_date=birth)
    years = 1 if relation == SPOUSE else 29
    held = dt.date(birth.year - years, birth.month, min(birth.day, 28))
    return Subscriber(
        member_id=member_id(payer, number), sex=_sex(number % 2 == 0), birth_date=held
    )


def _authorization(state: int, number: int) -> Authorization | None:
    return Authorization(number=f"A{number * 7919 % 900_000_007 + 10_000:09d}") if state else None


def _attachments(present: bool, number: int) -> tuple[Attachment, ...]:
    if not present:
        return ()
    return (
        Attachment(
            report_type="OZ", transmission="EL", control_number=f"DOC{number * 31 + 11:08d}"
        ),
    )


_NDC: Final = tuple(
    f"{50_000 + place * 37:05d}{place * 13 % 10_000:04d}{place % 90 + 10:02d}"
    for place in range(len(procedures.CODES))
)
