"""Texts to values, remembered: the same dates, amounts and codes come back all the time.

A ``Memo`` is a dict that works out what it lacks. It forgets everything when it has grown too
large and keeps nothing that is long, so that memory stays constant however long or odd the file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Generic, TypeVar

from claims.types import Provider

Key = TypeVar("Key")
Value = TypeVar("Value")

_LIMIT: Final = 1 << 14
_LONGEST_KEY: Final = 256
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,11}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")


class UnreadableError(ValueError):
    """A value that is needed cannot be understood; the text says which and how to mend it."""


class Memo(dict[Key, Value], Generic[Key, Value]):
    """A bounded cache: ``memo[text]`` is ``work_out(text)``, done once."""

    def __init__(self, work_out: Callable[[Key], Value]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: Key) -> Value:
        value = self._work_out(key)
        if len(str(key)) <= _LONGEST_KEY:
            if len(self) >= _LIMIT:
                self.clear()
            self[key] = value
        return value


def _date(text: str) -> dt.date | None:
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) == 6:
        text = ("19" if text >= "70" else "20") + text
    if len(text) not in (8, 12):  # 12: with hours and minutes (format DT)
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _number(text: str, places: int) -> Decimal | None:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    if len(text.partition(".")[2]) > places:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return value


def _amount(text: str) -> Decimal | None:
    return _number(text, 2)


def _quantity(text: str) -> Decimal | None:
    return _number(text, 3)


def _pair(days: str) -> tuple[dt.date | None, dt.date | None]:
    first, _, last = days.partition("-")
    return _date(first), _date(last)


def _provider(key: tuple[str, str]) -> Provider:
    return Provider(npi=key[0], taxonomy=key[1])


DATES: Final[Memo[str, dt.date | None]] = Memo(_date)
"""CCYYMMDD, YYMMDD or CCYYMMDDHHMM to a date; ``None`` when it is none."""

PERIODS: Final[Memo[str, tuple[dt.date | None, dt.date | None]]] = Memo(_pair)
"""``RD8`` periods, CCYYMMDD-CCYYMMDD."""

AMOUNTS: Final[Memo[str, Decimal | None]] = Memo(_amount)
"""Dollars, rounded to cents when more decimals were stated; ``None`` when it is no amount."""

QUANTITIES: Final[Memo[str, Decimal | None]] = Memo(_quantity)
"""Units, rounded to thousandths; ``None`` when it is no number."""

PROVIDERS: Final[Memo[tuple[str, str], Provider]] = Memo(_provider)
"""NPI and taxonomy to a provider."""


def period(form: str, text: str) -> tuple[dt.date | None, dt.date | None]:
    """Give first and last day of a DTP's value; the last is ``None`` for one day.

    ``form`` is DTP02: D8, RD8 or DT. A first day of ``None`` means that it could not be read.
    """
    if form != "RD8" and "-" not in text:
        return DATES[text], None
    first, last = PERIODS[text]
    return first, None if last == first else last
