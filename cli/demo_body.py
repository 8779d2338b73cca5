"""A claim in the JSON form that ``POST /score`` takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.types import Claim


def body(claim: Claim, as_of: dt.date) -> dict[str, object]:
    """Give what ``claim`` states, as plain JSON values, and the day to judge it.

    >>> from claims.types import Claim, Payer
    >>> body(Claim(claim_id="A", payer=Payer(payer_id="1")), dt.date(2026, 3, 2))["payer"]
    {'payer_id': '1'}
    """
    plain = _plain(claim)
    assert isinstance(plain, dict)  # noqa: S101 -- a claim is a dataclass
    return {**plain, "as_of": as_of.isoformat()}


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        parts = [(field, getattr(value, field.name)) for field in fields(value)]
        return {field.name: _plain(part) for field, part in parts if part != field.default}
    return value
