"""The KPIs of a dataset over a period: the one entry point for the command and for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.errors import UserError
from claims.labels import label
from reports.denials.ways import Ways, ways
from reports.kpi.advice import ScoreRow, advice_table
from reports.kpi.breakdowns import BREAKDOWNS, Breakdown
from reports.kpi.catalogue import KPIS, Kpi
from reports.kpi.facts import facts
from reports.kpi.period import By, Period
from reports.kpi.query import Counter, Figure, Piece, Row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from claims.dataset import Dataset
    from claims.labels import Labels
    from reports.alerts.report import Alerts
    from reports.denials.entered import Entered

REWORK: float = 43.84
"""Dollars that working one denied claim costs where no setting says otherwise (docs/value.md)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One KPI with its figure over the whole period and over each piece."""

    kpi: Kpi
    figure: Figure
    trend: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One breakdown with its rows."""

    breakdown: Breakdown
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class KpiReport:
    """All KPIs of a period; ``known_until`` is the last day of which the data know."""

    period: Period
    known_until: dt.date
    measured: tuple[Measured, ...]
    tables: tuple[Table, ...]
    payer_names: dict[str, str]
    alerts: Alerts | None = None
    """Those of the period's last day, where they were asked for (``reports.alerts.report``)."""

    def figure(self, name: str) -> Figure:
        """The figure of one KPI over the whole period. Raises ``KeyError``."""
        return {one.kpi.name: one.figure for one in self.measured}[name]

    def document(self) -> dict[str, object]:
        """As JSON: every figure with its definition, what it counts and of what."""
        shown = {} if self.alerts is None else {"alerts": self.alerts.document()}
        return {
            "from": self.period.since.isoformat(),
            "to": self.period.until.isoformat(),
            "by": self.period.by,
            "known_until": self.known_until.isoformat(),
            "kpis": [_kpi_document(one) for one in self.measured],
            "breakdowns": [_table_document(one, self.payer_names) for one in self.tables],
            **shown,
        }


def kpis(
    dataset: Dataset,
    since: dt.date | None = None,
    until: dt.date | None = None,
    by: By = "month",
    *,
    rework: float = REWORK,
    entered: Sequence[Entered] = (),
    scores: Iterable[ScoreRow] = (),
    labels: Labels | None = None,
    found: Ways | None = None,
) -> KpiReport:
    """The KPIs of ``dataset`` from ``since`` through ``until`` (default: all of its answers).

    ``entered`` is what people entered about denials, ``scores`` what the audit log has of scores.
    ``labels`` and ``found`` (the denials' ways) spare work where they are at hand. Raises
    ``UserError`` where there is no remittance, ``PeriodError`` for a period that is none.
    """
    labels = label(dataset) if labels is None else labels
    found = ways(dataset, labels, entered=entered) if found is None else found
    tables = facts(dataset, labels, found, rework)
    counter = Counter({**tables, "advice": advice_table(scores)})
    try:
        span = counter.span()
        if span is None:
            raise UserError(
                "there is no remittance that decides a claim in these files: name 835 files, or "
                "a folder of tables that holds remittances"
            )
        period = Period(since or span[0], until or span[1], by)
        return KpiReport(
            period=period,
            known_until=span[1],
            measured=tuple(
                Measured(kpi, counter.figure(kpi, period), tuple(counter.trend(kpi, period)))
                for kpi in KPIS
            ),
            tables=tuple(Table(one, tuple(counter.breakdown(one, period))) for one in BREAKDOWNS),
            payer_names=counter.payer_names(),
        )
    finally:
        counter.close()


def _figure_document(figure: Figure) -> dict[str, object]:
    return {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
    }


def _kpi_document(one: Measured) -> dict[str, object]:
    kpi = one.kpi
    return {
        "name": kpi.name,
        "title": kpi.title,
        "unit": kpi.unit,
        "definition": kpi.definition,
        "counts": kpi.numerator,
        "of": kpi.denominator,
        "date": kpi.date,
        "standard": kpi.standard,
        "better": kpi.better,
        **_figure_document(one.figure),
        "trend": [
            {
                "from": piece.since.isoformat(),
                "to": piece.until.isoformat(),
                **_figure_document(piece.figure),
            }
            for piece in one.trend
        ],
    }


def _table_document(one: Table, names: dict[str, str]) -> dict[str, object]:
    keys = one.breakdown.keys
    rows = []
    for row in one.rows:
        said: dict[str, object] = dict(zip(keys, row.keys, strict=True))
        if keys[0] == "payer":
            said["payer_name"] = names.get(row.keys[0], "")
        rows.append(said | _figure_document(row.figure))
    return {
        "name": one.breakdown.name,
        "title": one.breakdown.title,
        "definition": one.breakdown.definition,
        "keys": list(keys),
        "rows": rows,
    }
