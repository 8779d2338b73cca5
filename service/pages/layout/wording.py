"""How pages write amounts, counts and moments."""

from __future__ import annotations

import datetime as dt

from models.wording import percent


def dollars(amount: str | float) -> str:
    """An amount of dollars.

    >>> dollars("1234.5"), dollars(-3)
    ('$1,234.50', '−$3.00')
    """
    value = float(amount)
    return f"{chr(0x2212) if value < 0 else ''}${abs(value):,.2f}"


def count(number: float) -> str:
    """A count of things.

    >>> count(20000)
    '20,000'
    """
    return f"{number:,.0f}"


def moment(at: dt.datetime | str) -> str:
    """A moment, to the minute, in UTC.

    >>> moment("2026-03-02T10:11:12.345Z")
    '2026-03-02 10:11 UTC'
    """
    when = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return when.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def between(low: float, high: float) -> str:
    """An interval of shares; where both ends are told alike, once.

    >>> between(0.15, 0.812), between(0.001, 0.002)
    ('15 % to 81 %', 'under 1 %')
    """
    ends = dict.fromkeys((percent(low), percent(high)))
    return " to ".join(ends)
