"""Claims, as the practice states them, from the facts."""

from __future__ import annotations

import datetime as dt
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
from data_synth.config import NEVER, date_of
from data_synth.facts import AUTO_ACCIDENT, MODIFIERS, NO_ACCIDENT, WRONG_PLACE
from data_synth.members import RELATIONSHIPS, SELF
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
        practice = world.practice
        payer, member = int(facts.payer[row]), int(facts.member[row])
        specialty = SPECIALTY_NAMES[facts.specialty[row]]
        taxonomy = SPECIALTIES[specialty][0]
        institutional = bool(facts.form[row])
        service = day(int(facts.service[row]))
        lines = self._lines(row, institutional)
        last = max(line.service_to or service for line in lines)
        codes = facts.diagnoses[row]
        found = tuple(diagnoses.CODES[place] for place in codes if place >= 0)
        birth, sex = (
            day(int(world.members.birth[member])),
            "F" if world.members.female[member] else "M",
        )
        relation = int(world.members.relation[member])
        accident = int(facts.accident[row])
        second = bool(facts.secondary[row])
        provider = _provider(practice.provider_npi[facts.provider[row]], taxonomy)
        template = TEMPLATES[facts.template[row]]
        place = template.places[facts.place[row]][0]
        referrer = int(facts.referrer[row])
        frequency = int(history.frequency[row])
        origin = int(history.origin[row])
        number = int(facts.member_number[row])
        hospital = _provider(practice.hospital_npi, taxonomy)
        inpatient = specialty == "inpatient"
        given_taxonomy = taxonomy if facts.taxonomy[row] else ""
        group = GROUPS[diagnoses.GROUP[codes[0]]]
        return Claim(
            claim_id=claim_id(world.config.seed, int(history.identity[row])),
            payer=_payer(payer, "S" if second else "P"),
            form="institutional" if institutional else "professional",
            submitted_on=day(int(facts.submitted[row])),
            charge=sum((line.charge for line in lines), Decimal(0)),
            place_of_service="" if institutional else place,
            bill_type=place if institutional else "",
            frequency=str(frequency),
            original_reference=payer_claim_number(payer, origin) if frequency != 1 else "",
            accepts_assignment="A",
            subscriber=_subscriber(payer, number, relation, birth, sex),
            patient=Patient(relationship=RELATIONSHIPS[relation], sex=_sex(sex), birth_date=birth),
            billing=hospital if institutional else _provider(practice.group_npi, given_taxonomy),
            rendering=None if institutional else _provider(provider.npi, given_taxonomy),
            attending=_provider(provider.npi) if institutional else None,
            referring=_provider(practice.referrers[referrer]) if referrer >= 0 else None,
            facility=None
            if institutional or place in {"10", "11"}
            else _provider(practice.location_npi[facts.location[row]]),
            authorization=_authorization(int(facts.auth[row]), int(facts.number[row])),
            referral_number=f"R{facts.member[row] % 9000 + 1000}{facts.specialty[row]:02d}"
            if facts.referral[row]
            else "",
            clia_number=practice.clia if facts.clia[row] else "",
            delay_reason="7" if facts.delay_reason[row] else "",
            related_causes=()
            if accident == NO_ACCIDENT or institutional
            else ("AA",)
            if accident == AUTO_ACCIDENT
            else ("EM",),
            accident_state="OH" if accident == AUTO_ACCIDENT and not institutional else "",
            accident_on=day(int(facts.service[row]) - 3)
            if accident and not institutional
            else None,
            statement_from=service if institutional else None,
            statement_to=last if institutional else None,
            admitted_on=service if inpatient else None,
            admission_type="1" if inpatient and group != "knee" else "3" if institutional else "",
            admission_source="1" if institutional else "",
            patient_status="01" if institutional else "",
            diagnoses=found,
            admitting_diagnosis=found[0] if inpatient else "",
            drg=DRGS.get(group, "") if inpatient else "",
            attachments=_attachments(bool(facts.attachment[row]), int(facts.number[row])),
            other_payers=self._other_payers(row) if second else (),
            lines=lines,
        )

    def _lines(self, row: int, institutional: bool) -> tuple[ServiceLine, ...]:
        facts = self._world.history.facts
        lines = facts.lines
        service = int(facts.claims.service[row])
        second = bool(facts.claims.secondary[row])
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
                    procedure_qualifier="HC" if code else "",
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
                    other_adjudications=self._earlier(row, place, code) if second else (),
                )
            )
        return tuple(out)

    def _other_payers(self, row: int) -> tuple[OtherPayer, ...]:
        """The payer before, with its answer; without the answer where that was forgotten."""
        history = self._world.history
        origin = int(history.origin[row])
        facts = history.facts.claims
        earlier = PAYERS[facts.payer[origin]]
        money = self._answers.money
        rows = slice(int(self._starts[origin]), int(self._starts[origin + 1]))
        paid = int(money.paid[rows].sum())
        answered = int(history.answered[origin])
        return (
            OtherPayer(
                payer_id=earlier.payer_id,
                filing_code=earlier.filing_code,
                position="P",
                paid=dollars(paid) if answered < NEVER else None,
                adjudicated_on=None,
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


def _sex(text: str) -> Sex:
    return "F" if text == "F" else "M"


def _subscriber(payer: int, number: int, relation: int, birth: dt.date, sex: str) -> Subscriber:
    """The member, or the policy holder: as old as a spouse, a generation older than a child."""
    if relation == SELF:
        return Subscriber(member_id=member_id(payer, number), sex=_sex(sex), birth_date=birth)
    years = 1 if relation == 1 else 29
    held = dt.date(birth.year - years, birth.month, min(birth.day, 28))
    other: Sex = "M" if number % 2 else "F"
    return Subscriber(member_id=member_id(payer, number), sex=other, birth_date=held)


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
