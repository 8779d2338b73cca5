"""Any claim and any payment that the guides can carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from claims.types import (
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    LineAdjudication,
    OtherPayer,
    Patient,
    Payer,
    Payment,
    Provider,
    ProviderAdjustment,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Subscriber,
)
from claims.x12 import Envelope

ENVELOPE = Envelope(
    sender="SENDER", receiver="RECEIVER", created=dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
)

Draw = Callable[[st.SearchStrategy[Any]], Any]

_POSITIONS = list("PSTUABCDEFGH")
_RELATIONSHIPS = ["01", "19", "20", "21", "39", "40", "53", "G8"]
_FILINGS = ["12", "16", "BL", "CI", "HM", "MA", "MB", "MC", "ZZ"]
_CARCS = ["1", "2", "3", "16", "22", "29", "45", "97", "197", "204", "A1", "B7"]
_REMARKS = ["N130", "M15", "MA01", "N20", "M51", "N290"]

ids = st.from_regex(r"[A-Z0-9][A-Z0-9]{1,18}", fullmatch=True)
npis = st.from_regex(r"1[0-9]{9}", fullmatch=True)
taxonomies = st.from_regex(r"2[0-9]{2}[A-Z][0-9]{5}X", fullmatch=True)
names = st.sampled_from(["FIRST HEALTH", "BLUE & CO", "PLAN 7", "STATE MEDICAID"])
days = st.dates(dt.date(1995, 1, 1), dt.date(2035, 12, 31))
births = st.dates(dt.date(1900, 1, 1), dt.date(2023, 12, 31))
cents = st.integers(0, 9_999_999).map(lambda n: Decimal(n) / 100)
signed = st.integers(-9_999_999, 9_999_999).map(lambda n: Decimal(n) / 100)
units = st.one_of(
    st.integers(1, 999).map(Decimal), st.integers(1, 9999).map(lambda n: Decimal(n) / 1000)
)
codes = st.from_regex(r"[0-9]{5}|[A-V][0-9]{4}", fullmatch=True)
diagnosis_codes = st.from_regex(r"[A-Z][0-9][0-9A-Z]{1,5}", fullmatch=True)
modifiers = st.lists(st.sampled_from(["25", "59", "LT", "RT", "GA", "76"]), max_size=4).map(tuple)
persons = st.builds(Provider, npi=st.one_of(npis, st.just("")))
specialists = st.builds(
    Provider, npi=st.one_of(npis, st.just("")), taxonomy=st.one_of(taxonomies, st.just(""))
)
maybe_text = st.one_of(st.just(""), ids)
attachments = st.lists(
    st.builds(
        Attachment,
        report_type=st.sampled_from(["03", "09", "13", "A3"]),
        transmission=st.sampled_from(["BM", "EL", "FX", "AA"]),
        control_number=maybe_text,
    ),
    max_size=2,
).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def adjustments(groups: list[str]) -> st.SearchStrategy[tuple[Adjustment, ...]]:
    one = st.builds(
        Adjustment,
        group=st.sampled_from(groups),
        carc=st.sampled_from(_CARCS),
        amount=signed,
        quantity=maybe(units),
    )
    return st.lists(one, max_size=5).map(tuple)


earlier_adjustments = adjustments(["CO", "CR", "OA", "PI", "PR"])
paid_adjustments = adjustments(["CO", "OA", "PI", "PR"])


@st.composite
def people(draw: Draw) -> tuple[Subscriber, Patient]:
    member = draw(ids)
    known = draw(st.booleans())
    sex = draw(st.sampled_from("FMU")) if known else ""
    born = draw(births) if known else None
    subscriber = Subscriber(member_id=member, sex=sex, birth_date=born)
    if draw(st.booleans()):
        return subscriber, Patient(relationship="18", sex=sex, birth_date=born)
    return subscriber, Patient(
        relationship=draw(st.sampled_from(_RELATIONSHIPS)),
        sex=draw(st.sampled_from("FMU")),
        birth_date=draw(births),
    )


@st.composite
def earlier_answers(draw: Draw, *, coded: bool) -> LineAdjudication:
    coded = coded or draw(st.booleans())
    return LineAdjudication(
        payer_id=draw(ids),
        paid=draw(cents),
        procedure=draw(codes) if coded else "",
        modifiers=draw(modifiers) if coded else (),
        units=draw(units),
        adjustments=draw(earlier_adjustments),
        adjudicated_on=draw(days),
    )


other_payers = st.lists(
    st.builds(
        OtherPayer,
        payer_id=ids,
        filing_code=st.sampled_from(_FILINGS),
        position=st.sampled_from(_POSITIONS),
        paid=maybe(cents),
        adjustments=earlier_adjustments,
        adjudicated_on=maybe(days),
    ),
    max_size=3,
).map(tuple)


@st.composite
def spans(draw: Draw) -> tuple[dt.date, dt.date | None]:
    first = draw(days)
    length = draw(st.integers(0, 30))
    return first, first + dt.timedelta(days=length) if length else None


@st.composite
def lines(draw: Draw, number: int, *, diagnoses: int, professional: bool) -> ServiceLine:
    first, last = draw(spans())
    coded = professional or draw(st.booleans())
    line = ServiceLine(
        number=number,
        procedure=draw(codes) if coded else "",
        modifiers=draw(modifiers) if coded else (),
        charge=draw(cents),
        units=draw(units),
        unit_basis=draw(st.sampled_from(["UN", "MJ" if professional else "DA"])),
        service_from=first,
        service_to=last,
        notes_present=draw(st.booleans()),
        ndc=draw(st.one_of(st.just(""), st.from_regex(r"[0-9]{11}", fullmatch=True))),
        control_number=draw(maybe_text),
        rendering=draw(maybe(specialists if professional else persons)),
        referring=draw(maybe(persons)),
        attachments=draw(attachments),
        other_adjudications=tuple(draw(st.lists(earlier_answers(coded=professional), max_size=2))),
    )
    if not professional:
        return replace(line, revenue_code=draw(st.from_regex(r"0[0-9]{3}", fullmatch=True)))
    pointer = st.integers(1, diagnoses)
    return replace(
        line,
        diagnosis_pointers=tuple(draw(st.lists(pointer, min_size=1, max_size=4))),
        place_of_service=draw(st.sampled_from(["", "11", "22"])),
        emergency=draw(st.booleans()),
        authorization_number=draw(maybe_text),
        referral_number=draw(maybe_text),
        clia_number=draw(maybe_text),
        ordering=draw(maybe(persons)),
    )


@st.composite
def claims(draw: Draw) -> Claim:
    """A claim of either form, with any field that its guide can carry."""
    professional = draw(st.booleans())
    subscriber, patient = draw(people())
    coded = tuple(draw(st.lists(diagnosis_codes, min_size=1, max_size=12 if professional else 25)))
    count = draw(st.integers(1, 4))
    claim = Claim(
        claim_id=draw(ids),
        payer=Payer(
            payer_id=draw(ids),
            name=draw(names),
            filing_code=draw(st.sampled_from(_FILINGS)),
            position=draw(st.sampled_from(_POSITIONS)),
        ),
        submitted_on=draw(days),
        charge=draw(cents),
        frequency=draw(st.sampled_from("178")),
        original_reference=draw(maybe_text),
        accepts_assignment=draw(st.sampled_from("ABC")),
        subscriber=subscriber,
        patient=patient,
        billing=draw(specialists),
        pay_to=draw(st.sampled_from([None, Provider()])),
        rendering=draw(maybe(specialists if professional else persons)),
        referring=draw(maybe(persons)),
        facility=draw(maybe(persons)),
        authorization=draw(maybe(st.builds(Authorization, number=ids))),
        referral_number=draw(maybe_text),
        delay_reason=draw(st.sampled_from(["", "1", "8", "11"])),
        admitted_on=draw(maybe(days)),
        diagnosis_version=draw(st.sampled_from([9, 10])),
        diagnoses=coded,
        attachments=draw(attachments),
        notes_present=draw(st.booleans()),
        other_payers=draw(other_payers),
        lines=tuple(
            draw(lines(number, diagnoses=len(coded), professional=professional))
            for number in range(1, count + 1)
        ),
    )
    return draw(professional_claims(claim) if professional else institutional_claims(claim))


@st.composite
def professional_claims(draw: Draw, claim: Claim) -> Claim:
    causes = draw(st.lists(st.sampled_from(["AA", "EM", "OA"]), max_size=2).map(tuple))
    return replace(
        claim,
        place_of_service=draw(st.sampled_from(["11", "21", "22", "23", "02"])),
        supervising=draw(maybe(persons)),
        clia_number=draw(maybe_text),
        related_causes=causes,
        accident_state=draw(st.sampled_from(["", "NY", "CA"])) if causes else "",
        accident_on=draw(maybe(days)),
        onset_on=draw(maybe(days)),
        discharged_on=draw(maybe(days)),
        patient_paid=draw(maybe(cents)),
    )


@st.composite
def institutional_claims(draw: Draw, claim: Claim) -> Claim:
    first, last = draw(spans())
    return replace(
        claim,
        form="institutional",
        bill_type=draw(st.sampled_from(["11", "13", "83"])),
        attending=draw(maybe(specialists)),
        operating=draw(maybe(persons)),
        statement_from=first,
        statement_to=last,
        admission_type=draw(st.sampled_from(["", "1", "3"])),
        admission_source=draw(st.sampled_from(["", "1", "7"])),
        patient_status=draw(st.sampled_from(["01", "03", "30"])),
        admitting_diagnosis=draw(st.one_of(st.just(""), diagnosis_codes)),
        drg=draw(st.sampled_from(["", "470", "871"])),
    )


@st.composite
def remittance_lines(draw: Draw) -> RemittanceLine:
    coded = draw(st.booleans())
    first, last = draw(spans())
    revenue = st.from_regex(r"0[0-9]{3}", fullmatch=True)
    return RemittanceLine(
        procedure=draw(codes) if coded else "",
        procedure_qualifier="HC" if coded else "NU",
        modifiers=draw(modifiers) if coded else (),
        charge=draw(signed),
        paid=draw(signed),
        revenue_code=draw(st.one_of(st.just(""), revenue) if coded else revenue),
        units=draw(maybe(units)),
        service_from=first,
        service_to=last,
        control_number=draw(maybe_text),
        adjustments=draw(paid_adjustments),
        remarks=tuple(draw(st.lists(st.sampled_from(_REMARKS), max_size=3))),
    )


remittances = st.builds(
    Remittance,
    claim_id=ids,
    status=st.sampled_from(["1", "2", "3", "4", "19", "22", "23", "25"]),
    charge=signed,
    paid=signed,
    patient_responsibility=cents,
    filing_code=st.sampled_from(["12", "13", "16", "MA", "MB", "MC"]),
    payer_claim_number=ids,
    facility_code=st.sampled_from(["", "11", "22"]),
    frequency=st.sampled_from(["", "1", "7"]),
    drg=st.sampled_from(["", "470"]),
    rendering_npi=st.one_of(st.just(""), npis),
    crossover_payer_id=maybe_text,
    service_from=maybe(days),
    service_to=maybe(days),
    payer_received_on=maybe(days),
    adjustments=paid_adjustments,
    remarks=st.lists(st.sampled_from(_REMARKS), max_size=5).map(tuple),
    lines=st.lists(remittance_lines(), max_size=3).map(tuple),
)


@st.composite
def provider_adjustments(draw: Draw) -> tuple[ProviderAdjustment, ...]:
    """Adjustments of one PLB segment: pyx12 takes a second one for a fault, the guide does not."""
    npi, ends = draw(npis), draw(days)
    one = st.builds(
        ProviderAdjustment,
        npi=st.just(npi),
        fiscal_period_end=st.just(ends),
        reason=st.sampled_from(["WO", "CS", "L6", "72", "FB"]),
        amount=signed,
    )
    return tuple(draw(st.lists(one, max_size=6)))


@st.composite
def payments(draw: Draw) -> tuple[Payment, list[Remittance]]:
    """A payment with remittances that state what the payment does."""
    payment = Payment(
        payer_id=draw(ids),
        payer_name=draw(names),
        payee_npi=draw(st.one_of(st.just(""), npis)),
        amount=draw(signed),
        method=draw(st.sampled_from(["ACH", "CHK", "FWT", "BOP", "NON"])),
        payment_date=draw(days),
        trace=draw(ids),
        provider_adjustments=draw(provider_adjustments()),
    )
    produced = draw(maybe(days))
    shared = [
        replace(
            remittance,
            payer_id=payment.payer_id,
            payer_name=payment.payer_name,
            payee_npi=payment.payee_npi,
            payment_date=payment.payment_date,
            trace=payment.trace,
            produced_on=produced,
            file_date=ENVELOPE.created.date(),
        )
        for remittance in draw(st.lists(remittances, min_size=1, max_size=4))
    ]
    return payment, shared
