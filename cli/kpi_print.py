"""The KPIs as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cli.tables import show
from reports.kpi.page import shown_kpis, shown_tables

if TYPE_CHECKING:
    from reports.kpi.report import KpiReport

_MOST: Final = 5


def print_report(report: KpiReport) -> None:
    """Print each KPI with its numerator, its denominator and its definition; then the tables."""
    kpis = shown_kpis(report)
    show(
        f"KPIs from {report.period.since} to {report.period.until}",
        ("KPI", "Value", "Numerator", "Denominator"),
        [(one.kpi.title, one.value, one.numerator, one.denominator) for one in kpis],
        right=("Value", "Numerator", "Denominator"),
    )
    print("What each one counts, and of what:")
    for one in kpis:
        print(f"  {one.kpi.title}: {one.kpi.numerator}; of {one.kpi.denominator}.")
    print()
    if report.alerts is not None:
        told = [one.text for one in report.alerts.new_rules]
        near = len(report.alerts.limits)
        print(
            f"Alerts as of {report.alerts.as_of}: {len(told)} new rules, {near} claims near a limit"
        )
        print("\n".join(f"  {text}" for text in told) + "\n")
    for table in shown_tables(report, _MOST):
        show(table.title, table.heads, table.rows, right=table.heads[table.words :])
