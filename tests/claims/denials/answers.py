"""Remittances for tests, each said in one line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from claims.types import Adjustment, Remittance, RemittanceLine

SERVED = dt.date(2026, 1, 5)
DECIDED = dt.date(2026, 2, 1)


def line(
    *codes: str, charge: int = 100, procedure: str = "99213", **changes: object
) -> RemittanceLine:
    """A line; each code is "CO-197" or "CO-45:30" (dollars), or a remark such as "M62"."""
    adjustments = tuple(_adjustment(code, charge) for code in codes if "-" in code)
    paid = Decimal(charge) - sum((one.amount for one in adjustments), Decimal(0))
    found = {
        "procedure": procedure, "charge": Decimal(charge), "paid": max(paid, Decimal(0)),
        "service_from": SERVED, "adjustments": adjustments,
        "remarks": tuple(code for code in codes if "-" not in code),
    }  # fmt: skip
    return RemittanceLine(**found | changes)  # type: ignore[arg-type]


def _adjustment(code: str, charge: int) -> Adjustment:
    head, _, amount = code.partition(":")
    group, _, carc = head.partition("-")
    return Adjustment(group=group, carc=carc, amount=Decimal(amount or charge))


def answer(*lines: RemittanceLine, **changes: object) -> Remittance:
    """The answer to claim C1 of payer ALPHA, decided on ``DECIDED``."""
    found: dict[str, object] = {
        "claim_id": "C1", "status": "1", "filing_code": "12",
        "payer_id": "ALPHA", "payer_name": "ALPHA PLAN",
        "payer_claim_number": "P1", "lines": lines, "payment_date": DECIDED, "file_date": DECIDED,
        "charge": sum((one.charge for one in lines), Decimal(0)),
        "paid": sum((one.paid for one in lines), Decimal(0)),
    }  # fmt: skip
    return Remittance(**found | changes)  # type: ignore[arg-type]
