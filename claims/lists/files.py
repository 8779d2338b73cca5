"""The files that a setting names, their texts, and the days that their names speak of."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING, Final

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ENDINGS: Final = (".txt", ".csv", ".tsv")
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)|(?<=[a-z])(20\d\d)(?!\d)", re.IGNORECASE)
_EFFECTIVE: Final = re.compile(r"eff[a-z]*[-_ ]*(\d{1,2})[-_](\d{1,2})[-_](20\d\d)", re.IGNORECASE)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTH: Final = re.compile(rf"(?<![a-z])({'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE)


def files_of(place: Path, setting: str) -> list[Path]:
    """The text files at ``place``, itself or those in it, by name. Raises ``UserError``."""
    if place.is_file():
        found = [place]
    elif place.is_dir():
        found = sorted(path for path in place.iterdir() if path.suffix.lower() in ENDINGS)
    else:
        raise UserError(f"{setting} names {place}, which is not there: correct it or unset it")
    if not found:
        raise UserError(
            f"{place} holds no text file ({', '.join(ENDINGS)}): unpack CMS's archive there, or "
            f"unset {setting}"
        )
    return found


def text_of(path: Path, setting: str) -> str:
    """The text of a file, in UTF-8 or as CMS writes it (Windows). Raises ``UserError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): correct {setting} or unset it"
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def year_of(path: Path) -> int | None:
    """The year in a file's name, the last where there are several."""
    found = [first or second for first, second in _YEAR.findall(path.stem)]
    return int(found[-1]) if found else None


def month_of(path: Path) -> int | None:
    """The month (1 to 12) that a file's name speaks of."""
    found = _MONTH.search(path.stem.replace("_", " "))
    return _MONTHS.index(found[1].lower()[:3]) + 1 if found else None


def effective_of(path: Path) -> dt.date | None:
    """The day in a name such as ``..._Eff_01-01-2025``. A day that cannot be is none."""
    found = _EFFECTIVE.search(path.stem)
    if found is None:
        return None
    try:
        return dt.date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        return None


def quarter_end(start: dt.date) -> dt.date:
    """The last day of the three months that begin on ``start``."""
    year, month = divmod(start.year * 12 + start.month - 1 + 3, 12)
    return dt.date(year, month + 1, 1) - dt.timedelta(1)


def digest_lines(lines: Iterable[str]) -> str:
    """SHA-256 over lines; what they say, not which file they were in."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode())
        total.update(b"\n")
    return f"sha256:{total.hexdigest()}"
