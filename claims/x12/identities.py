"""Names and addresses for the writer: our types have none, because they are dropped at reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person or an organisation. ``first`` is ``""`` for an organisation.

    ``tax_id`` has nine digits; ``phone`` ten. ``state`` and ``postal_code`` are a US address.
    """

    name: str
    first: str = ""
    street: str = "1 MAIN STREET"
    city: str = "ANYTOWN"
    state: str = "NY"
    postal_code: str = "100010001"
    tax_id: str = "123456789"
    phone: str = "5555550100"


class Identities(Protocol):
    """Who stands behind the ids of a claim. Any object with these methods will do."""

    def member(self, member_id: str, relationship: str) -> Identity:
        """Name the subscriber (relationship ``18``) or the dependant of a member id: a person."""
        ...

    def provider(self, npi: str) -> Identity:
        """Name the provider of an NPI (``""`` when the claim states none)."""
        ...

    def payer(self, payer_id: str) -> Identity:
        """Name the payer; its ``name`` is used only where the claim states none."""
        ...


class Placeholders:
    """Plain stand-ins for every name."""

    _SUBSCRIBER: Final = Identity(name="PATIENT", first="ONE")
    _DEPENDANT: Final = Identity(name="PATIENT", first="TWO")
    _PROVIDER: Final = Identity(name="PROVIDER")
    _PAYER: Final = Identity(name="PAYER")

    def member(self, member_id: str, relationship: str) -> Identity:
        """Name every subscriber PATIENT ONE, every dependant PATIENT TWO."""
        return self._SUBSCRIBER if relationship == "18" else self._DEPENDANT

    def provider(self, npi: str) -> Identity:
        """Name every provider PROVIDER."""
        return self._PROVIDER

    def payer(self, payer_id: str) -> Identity:
        """Name every payer PAYER."""
        return self._PAYER


PLACEHOLDERS: Final = Placeholders()
