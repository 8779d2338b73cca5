"""A claim as the JSON that a caller would send."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from claims.types import Claim


def as_json(claim: Claim) -> dict[str, Any]:
    """The flat form: what is at its default is left out."""
    found = _plain(claim)
    assert isinstance(found, dict)
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
