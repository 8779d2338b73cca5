"""Cents to dollars."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache


@lru_cache(maxsize=200_000)
def dollars(cents: int) -> Decimal:
    """Cents as a decimal amount in dollars with two places."""
    return Decimal(cents).scaleb(-2)
