"""Ids and names that look real and belong to nobody."""

from __future__ import annotations

from typing import Final

from claims.x12.identities import Identity
from data_synth.payers import PAYERS
from data_synth.practice import Practice

_LAST: Final = [
    "ABBOTT",
    "ALVAREZ",
    "BAKER",
    "BANERJEE",
    "BENNETT",
    "CARTER",
    "CHAN",
    "COLE",
    "DAVIES",
    "DIAZ",
    "ELLIS",
    "EVANS",
    "FISCHER",
    "FLORES",
    "GARCIA",
    "GRANT",
    "HALE",
    "HASSAN",
    "HUGHES",
    "IBARRA",
    "JENSEN",
    "KAUR",
    "KELLER",
    "KIM",
    "LAMBERT",
    "LOPEZ",
    "MASON",
    "MEYER",
    "MORENO",
    "NAKAMURA",
    "NGUYEN",
    "NOLAN",
    "OKAFOR",
    "OLSEN",
    "PARK",
    "PATEL",
    "PRICE",
    "QUINN",
    "RAMOS",
    "REED",
    "ROSSI",
    "SANTOS",
    "SHARMA",
    "SILVA",
    "SMALL",
    "STONE",
    "TORRES",
    "TURNER",
    "UNDERWOOD",
    "VARGAS",
    "VOGEL",
    "WALSH",
    "WEBB",
    "WONG",
    "YATES",
    "YOUNG",
    "ZAMORA",
    "ZIMMER",
]
_FIRST: Final = [
    "ADA",
    "ALAN",
    "ANA",
    "BRUNO",
    "CARLA",
    "CHEN",
    "CLARA",
    "DANIEL",
    "DORA",
    "ELENA",
    "ERIC",
    "FATIMA",
    "FELIX",
    "GINA",
    "HANNAH",
    "HUGO",
    "IRIS",
    "IVAN",
    "JOAN",
    "JONAS",
    "KARIM",
    "KATE",
    "LENA",
    "LEO",
    "LUIS",
    "MARA",
    "MAYA",
    "NADIA",
    "NEIL",
    "NORA",
    "OMAR",
    "OTTO",
    "PAULA",
    "PETER",
    "RAVI",
    "ROSA",
    "SAM",
    "SARA",
    "TARA",
    "THEO",
    "UMA",
    "VERA",
    "WANDA",
    "XENIA",
    "YUSUF",
    "ZOE",
]
_STREETS: Final = (
    "OAK STREET",
    "MILL ROAD",
    "HARBOR AVENUE",
    "SUMMIT LANE",
    "CHAPEL STREET",
    "RIVER ROAD",
)
_TOWNS: Final = (
    ("RIVERTON", "OH", "430010001"),
    ("LAKEVIEW", "PA", "150010001"),
    ("FAIRHAVEN", "IL", "600010001"),
    ("BROOKFIELD", "MI", "480010001"),
)
_LETTERS: Final = "ACDEFGHJKMNPQRTUVWXY"
_PRIME: Final = 999_999_937
_CLAIM_STEP: Final = 387_420_489


def _mixed(number: int, salt: int) -> int:
    """A scrambled, nonzero number: different for different numbers below the prime."""
    return ((number % _PRIME) * _CLAIM_STEP + salt * 104_729_111) % _PRIME + 1


def claim_id(seed: int, number: int) -> str:
    """The patient control number: nine digits that tell nothing of order or kind."""
    return f"{_mixed(number + 1, seed % 7919):09d}"


def payer_claim_number(payer: int, row: int) -> str:
    """The number that the payer gives a claim; it has a form of its own for each payer."""
    return f"{PAYERS[payer].payer_id[:2]}{_mixed(row + 3, payer + 11):09d}{row % 97:02d}"


def member_id(payer: int, number: int) -> str:
    """A member id in the shape that the payer's kind uses (11 characters for Medicare)."""
    value = _mixed(number, 5)
    kind = PAYERS[payer].type
    if kind == "medicare":
        text = ""
        # CMS gives the shape of a Medicare beneficiary identifier position by position.
        for shape in "9A99A99AA99":
            if shape == "9":
                text += str(value % 9 + 1) if not text else str(value % 10)
                value = value // 10 if value > 10 else _mixed(value + number, 17)
            else:
                text += _LETTERS[value % len(_LETTERS)]
                value = value // len(_LETTERS) if value > 20 else _mixed(value + number, 23)
        return text
    if kind == "blues":
        prefix = "".join(_LETTERS[(payer * 7 + place * 5) % len(_LETTERS)] for place in range(3))
        return f"{prefix}{value:09d}"
    if kind in {"medicaid", "managed_medicaid"}:
        return f"{_LETTERS[payer % 20]}{_LETTERS[number % 20]}{value:09d}"
    return f"W{value:09d}{payer % 10}"


def text_value(text: str) -> int:
    """A number from a text, the same in every process (``hash`` is not)."""
    value = 17
    for character in text:
        value = (value * 131 + ord(character)) % _PRIME
    return value


class Names:
    """Identities for the writer: invented from the ids themselves."""

    def __init__(self, practice: Practice) -> None:
        self._organisations = {
            practice.group_npi: "RIVERBEND MEDICAL GROUP",
            practice.hospital_npi: "RIVERBEND COMMUNITY HOSPITAL",
        }
        self._organisations |= {
            number: f"RIVERBEND CLINIC {place + 1}"
            for place, number in enumerate(practice.location_npi)
        }
        self._payers = {row.payer_id: row.name for row in PAYERS}

    def member(self, member_id: str, relationship: str) -> Identity:
        """A person; dependants share the subscriber's family name and house."""
        value = text_value(member_id)
        first = value // 61 + (
            0 if relationship == "18" else 13 + len(relationship) * int(relationship or 0)
        )
        return self._person(value, first)

    def provider(self, npi: str) -> Identity:
        """An organisation of the practice, or a person."""
        value = text_value(npi)
        if npi in self._organisations:
            town, state, code = _TOWNS[value % len(_TOWNS)]
            return Identity(
                name=self._organisations[npi],
                street=f"{value % 900 + 100} {_STREETS[value % len(_STREETS)]}",
                city=town,
                state=state,
                postal_code=code,
                tax_id=f"{value % 89 + 10}{value % 9_999_991:07d}",
            )
        return self._person(value, value // 61)

    def payer(self, payer_id: str) -> Identity:
        """The payer's name as the claims state it."""
        return Identity(name=self._payers.get(payer_id, "PAYER"))

    @staticmethod
    def _person(value: int, first: int) -> Identity:
        town, state, code = _TOWNS[value // 7 % len(_TOWNS)]
        return Identity(
            name=_LAST[value % len(_LAST)],
            first=_FIRST[first % len(_FIRST)],
            street=f"{value % 890 + 10} {_STREETS[value // 3 % len(_STREETS)]}",
            city=town,
            state=state,
            postal_code=code,
        )
