"""Remark codes (RARC): what each says beside the reason code, and what follows from it.

``rarc.csv`` beside this module holds our own words for the remarks that are met most; the official
texts belong to their keepers and are not here. A code that is not listed is named as such.

>>> remark("ma130").bearing
frozenset({'unprocessable'})
>>> remark("X999").meaning
'Remark X999: see your RARC list'
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

BEARINGS: Final = frozenset(
    {
        "unprocessable",  # sent back: a complete new claim, and no right of appeal
        "no_appeal",
        "may_appeal",
        "new_claim",  # to be sent anew, not as a replacement
        "replacement",  # to be sent as a replacement (frequency 7)
        "no_resubmission",
        "documents",  # something on paper is asked for
        "patient_owes",
        "patient_free",  # the patient may not be billed, whatever the group says
        "notice",  # says nothing about why it was denied
    }
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark code in our words. ``bearing`` holds what follows from it (``BEARINGS``)."""

    code: str
    meaning: str
    bearing: frozenset[str] = frozenset()
    known: bool = True

    @property
    def notice(self) -> bool:
        """Whether it explains nothing: it tells of rights, or of where else the claim went."""
        return bool(self.bearing & {"notice", "may_appeal"})


def remark(code: str) -> Remark:
    """The remark of a code as a payer wrote it."""
    plain = code.strip().upper()
    found = _own().get(plain)
    return found or Remark(plain, f"Remark {plain}: see your RARC list", known=False)


def remarks(codes: Iterable[str]) -> tuple[Remark, ...]:
    """The remarks of codes, each once, those that explain the denial before mere notices."""
    found = {one.code: one for one in (remark(code) for code in codes if code.strip())}
    return tuple(sorted(found.values(), key=lambda one: one.notice))


def listed() -> tuple[Remark, ...]:
    """All remarks that have words of ours."""
    return tuple(_own().values())


@cache
def _own() -> dict[str, Remark]:
    text = resources.files("claims.denials").joinpath("rarc.csv").read_text("utf-8")
    return {
        row["code"]: Remark(row["code"], row["meaning"], frozenset(row["bearing"].split()))
        for row in csv.DictReader(text.splitlines())
    }
