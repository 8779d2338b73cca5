"""Which codes are valid on a day, from CMS's lists; silent about days that no list covers.

``PRECLEAR_ICD10CM``: the yearly files ``icd10cm_codes_2025.txt`` or ``icd10cm_order_2025.txt``
(and those of April), each valid for its fiscal year, 1 October to 30 September.

``PRECLEAR_HCPCS``: the quarterly files of HCPCS Level II, either the text of fixed width
(``HCPC2025_JAN_ANWEB.txt``) or the sheet saved as CSV. Its own days say from when to when a code is
valid; a code that is not in it is not valid in the quarter that its name speaks of.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from claims.lists.files import digest_lines, files_of, month_of, quarter_end, text_of, year_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ICD10CM: Final = "PRECLEAR_ICD10CM"
HCPCS: Final = "PRECLEAR_HCPCS"
Span = tuple[dt.date, dt.date]

_DIAGNOSIS: Final = re.compile(r"([A-Z][0-9][0-9A-Z]{1,5})\s+\S")
_ORDERED: Final = re.compile(r"\d{5} ([A-Z][0-9][0-9A-Z]{1,5})\s+([01]) ")
_LEVEL_TWO: Final = re.compile(r"[A-V][0-9]{4}")
# Places of the fixed-width record: code, record kind, day added, day ended (CMS's record layout).
_ADDED, _ENDED = slice(268, 276), slice(284, 292)
_HEADS: Final = {"HCPC": "code", "HCPCS": "code", "ADD DT": "added", "TERM DT": "ended"}


@dataclass(frozen=True, slots=True)
class CodeList:
    """``spans[code]`` are the days on which a code is valid; ``covered`` the days that lists cover.

    ``unlisted``: first letters of codes of which no list says anything.
    """

    digest: str
    spans: dict[str, tuple[Span, ...]]
    covered: tuple[Span, ...]
    unlisted: frozenset[str] = frozenset()

    def valid(self, code: str, day: dt.date) -> bool | None:
        """Whether ``code`` is valid on ``day``; ``None``: no list says."""
        known = self.spans.get(code, ())
        if any(first <= day <= last for first, last in known):
            return True
        if code[:1] in self.unlisted:
            return None
        if any(first <= day <= last for first, last in self.covered):
            return False
        return None


def read_diagnoses(place: Path) -> CodeList:
    """ICD-10-CM from CMS's yearly files. Raises ``UserError``."""
    years: dict[Span, set[str]] = {}
    for path in files_of(place, ICD10CM):
        if "addenda" in path.name.lower():
            continue
        year = year_of(path)
        codes = set(_diagnoses(text_of(path, ICD10CM)))
        if not codes or year is None:
            if place.is_dir() and not codes:
                continue  # a guide or a note beside the lists
            raise UserError(
                f"{path} is not one of CMS's ICD-10-CM lists with its year in its name: keep "
                f"names such as icd10cm_codes_2025.txt, or unset {ICD10CM}"
            )
        april = month_of(path) == 4
        first = dt.date(year, 4, 1) if april else dt.date(year - 1, 10, 1)
        years.setdefault((first, dt.date(year, 9, 30)), set()).update(codes)
    if not years:
        raise UserError(
            f"{place} holds no ICD-10-CM list: put icd10cm_codes_2025.txt or its like there, or "
            f"unset {ICD10CM}"
        )
    spans: dict[str, tuple[Span, ...]] = {}
    lists = _cut(years)
    for span, codes in lists.items():
        for code in codes:
            spans[code] = (*spans.get(code, ()), span)
    return CodeList(_digest(spans), spans, tuple(lists))


def _cut(years: dict[Span, set[str]]) -> dict[Span, set[str]]:
    """End each list on the day before the next begins."""
    spans = sorted(years)
    ends = [after[0] - dt.timedelta(1) for after in spans[1:]]
    return {
        (span[0], min(span[1], end)): years[span]
        for span, end in zip(spans, [*ends, dt.date.max], strict=True)
    }


def _diagnoses(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if (ordered := _ORDERED.match(line)) is not None:
            if ordered[2] == "1":
                yield ordered[1]
        elif (plain := _DIAGNOSIS.match(line)) is not None:
            yield plain[1]


def read_procedures(place: Path) -> CodeList:
    """HCPCS Level II from CMS's quarterly files. Raises ``UserError``."""
    spans: dict[str, tuple[Span, ...]] = {}
    covered: list[Span] = []
    for path in files_of(place, HCPCS):
        text = text_of(path, HCPCS)
        rows = list(_of_sheet(text) if _is_sheet(text) else _of_fixed(text, path))
        if not rows:
            if place.is_dir():
                continue  # a record layout or a note beside the lists
            raise UserError(
                f"{path} is not CMS's HCPCS Level II list: give its text of fixed width or the "
                f"sheet saved as CSV (columns HCPC, ADD DT, TERM DT), or unset {HCPCS}"
            )
        for code, span in rows:
            if span not in spans.get(code, ()):
                spans[code] = (*spans.get(code, ()), span)
        year = year_of(path)
        if year is not None:
            first = dt.date(year, month_of(path) or 1, 1)
            covered.append((first, quarter_end(first)))
    if not spans:
        raise UserError(f"{place} holds no HCPCS Level II list: put CMS's there, or unset {HCPCS}")
    # CDT (D codes) is the ADA's, and not in CMS's file.
    return CodeList(_digest(spans), spans, tuple(sorted(covered)), frozenset("D"))


def _is_sheet(text: str) -> bool:
    head = text[:2000].upper()
    return "TERM DT" in head and "ADD DT" in head


def _of_sheet(text: str) -> Iterator[tuple[str, Span]]:
    places: dict[str, int] = {}
    for row in csv.reader(text.splitlines()):
        if not places:
            heads = [cell.strip().upper() for cell in row]
            found = {ours: heads.index(head) for head, ours in _HEADS.items() if head in heads}
            places = found if len(found) == 3 else {}
            continue
        if len(row) <= max(places.values()):
            continue
        code = row[places["code"]].strip()
        span = _span(row[places["added"]], row[places["ended"]])
        if _LEVEL_TWO.fullmatch(code) and span is not None:
            yield code, span


def _of_fixed(text: str, path: Path) -> Iterator[tuple[str, Span]]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) < _ENDED.stop or not _LEVEL_TWO.fullmatch(line[:5]):
            continue
        if line[10] != "3":
            continue  # 4 goes on with the description of a 3
        span = _span(line[_ADDED], line[_ENDED])
        if span is None:
            raise UserError(
                f"line {number} of {path} has no day where CMS's HCPCS layout has one: save CMS's "
                f"sheet as CSV and name that in {HCPCS}"
            )
        yield line[:5], span


def _span(added: str, ended: str) -> Span | None:
    first = _day(added)
    last = _day(ended) if ended.strip() else dt.date.max
    return None if first is None or last is None else (first, last)


def _day(text: str) -> dt.date | None:
    plain = text.strip().removesuffix(".0")
    for form in ("%Y%m%d", "%m/%d/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(plain, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


def _digest(spans: dict[str, tuple[Span, ...]]) -> str:
    return digest_lines(f"{code} {sorted(days)}" for code, days in sorted(spans.items()))
