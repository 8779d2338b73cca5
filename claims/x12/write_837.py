"""Claims to 837: envelope and hierarchy (loops 1000, 2000A, 2000B, 2000C).

Claims are written in the order given. Neighbours share a transaction, a billing provider's level
and a subscriber's level where all that stands there is the same; so memory stays constant, and
reading gives the claims back in the same order.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from claims.types import Claim, Patient, Payer, Provider, Subscriber
from claims.x12.emit import DAY, Emitter
from claims.x12.identities import Identities, Identity
from claims.x12.write_claim import ClaimWriter

_GUIDES: Final = {"professional": "005010X222A1", "institutional": "005010X223A2"}
_CLAIMS_PER_LEVEL: Final = 100  # loop 2300 repeats at most a hundred times


class Writer837:
    """Writes claims one after another."""

    def __init__(self, emitter: Emitter, identities: Identities) -> None:
        self._emit = emitter
        self._identities = identities
        self._claims = ClaimWriter(emitter, identities)
        self._transaction: tuple[str, dt.date] | None = None
        self._billing: tuple[Provider, Provider | None] | None = None
        self._subscriber: tuple[Subscriber, Payer, Patient] | None = None
        self._levels = 0
        self._billing_level = 0
        self._count = 0
        self._count_in_level = 0

    def write(self, claim: Claim) -> None:
        """Write one claim, opening the levels that it needs."""
        emit = self._emit
        emit.place += 1
        transaction = (claim.form, claim.submitted_on or emit.envelope.created.date())
        if transaction != self._transaction or self._count >= emit.envelope.claims_per_transaction:
            self._open_transaction(*transaction)
            self._transaction = transaction
        billing = (claim.billing, claim.pay_to)
        if billing != self._billing:
            self._open_billing(claim)
            self._billing = billing
        subscriber = (claim.subscriber, claim.payer, claim.patient)
        if subscriber != self._subscriber or self._count_in_level >= _CLAIMS_PER_LEVEL:
            self._open_subscriber(claim)
            self._subscriber = subscriber
        self._claims.write(claim)
        self._count += 1
        self._count_in_level += 1
        emit.commit()

    def finish(self) -> None:
        """Close the transaction that is open."""
        if self._transaction is not None:
            self._emit.close_transaction()
            self._transaction = None

    def _open_transaction(self, form: str, day: dt.date) -> None:
        self.finish()
        emit, envelope = self._emit, self._emit.envelope
        guide = _GUIDES[form]
        emit.open_group("HC", guide)
        control = emit.open_transaction("837", guide)
        emit.seg("BHT", "0019", "00", control, DAY[day], f"{envelope.created:%H%M%S}", "CH")
        emit.seg(
            "NM1",
            "41",
            "2",
            emit.name(envelope.sender_name),
            "",
            "",
            "",
            "",
            "46",
            emit.name(envelope.sender),
        )
        emit.seg("PER", "IC", "BILLING OFFICE", "TE", "5555550100")
        emit.seg(
            "NM1",
            "40",
            "2",
            emit.name(envelope.receiver_name),
            "",
            "",
            "",
            "",
            "46",
            emit.name(envelope.receiver),
        )
        self._billing = self._subscriber = None
        self._levels = self._count = 0

    def _address(self, who: Identity) -> None:
        emit = self._emit
        emit.seg("N3", emit.name(who.street))
        emit.seg("N4", emit.name(who.city), who.state, who.postal_code)

    def _open_billing(self, claim: Claim) -> None:
        emit, billing = self._emit, claim.billing
        who = self._identities.provider(billing.npi)
        self._levels += 1
        self._billing_level = self._levels
        emit.seg("HL", str(self._levels), "", "20", "1")
        if billing.taxonomy:
            emit.seg("PRV", "BI", "PXC", billing.taxonomy)
        person = bool(who.first) and claim.form == "professional"
        emit.seg(
            "NM1",
            "85",
            "1" if person else "2",
            emit.name(who.name),
            emit.name(who.first) if person else "",
            "",
            "",
            "",
            "XX" if billing.npi else "",
            billing.npi,
        )
        self._address(who)
        emit.seg("REF", "EI", who.tax_id)
        if claim.pay_to is not None:
            emit.seg("NM1", "87", "1" if person else "2")
            self._address(self._identities.provider(claim.pay_to.npi))
        self._subscriber = None

    def _open_subscriber(self, claim: Claim) -> None:
        emit, member = self._emit, claim.subscriber.member_id
        own = claim.patient.relationship in ("18", "")
        who = self._identities.member(member, "18")
        self._levels += 1
        self._count_in_level = 0
        emit.seg("HL", str(self._levels), str(self._billing_level), "22", "0" if own else "1")
        emit.seg(
            "SBR",
            claim.payer.position or "P",
            "18" if own else "",
            "",
            "",
            "",
            "",
            "",
            "",
            claim.payer.filing_code,
        )
        emit.seg(
            "NM1",
            "IL",
            "1",
            emit.name(who.name),
            emit.name(who.first),
            "",
            "",
            "",
            "MI",
            emit.need(member, "member id"),
        )
        if own:
            self._address(who)
            self._demographics(claim.patient.birth_date, claim.patient.sex)
        else:
            self._demographics(claim.subscriber.birth_date, claim.subscriber.sex)
        payer = claim.payer
        name = payer.name or self._identities.payer(payer.payer_id).name
        emit.seg(
            "NM1",
            "PR",
            "2",
            emit.name(name),
            "",
            "",
            "",
            "",
            "PI",
            emit.need(payer.payer_id, "payer id"),
        )
        if not own:
            self._open_patient(claim)

    def _open_patient(self, claim: Claim) -> None:
        emit, patient = self._emit, claim.patient
        who = self._identities.member(claim.subscriber.member_id, patient.relationship)
        subscriber_level = str(self._levels)
        self._levels += 1
        emit.seg("HL", str(self._levels), subscriber_level, "23", "0")
        emit.seg("PAT", patient.relationship)
        emit.seg("NM1", "QC", "1", emit.name(who.name), emit.name(who.first))
        self._address(who)
        if patient.birth_date is None:
            emit.need("", "birth date of its patient, whom the subscriber is not")
        self._demographics(patient.birth_date, patient.sex)

    def _demographics(self, born: dt.date | None, sex: str) -> None:
        if born is not None:
            self._emit.seg("DMG", "D8", DAY[born], sex or "U")
