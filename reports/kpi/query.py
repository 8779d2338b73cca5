"""The KPIs as DuckDB counts them over the tables of ``reports.kpi.facts``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.kpi.breakdowns import OF_ALL, Breakdown
from reports.kpi.catalogue import AR_DAYS, BY_NAME, Kpi

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from reports.kpi.period import Period


@dataclass(frozen=True, slots=True)
class Figure:
    """Two sums, and the value that they make; ``None`` where the denominator is 0.

    Dollars are in dollars and cents.
    """

    numerator: float
    denominator: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Piece:
    """The figure of one month or week."""

    since: dt.date
    until: dt.date
    figure: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """The figure of one row of a breakdown; ``keys`` in the order of its columns."""

    keys: tuple[str, ...]
    figure: Figure


class Counter:
    """Counts over facts held in a DuckDB of this process's memory. Close it after use."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        import duckdb

        self._connection: Any = duckdb.connect(":memory:")
        self._tables = {name: self._connection.from_arrow(table) for name, table in tables.items()}

    def close(self) -> None:
        """Give the memory back."""
        self._tables.clear()
        self._connection.close()

    def figure(self, kpi: Kpi, period: Period) -> Figure:
        """The KPI of the whole period."""
        if kpi.source == "sent":
            return self._days_in_ar(kpi, period.until)
        within = self._within(kpi.source, kpi.day, period, kpi.where)
        sums = f"coalesce(sum({kpi.top}), 0), coalesce(sum({kpi.base}), 0)"
        (found,) = within.aggregate(sums).fetchall()
        return _figure(kpi, *found)

    def trend(self, kpi: Kpi, period: Period) -> list[Piece]:
        """The KPI of each month or week of the period, without gaps."""
        pieces = period.pieces()
        if kpi.source == "sent":
            return [Piece(*piece, self._days_in_ar(kpi, piece[1])) for piece in pieces]
        within = self._within(kpi.source, kpi.day, period, kpi.where)
        start = f"date_trunc('{period.by}', {kpi.day})::DATE"
        sums = f"{start} AS piece, sum({kpi.top}), sum({kpi.base})"
        found = {row[0]: row[1:] for row in within.aggregate(sums, "piece").fetchall()}
        return [
            Piece(since, until, _figure(kpi, *found.get(period.start(since), (0, 0))))
            for since, until in pieces
        ]

    def breakdown(self, wanted: Breakdown, period: Period) -> list[Row]:
        """The rows of a table over the whole period."""
        kpi = BY_NAME[wanted.kpi]
        within = self._within(wanted.source, kpi.day, period, kpi.where)
        if wanted.name == "denials_by_root_cause":
            within = within.filter("root_cause <> ''")
        keys = ", ".join(wanted.keys)
        order = keys if wanted.in_order else f"top DESC, base DESC, {keys}"
        sums = f"{keys}, sum({wanted.top}) AS top, sum({wanted.base}) AS base"
        rows = within.aggregate(sums, keys).order(order).fetchall()
        width = len(wanted.keys)
        total = sum(row[width] for row in rows)
        of_first: dict[str, int] = {}
        for row in rows:
            of_first[row[0]] = of_first.get(row[0], 0) + row[width]
        found = []
        for row in rows:
            base = row[width + 1]
            if wanted.share_of:
                base = of_first[row[0]]
            elif wanted.name in OF_ALL:
                base = total
            figure = _share(row[width], base, money=wanted.money)
            found.append(Row(tuple(str(key) for key in row[:width]), figure))
        if wanted.share_of:
            # The payers with most denials first, and within each its most frequent reasons.
            found.sort(key=lambda row: (-row.figure.denominator, row.keys[0]))
        return found

    def payer_names(self) -> dict[str, str]:
        """The name that most claims give each payer."""
        named = self._tables["claim"].filter("payer_name <> ''")
        found = named.aggregate("payer, payer_name, count(*) AS n", "payer, payer_name")
        names: dict[str, str] = {}
        for payer, name, _ in found.order("n DESC, payer_name").fetchall():
            names.setdefault(payer, name)
        return names

    def span(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day on which an answer became known; ``None`` without any."""
        (found,) = self._tables["remittance"].aggregate("min(known_on), max(known_on)").fetchall()
        return None if found[0] is None else (found[0], found[1])

    def _within(self, source: str, day: str, period: Period, where: str) -> Any:
        between = f"{day} BETWEEN DATE '{period.since}' AND DATE '{period.until}'"
        return self._tables[source].filter(f"({between}) AND ({where})")

    def _days_in_ar(self, kpi: Kpi, until: dt.date) -> Figure:
        sending = self._tables["sent"]
        ((begin,),) = sending.aggregate("min(submitted_on)").fetchall()
        first = max(until - dt.timedelta(days=AR_DAYS - 1), begin or dt.date.min)
        over = max((until - first).days + 1, 1)
        sent = f"submitted_on <= DATE '{until}'"
        still = f"{sent} AND coalesce(known_on > DATE '{until}', TRUE)"
        lately = f"{sent} AND submitted_on >= DATE '{first}'"
        sums = (
            f"coalesce(sum({kpi.top}) FILTER ({still}), 0), "
            f"coalesce(sum({kpi.base}) FILTER ({lately}), 0)"
        )
        ((open_charge, charge),) = sending.aggregate(sums).fetchall()
        return _share(open_charge, charge / over, money=True)


def _figure(kpi: Kpi, top: int, base: int) -> Figure:
    if kpi.unit == "dollars":
        return Figure(top / 100, float(base), top / 100 if base else None)
    return _share(top, base, money=kpi.money)


def _share(top: float, base: float, *, money: bool) -> Figure:
    scale = 100 if money else 1
    return Figure(top / scale, base / scale, top / base if base else None)
