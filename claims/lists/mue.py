"""Most units of a service for one patient on one day: CMS's MUE files (``PRECLEAR_MUE``).

The file for practitioners, as CSV or tab-separated text: code, units, adjudication indicator (1
per line, 2 and 3 per day), rationale, below CMS's heading. A day in its name
(``..._Eff_01-01-2025.csv``) limits it to the three months from then; several may be loaded.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from claims.lists.files import digest_lines, effective_of, files_of, quarter_end, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MUE: Final = "PRECLEAR_MUE"
_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_UNITS: Final = re.compile(r"\d{1,7}")
_INDICATOR: Final = re.compile(r"([123])(?!\d)")


@dataclass(frozen=True, slots=True)
class Limit:
    """Most ``units``; ``indicator`` 1: on one line, 2 and 3: on one day."""

    units: Decimal
    indicator: int


@dataclass(frozen=True, slots=True)
class UnitLimits:
    """Limits by code, for each span of days that a file holds for."""

    digest: str
    spans: tuple[tuple[dt.date, dt.date, dict[str, Limit]], ...]

    def of(self, code: str, day: dt.date) -> Limit | None:
        """The limit of ``code`` on ``day``, ``None`` where no file says."""
        for first, last, limits in self.spans:
            if first <= day <= last:
                return limits.get(code)
        return None


def read_limits(place: Path) -> UnitLimits:
    """The limits of all files at ``place``. Raises ``UserError``."""
    spans = []
    for path in files_of(place, MUE):
        limits = dict(_rows(text_of(path, MUE)))
        if not limits:
            raise UserError(
                f"{path} is not one of CMS's MUE files (code, units, adjudication indicator): "
                f"correct {MUE} or unset it"
            )
        start = effective_of(path)
        span = (dt.date.min, dt.date.max) if start is None else (start, quarter_end(start))
        spans.append((*span, limits))
    # The files that name their quarter come first: one without a day is for all other days.
    spans.sort(key=lambda one: (one[0] == dt.date.min, one[0]))
    told = digest_lines(
        f"{first} {last} {code} {limit.units} {limit.indicator}"
        for first, last, limits in spans
        for code, limit in sorted(limits.items())
    )
    return UnitLimits(told, tuple(spans))


def _rows(text: str) -> Iterator[tuple[str, Limit]]:
    lines = text.splitlines()
    delimiter = "\t" if sum("\t" in line for line in lines) * 2 > len(lines) else ","
    for row in csv.reader(lines, delimiter=delimiter):
        cells = [cell.strip() for cell in row[:3]]
        if len(cells) < 3 or not _CODE.fullmatch(cells[0]) or not _UNITS.fullmatch(cells[1]):
            continue
        if (indicator := _INDICATOR.match(cells[2])) is not None:
            yield cells[0], Limit(Decimal(cells[1]), int(indicator[1]))
