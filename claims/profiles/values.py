"""Values of ``payers.toml``, each checked; all raise ``UserError`` that says where and how."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from claims.errors import UserError

LONGEST: Final = 3650


def no_others(stated: dict[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse a name that the form does not know."""
    for name in stated:
        if name not in known:
            raise UserError(f"{where} has {name!r}: it takes {', '.join(sorted(known))}")


def days_of(stated: dict[str, Any], name: str, where: str) -> int | None:
    """A whole number of days or months, ``None`` where not stated."""
    value = stated.get(name)
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= LONGEST:
        raise UserError(f"{where}: {name} has to be a whole number from 1 to {LONGEST}")
    return value


def day_of(stated: dict[str, Any], name: str, where: str) -> dt.date | None:
    """A date, ``None`` where not stated."""
    value = stated.get(name)
    if value is None:
        return None
    if type(value) is not dt.date:
        raise UserError(f"{where}: write {name} as a date without quotes, such as 2025-01-01")
    return value


def text_of(stated: dict[str, Any], name: str, where: str) -> str:
    """A text, ``""`` where not stated."""
    value = stated.get(name, "")
    if not isinstance(value, str):
        raise UserError(f"{where}: {name} has to be a text")
    return value


def texts_of(value: object, where: str) -> list[str]:
    """A list of texts that are not empty."""
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise UserError(f'{where} has to be a list of texts, such as ["99213"]')
    return value
