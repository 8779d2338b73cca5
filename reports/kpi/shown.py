"""Figures of the KPIs as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.kpi.catalogue import Kpi, Unit
    from reports.kpi.query import Figure


def value(amount: float | None, unit: Unit) -> str:
    """A value with its unit; a dash where there is none.

    >>> value(0.10829, "share"), value(34009.57, "dollars"), value(25.32, "days")
    ('10.8 %', '$34,010', '25.3 days')
    """
    if amount is None:
        return "–"
    if unit == "share":
        return f"{100 * amount:.1f} %"
    return f"${amount:,.0f}" if unit == "dollars" else f"{amount:.1f} days"


def parts(kpi: Kpi, figure: Figure) -> tuple[str, str]:
    """Numerator and denominator, counts as counts and money as money."""
    dollars_above = kpi.money or kpi.unit == "dollars"
    top, base = amount(figure.numerator, money=dollars_above), amount(figure.denominator, kpi.money)
    return top, f"{base} a day" if kpi.unit == "days" else base


def amount(number: float, money: bool) -> str:
    """A count or an amount.

    >>> amount(1234.0, money=False), amount(1234.5, money=True)
    ('1,234', '$1,234.50')
    """
    return f"${number:,.2f}" if money else f"{number:,.0f}"
