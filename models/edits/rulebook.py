"""All that rules are data of: payers' profiles and CMS's lists, loaded once a process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.lists.codes import CodeList, read_diagnoses, read_procedures
from claims.lists.mue import UnitLimits, read_limits
from claims.lists.ncci import Pairs, read_pairs
from claims.profiles import Profiles, load_profiles, starter

if TYPE_CHECKING:
    from claims.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Profiles, and each of CMS's lists that the practice loaded (``None``: nothing is asked)."""

    profiles: Profiles
    diagnoses: CodeList | None = None
    procedures: CodeList | None = None
    pairs: Pairs | None = None
    units: UnitLimits | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all parts; equal for equal content."""
        parts = (self.profiles, self.diagnoses, self.procedures, self.pairs, self.units)
        names = ("profiles", "diagnoses", "procedures", "pairs", "units")
        told = "\n".join(
            f"{name} {part.digest}"
            for name, part in zip(names, parts, strict=True)
            if part is not None
        )
        return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


def load_rules(settings: Settings) -> Rulebook:
    """The rules that the settings name. Raises ``UserError`` for a file that cannot be used."""
    return Rulebook(
        load_profiles(settings.payers),
        read_diagnoses(settings.icd10cm) if settings.icd10cm else None,
        read_procedures(settings.hcpcs) if settings.hcpcs else None,
        read_pairs(settings.ncci) if settings.ncci else None,
        read_limits(settings.mue) if settings.mue else None,
    )


def starter_rules() -> Rulebook:
    """The rules without any setting: the starter profiles and no list."""
    return Rulebook(starter())
