"""The KPIs as one long table: a row for each figure, with its definition beside it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa

from reports.kpi.catalogue import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reports.kpi.query import Figure
    from reports.kpi.report import KpiReport

SCHEMA: Final = pa.schema(
    [
        ("name", pa.string()),
        ("title", pa.string()),
        ("from", pa.date32()),
        ("to", pa.date32()),
        ("key", pa.string()),
        ("key_2", pa.string()),
        ("key_3", pa.string()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("numerator_is", pa.string()),
        ("denominator_is", pa.string()),
        ("counted_by", pa.string()),
        ("definition", pa.string()),
    ]
)
"""``from`` and ``to`` are the whole period or a piece of it; the keys are those of a breakdown."""


def table(report: KpiReport) -> pa.Table:
    """Every figure: of the whole period, of each month or week, of each row of a breakdown."""
    rows: list[dict[str, Any]] = []
    whole = {"from": report.period.since, "to": report.period.until}
    for one in report.measured:
        kpi = one.kpi
        about = {
            "name": kpi.name, "title": kpi.title, "unit": kpi.unit, "definition": kpi.definition,
            "numerator_is": kpi.numerator, "denominator_is": kpi.denominator,
            "counted_by": kpi.date,
        }  # fmt: skip
        rows.append({**about, **whole, **_figure(one.figure)})
        rows += [
            {**about, "from": piece.since, "to": piece.until, **_figure(piece.figure)}
            for piece in one.trend
        ]
    for found in report.tables:
        breakdown = found.breakdown
        about = {
            "name": breakdown.name, "title": breakdown.title, "unit": "share",
            "definition": breakdown.definition, "counted_by": BY_NAME[breakdown.kpi].date,
        }  # fmt: skip
        for row in found.rows:
            keys = dict(zip(("key", "key_2", "key_3"), row.keys, strict=False))
            rows.append({**about, **whole, **keys, **_figure(row.figure)})
    return pa.Table.from_pylist(rows, SCHEMA)


def _figure(figure: Figure) -> dict[str, float | None]:
    return {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
    }


def _csv(report: KpiReport, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.DictWriter(text, SCHEMA.names)
    writer.writeheader()
    for row in table(report).to_pylist():
        writer.writerow({name: _cell(value) for name, value in row.items()})
    text.flush()
    text.detach()


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: a procedure's text is not ours."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _parquet(report: KpiReport, file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table(report), file)


def _json(report: KpiReport, file: BinaryIO) -> None:
    file.write(json.dumps(report.document(), indent=2).encode() + b"\n")


def _html(report: KpiReport, file: BinaryIO) -> None:
    from reports.kpi.page import kpi_page

    file.write(kpi_page(report).encode())


WRITERS: Final[Mapping[str, Callable[[KpiReport, BinaryIO], None]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
    ".html": _html,
}
"""How to write a report to a file, by the ending of its name."""
