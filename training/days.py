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


def month(day: int) -> str:
    """The month of a day number.

    >>> month(31)
    '1970-02'
    """
    return iso(day)[:7]
