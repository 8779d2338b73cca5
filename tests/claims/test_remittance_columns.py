from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.carc import load_catalogue
from claims.columns import provider_adjustment_columns, remittance_columns
from claims.types import (
    Adjustment,
    Payment,
    ProviderAdjustment,
    Remittance,
    RemittanceLine,
)

if TYPE_CHECKING:
    from claims.keys import Keys

D = dt.date


def test_remittances(keys: Keys) -> None:
    first = Remittance(
        claim_id="C0",
        status="2",
        adjustments=(Adjustment(group="OA", carc="23", amount=Decimal(9)),),
    )
    second = Remittance(
        claim_id=" c1",
        status="019",
        charge=Decimal("130"),
        paid=Decimal("80"),
        patient_responsibility=Decimal("5"),
        filing_code="MB",
        payer_claim_number="ICN",
        frequency="1",
        payer_id="P1",
        payer_name="PAYER",
        file_date=D(2025, 3, 5),
        payment_date=D(2025, 3, 6),
        remarks=("MA01",),
        adjustments=(Adjustment(group="CO", carc="45", amount=Decimal(1)),),
        lines=(
            RemittanceLine(
                procedure="99213",
                modifiers=("25",),
                charge=Decimal(100),
                paid=Decimal(80),
                units=Decimal(2),
                service_from=D(2025, 3, 1),
                control_number="0001",
            ),
            RemittanceLine(
                procedure="0300",
                procedure_qualifier="NU",
                charge=Decimal(30),
                control_number="X-77",
                adjustments=(Adjustment(group="CO", carc="97", amount=Decimal("30.00")),),
                remarks=("N19",),
            ),
        ),
    )
    columns = remittance_columns([first, second], keys, load_catalogue(), first_row=7)
    assert {name: values[1] for name, values in columns.remittances.items()} == {
        "claim_key": keys.claim("C1"),
        "line_count": 2,
        "status": "19",
        "known_on": D(2025, 3, 5),
        "payment_date": D(2025, 3, 6),
        "charge": Decimal(130),
        "paid": Decimal(80),
        "patient_responsibility": Decimal(5),
        "filing_code": "MB",
        "payer_claim_key": keys.payer_claim("ICN"),
        "frequency": "1",
        "payer_id": "P1",
        "payer_name": "PAYER",
        "crossover": True,
        "first_outcome": True,
        "outcome": "partial",
        "category": "bundling",
        "carc": "97",
        "denied_amount": Decimal(30),
        "remarks": ("MA01",),
    }
    assert columns.remittances["crossover"][0] is False
    assert columns.lines == {
        "claim_key": [keys.claim("C1")] * 2,
        "procedure": ["99213", ""],
        "modifiers": [("25",), ()],
        "charge": [Decimal(100), Decimal(30)],
        "paid": [Decimal(80), Decimal(0)],
        "units": [Decimal(2), None],
        "revenue_code": ["", "0300"],
        "service_from": [D(2025, 3, 1), None],
        "line_number": [1, 0],
        "denied": [False, True],
        "category": ["", "bundling"],
        "carc": ["", "97"],
        "remarks": [(), ("N19",)],
    }
    assert columns.adjustments["remittance"] == [7, 8, 8]
    assert columns.adjustments["line"] == [-1, -1, 1]
    assert columns.adjustments["carc"] == ["23", "45", "97"]


def test_provider_adjustments() -> None:
    entry = ProviderAdjustment(
        npi="1", fiscal_period_end=D(2025, 12, 31), reason="WO", amount=Decimal("-5.5")
    )
    payment = Payment(payment_date=D(2025, 3, 6), provider_adjustments=(entry,))
    assert provider_adjustment_columns([Payment(), payment]) == {
        "npi": ["1"],
        "payment_date": [D(2025, 3, 6)],
        "reason": ["WO"],
        "amount": [Decimal("-5.50")],
    }
