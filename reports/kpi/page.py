"""The KPIs as a page: each with its figure, its definition, what it is of, its trend as a drawing
and as a table. One file, no script, light and dark, and in print.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.kpi import shown
from reports.kpi.plot import HEIGHT, WIDTH, Plot, plot
from reports.page import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.kpi.catalogue import Kpi
    from reports.kpi.query import Row
    from reports.kpi.report import KpiReport, Table

_FIRST: Final = (
    "denial_rate",
    "denial_rate_dollars",
    "clean_claim_rate",
    "first_pass_resolution_rate",
    "denial_recovery_rate",
    "days_in_ar",
)
_ROWS: Final = 15
_OF_EACH: Final = 3
_HEADS: Final = {
    "payer": "Payer",
    "payer_name": "Name",
    "category": "Category",
    "carc": "CARC",
    "provider": "Provider (NPI)",
    "location": "Location (NPI)",
    "specialty": "Specialty (taxonomy)",
    "procedure": "Procedure",
    "filing_lag": "Filing lag",
    "state": "State",
    "root_cause": "Root cause",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A KPI as the page shows it; ``points``: period, numerator, denominator, value."""

    kpi: Kpi
    value: str
    numerator: str
    denominator: str
    plot: Plot | None
    points: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A breakdown as the page shows it: heads and rows of text; ``words`` of them are no numbers.

    ``more`` counts the rows that are left out.
    """

    name: str
    title: str
    definition: str
    heads: tuple[str, ...]
    words: int
    rows: tuple[tuple[str, ...], ...]
    more: int


def shown_kpis(report: KpiReport) -> list[Shown]:
    """Each KPI with its texts and its drawing, for this page and for those of the service."""
    found = []
    for one in report.measured:
        top, base = shown.parts(one.kpi, one.figure)
        points = tuple(
            (
                f"{piece.since} to {piece.until}",
                *shown.parts(one.kpi, piece.figure),
                shown.value(piece.figure.value, one.kpi.unit),
            )
            for piece in one.trend
        )
        value = shown.value(one.figure.value, one.kpi.unit)
        found.append(Shown(one.kpi, value, top, base, plot(one.trend, one.kpi.unit), points))
    return found


def shown_tables(report: KpiReport, most: int = _ROWS) -> list[ShownTable]:
    """Each breakdown that has rows, cut to the first ``most``."""
    return [_table(table, report.payer_names, most) for table in report.tables if table.rows]


def _table(table: Table, names: dict[str, str], most: int) -> ShownTable:
    one = table.breakdown
    heads = [_HEADS[key] for key in one.keys]
    by_payer = one.keys[0] == "payer"
    if by_payer:
        heads.insert(1, _HEADS["payer_name"])
    rows = []
    chosen = _first_of_each(table.rows) if one.share_of else table.rows
    for row in chosen[:most]:
        words = [_words(key) for key in row.keys]
        if by_payer:
            words.insert(1, names.get(row.keys[0], ""))
        figure = row.figure
        rows.append(
            (
                *words,
                shown.amount(figure.numerator, one.money),
                shown.amount(figure.denominator, one.money),
                shown.value(figure.value, "share"),
            )
        )
    return ShownTable(
        name=one.name,
        title=one.title,
        definition=one.definition,
        heads=(*heads, "Denied", "Of", "Share"),
        words=len(heads),
        rows=tuple(rows),
        more=len(table.rows) - len(rows),
    )


def _words(key: str) -> str:
    """A key as a person reads it; what was padded to be sorted is not.

    >>> _words("benefit_limit"), _words("008-014 days"), _words("over 365 days")
    ('benefit limit', '8 to 14 days', 'over 365 days')
    """
    low, dash, high = key.removesuffix(" days").partition("-")
    if dash and key.endswith(" days"):
        return f"{int(low)} to {int(high)} days"
    return key.replace("_", " ")


def _first_of_each(rows: Sequence[Row]) -> list[Row]:
    """The first ``_OF_EACH`` rows of each first key, such as each payer's top reasons."""
    seen: Counter[str] = Counter()
    found = []
    for row in rows:
        seen[row.keys[0]] += 1
        if seen[row.keys[0]] <= _OF_EACH:
            found.append(row)
    return found


def kpi_page(report: KpiReport) -> str:
    """The page (HTML 5)."""
    kpis = shown_kpis(report)
    by_name = {one.kpi.name: one for one in kpis}
    return template("kpi.html.j2").render(
        title=f"KPIs from {report.period.since} to {report.period.until}",
        report=report,
        first=[by_name[name] for name in _FIRST],
        kpis=kpis,
        tables=shown_tables(report),
        width=WIDTH,
        height=HEIGHT,
    )
