"""Days as whole numbers since 1970-01-01, and back."""

from __future__ import annotations

import datetime as dt

_EPOCH = dt.date(1970, 1, 1).toordinal()


def iso(day: int) -> str:
    """The ISO date of a day number.

    >>> iso(0)
    '1970-01-01'
    """
    return dt.date.fromordinal(_EPOCH + int(day)).isoformat()


def number(date: dt.date) -> int:
    """The day number of a date.

    >>> number(dt.date(1970, 1, 2))
    1
    """
    return date.toordinal() - _EPOCH


def months_after(day: int, months: int) -> int:
    """The first day of the calendar month that comes ``months`` after that of ``day``.

    >>> iso(months_after(number(dt.date(2024, 11, 30)), 2))
    '2025-01-01'
    """
    date = dt.date.fromordinal(_EPOCH + int(day))
    place = date.year * 12 + date.month - 1 + months
    return number(dt.date(place // 12, place % 12 + 1, 1))


def month(day: int) -> str:
    """The month of a day number.

    >>> month(31)
    '1970-02'
    """
    return iso(day)[:7]
