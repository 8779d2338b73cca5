"""Counting the KPIs of a period over the running tables, with the alerts of its last day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.pages.kpis.advice import score_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.dataset import Dataset
    from claims.profiles import Profiles
    from models.denial import DenialModel
    from reports.denials.entered import Entered
    from reports.kpi.report import KpiReport
    from service.audit.repository import AuditRepository
    from service.outcomes.performance import Performance
    from service.pages.kpis.asked import Asked


@dataclass(frozen=True, slots=True)
class Counting:
    """What the figures rest on beside the tables; ``rework``: dollars that a denial costs."""

    asked: Asked
    entered: Sequence[Entered]
    repository: AuditRepository
    performance: Performance
    profiles: Profiles
    model: DenialModel
    rework: float

    def count(self, dataset: Dataset) -> KpiReport:
        """The report. Raises ``PeriodError``, ``UserError``."""
        from reports.alerts.report import alerts  # DuckDB and the rest only where they are asked
        from reports.kpi.report import kpis

        asked = self.asked
        report = kpis(
            dataset,
            asked.first,
            asked.last,
            asked.by,
            rework=self.rework,
            entered=self.entered,
            scores=score_rows(self.repository),
        )
        found = alerts(
            dataset,
            report.period.until,
            self.profiles,
            habits=self.model.habits,
            entered=self.entered,
            standing={
                name: figures.document() for name, figures in self.performance.now().payers.items()
            },
            promised=promised(self.model),
        )
        return replace(report, alerts=found)


def promised(model: DenialModel) -> float | None:
    """The highest precision that the model's own threshold was shown to keep, if any."""
    if model.promise is None:
        return None
    kept = [row.precision for row in model.promise.rows if row.threshold <= model.threshold]
    return max(kept, default=None)
