"""The catalogue of claim adjustment reason codes (CARC): what each means, and what follows.

``carc.csv`` beside this module holds our own words and our own judgement of each code (class,
category, whether it can be mended, who works it, the usual next step). The official texts belong
to X12 and are not here; ``load_catalogue`` takes a user's copy of them from a CSV.

>>> catalogue = load_catalogue()
>>> catalogue.facts("197").category, catalogue.facts("45").carc_class
('authorization', 'contractual')
>>> catalogue.facts("no such code").category
'other'
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

from claims.categories import FACTS, CarcClass, Category, Owner
from claims.official import OfficialCode, read_official

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FollowUp = Literal[
    "correct_and_resubmit",
    "appeal",
    "bill_other_payer",
    "bill_patient",
    "write_off",
    "post",
    "wait",
]


@dataclass(frozen=True, slots=True)
class CarcFacts:
    """One code. ``category``, ``mendable`` and ``kind`` are ``""`` when it is not a denial.

    ``action`` is the usual step after the remittance. ``official`` is the text of the user's own
    list and ``retired`` what that list says; both are empty without such a list.
    """

    code: str
    meaning: str
    carc_class: CarcClass
    category: Category | Literal[""]
    mendable: Literal["soft", "hard", ""]
    kind: Literal["administrative", "clinical", "technical", ""]
    owner: Owner
    action: FollowUp
    note: str = ""
    official: str = ""
    retired: bool = False


def unknown(code: str) -> CarcFacts:
    """What holds of a code that nobody listed: it denies, in category ``other`` (design.md 5)."""
    facts = FACTS["other"]
    return CarcFacts(
        code=code,
        meaning="A reason that the catalogue does not know",
        carc_class="denial",
        category="other",
        mendable=facts.mendable,
        kind=facts.kind,
        owner=facts.owner,
        action="appeal",
    )


class Catalogue:
    """All codes, by code; equal for every process that loads the same files."""

    def __init__(self, codes: Mapping[str, CarcFacts]) -> None:
        self._codes = dict(codes)

    def facts(self, code: str) -> CarcFacts:
        """The facts of a code as a payer wrote it; an unlisted one gets those of ``unknown``."""
        found = self._codes.get(code)
        if found is None:
            plain = normal(code)
            found = self._codes.get(plain) or unknown(plain)
        return found

    def __iter__(self) -> Iterator[CarcFacts]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return code in self._codes


def normal(code: str) -> str:
    """A code as the list writes it: ``" 045"`` is ``"45"``, ``"b7"`` is ``"B7"``."""
    return code.strip().upper().lstrip("0")


@cache
def _own() -> dict[str, CarcFacts]:
    text = resources.files("claims").joinpath("carc.csv").read_text("utf-8")
    return {row["code"]: _facts(row) for row in csv.DictReader(text.splitlines())}


def _facts(row: Mapping[str, str]) -> CarcFacts:
    return CarcFacts(
        code=row["code"],
        meaning=row["meaning"],
        carc_class=cast("CarcClass", row["class"]),
        category=cast("Category", row["category"]),
        mendable=cast("Literal['soft', 'hard', '']", row["mendable"]),
        kind=cast("Literal['administrative', 'clinical', 'technical', '']", row["kind"]),
        owner=cast("Owner", row["owner"]),
        action=cast("FollowUp", row["action"]),
        note=row["note"],
    )


def load_catalogue(official: Path | None = None) -> Catalogue:
    """Our catalogue, with the texts of the user's ``official`` CSV laid over it when given.

    That file (its form: ``claims.official``) gives texts and retires codes; it changes a class or
    a category only where it has a column for them. Raises ``UserError`` when it cannot be used.
    """
    codes = dict(_own())
    if official is not None:
        for entry in read_official(official):
            code = normal(entry.code)
            codes[code] = _overlay(codes.get(code) or unknown(code), entry)
    return Catalogue(codes)


def _overlay(ours: CarcFacts, entry: OfficialCode) -> CarcFacts:
    """Our facts under the official text; a new class or category brings its own facts along."""
    ours = replace(ours, official=entry.text, retired=entry.retired)
    carc_class = entry.carc_class or ours.carc_class
    if carc_class != "denial":
        return replace(ours, carc_class=carc_class, category="", mendable="", kind="")
    category = entry.category or ours.category or "other"
    if category == ours.category:
        return ours
    facts = FACTS[category]
    return replace(
        ours,
        carc_class="denial",
        category=category,
        mendable=facts.mendable,
        kind=facts.kind,
        owner=facts.owner,
    )
