"""``payers.toml`` in, profiles out; what cannot be used is refused in one sentence.

The form (``docs/edits.md`` tells it at length)::

    form = 1

    [[profile]]
    name = "Medicare"
    filing_codes = ["MA", "MB"]     # or payer_ids = ["60054"], or default = true
    filing_months = 12              # or filing_days = 365
    appeal_days = 120

    [[profile.authorization]]       # also: referral, modifier, referring
    procedures = ["70551-70553", "J1745", "E*"]
    from = 2025-01-01
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from claims.errors import UserError
from claims.profiles.ranges import Codes
from claims.profiles.types import LISTS, Profile, Profiles, Requirement
from claims.profiles.values import day_of, days_of, no_others, text_of, texts_of

if TYPE_CHECKING:
    from pathlib import Path

    from claims.profiles.types import CountedFrom, Weight

FORM: Final = 1
_WHOM: Final = ("payer_ids", "filing_codes", "default")
_NUMBERS: Final = ("filing_days", "filing_months", "corrected_days", "appeal_days")
_KNOWN: Final = frozenset({"name", "source", "corrected_from", *_WHOM, *_NUMBERS, *LISTS})
_REQUIREMENT: Final = frozenset({"procedures", "from", "to", "modifiers", "severity", "source"})
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
_DEFAULT_SEVERITY: Final[dict[str, Weight]] = {
    "authorization": "error", "referral": "error", "modifier": "warning", "referring": "warning",
}  # fmt: skip


def load_profiles(path: Path | None = None) -> Profiles:
    """The profiles of ``path`` (``PRECLEAR_PAYERS``), or the starter set of public facts.

    Raises ``UserError`` saying what is wrong, where, and how to mend it.
    """
    if path is None:
        return starter()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(
            f"the payers' file {path} cannot be read ({why}): correct PRECLEAR_PAYERS or unset it"
        ) from None
    return parse_profiles(text, str(path))


@cache
def starter() -> Profiles:
    """The starter set that comes with Preclear (``payers.toml`` beside this module)."""
    text = resources.files("claims.profiles").joinpath("payers.toml").read_text("utf-8")
    return parse_profiles(text, "the starter payers.toml")


def parse_profiles(text: str, name: str) -> Profiles:
    """Profiles out of TOML ``text``; ``name`` is what errors call it. Raises ``UserError``."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name} is not TOML ({error}): mend it there") from None
    unknown = set(document) - {"form", "profile"}
    if unknown:
        raise UserError(f"{name} has {sorted(unknown)[0]!r} at its top: only form and [[profile]]")
    if document.get("form") != FORM:
        raise UserError(f"{name} does not say form = {FORM}, the form that is read: add that line")
    stated = document.get("profile", [])
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        raise UserError(f"{name}: write each payer as [[profile]], with two brackets")
    by: dict[str, dict[str, Profile]] = {"payer_ids": {}, "filing_codes": {}, "default": {}}
    for place, one in enumerate(stated, 1):
        where = f"profile {place} of {name}"
        profile = _profile(one, where)
        for kind, whom in _whom(one, where):
            if whom in by[kind]:
                raise UserError(f"{where} names {whom!r}, which an earlier profile has: leave one")
            by[kind][whom] = profile
    default = by["default"].get("default", Profile())
    return Profiles(digest_of(document), by["payer_ids"], by["filing_codes"], default)


def digest_of(document: object) -> str:
    """SHA-256 of the content: comments, order of keys and spaces do not count."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), default=_day_text)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _day_text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _profile(stated: dict[str, Any], where: str) -> Profile:
    no_others(stated, _KNOWN, where)
    numbers = {name: days_of(stated, name, where) for name in _NUMBERS}
    months = numbers["filing_months"]
    if months is not None:
        if numbers["filing_days"] is not None:
            raise UserError(f"{where} has filing_days and filing_months: leave one of them")
        numbers["filing_days"] = months * 365 // 12
    counted: CountedFrom = stated.get("corrected_from", "decision")
    if counted not in ("service", "decision"):
        raise UserError(f"{where}: corrected_from has to be 'service' or 'decision'")
    lists = {name: _list(stated.get(name, []), name, f"{name} of {where}") for name in LISTS}
    return Profile(
        name=text_of(stated, "name", where),
        filing_days=numbers["filing_days"],
        filing_months=months,
        corrected_days=numbers["corrected_days"],
        corrected_from=counted,
        appeal_days=numbers["appeal_days"],
        authorization=lists["authorization"],
        referral=lists["referral"],
        modifier=lists["modifier"],
        referring=lists["referring"],
    )


def _whom(stated: dict[str, Any], where: str) -> list[tuple[str, str]]:
    found = [
        (kind, whom)
        for kind in ("payer_ids", "filing_codes")
        for whom in texts_of(stated.get(kind, []), f"{kind} of {where}")
    ]
    if stated.get("default", False) is True:
        found.append(("default", "default"))
    if not found:
        raise UserError(
            f"{where} says no payer: give it payer_ids, filing_codes (SBR09) or default = true"
        )
    return found


def _list(stated: object, kind: str, where: str) -> tuple[Requirement, ...]:
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        raise UserError(f"{where}: write it as [[profile.{kind}]], with two brackets")
    return tuple(_requirement(one, kind, where) for one in stated)


def _requirement(stated: dict[str, Any], kind: str, where: str) -> Requirement:
    no_others(stated, _REQUIREMENT, where)
    written = texts_of(stated.get("procedures", []), f"procedures in {where}")
    if not written:
        raise UserError(f"{where} lists no procedures: add procedures = [...]")
    try:
        procedures = Codes.parse(written)
    except ValueError as error:
        raise UserError(
            f"{where} has the procedure {str(error)!r}: write a code of five characters, a range "
            "such as 70551-70553, or a beginning such as E*"
        ) from None
    severity: Weight = stated.get("severity", _DEFAULT_SEVERITY[kind])
    if severity not in ("error", "warning"):
        raise UserError(f"{where}: severity has to be 'error' or 'warning'")
    since, until = day_of(stated, "from", where), day_of(stated, "to", where)
    if since is not None and until is not None and until < since:
        raise UserError(f"{where} ends (to) before it begins (from): exchange the two days")
    return Requirement(
        procedures=procedures,
        since=since,
        until=until,
        modifiers=_modifiers(stated, kind, where),
        severity=severity,
        source=text_of(stated, "source", where),
    )


def _modifiers(stated: dict[str, Any], kind: str, where: str) -> frozenset[str]:
    found = texts_of(stated.get("modifiers", []), f"modifiers in {where}")
    if bool(found) != (kind == "modifier"):
        raise UserError(f"{where}: modifiers belong in [[profile.modifier]], and are needed there")
    for one in found:
        if not _MODIFIER.fullmatch(one):
            raise UserError(f"{where} has the modifier {one!r}: a modifier has two characters")
    return frozenset(found)
