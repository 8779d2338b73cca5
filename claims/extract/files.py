"""The files of an extract: Parquet and CSV, a column at a time, texts as they were written."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDINGS: Final = (".parquet", ".csv", ".csv.gz", ".tsv", ".txt")
_HEAD: Final = 1 << 16


def is_table(path: Path) -> bool:
    """Whether a file's name says that it holds a table."""
    return path.name.lower().endswith(ENDINGS) and not path.name.startswith(".")


def files_of(place: Path) -> list[Path]:
    """The tables in a folder, by name; a file is its own."""
    if place.is_file():
        return [place]
    return sorted(path for path in place.iterdir() if path.is_file() and is_table(path))


def find_file(place: Path, name: str, mapping: Path) -> Path:
    """The file that a mapping names, beside or at ``place``; ``UserError`` where there is none."""
    path = place if place.is_file() and place.name == name else _folder(place) / name
    if not path.is_file():
        raise UserError(f"{mapping} names the file {name}, which is not in {_folder(place)}")
    if not is_table(path):
        raise UserError(f"{path} is neither Parquet nor CSV: its name must end in .parquet or .csv")
    return path


def _folder(place: Path) -> Path:
    return place.parent if place.is_file() else place


def column_names(path: Path) -> list[str]:
    """The columns of a file. Raises ``UserError`` where it cannot be read."""
    try:
        if path.suffix.lower() == ".parquet":
            return list(pq.read_schema(path).names)
        return _header(path)[0]
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path) from error


def read_columns(path: Path, names: Iterable[str], *, mapping: Path) -> pa.Table:
    """The named columns of a file, whole; those of a CSV as texts, so that no zero is lost.

    Raises ``UserError`` naming the column that is not there.
    """
    wanted = list(dict.fromkeys(names))
    there = column_names(path)
    for name in wanted:
        if name not in there:
            raise UserError(f"{mapping} names the column {name}, which {path} does not have")
        if there.count(name) > 1:
            raise UserError(f"{path} has the column {name} twice: rename one of them")
    return read_table(path, wanted)


def read_table(path: Path, names: list[str]) -> pa.Table:
    """The columns ``names``, all of which are there."""
    try:
        if path.suffix.lower() == ".parquet":
            return pq.read_table(path, columns=names)
        header, delimiter = _header(path)
        return pcsv.read_csv(
            path,
            parse_options=pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pcsv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                include_columns=names,
                strings_can_be_null=True,
            ),
        )
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path) from error


def _header(path: Path) -> tuple[list[str], str]:
    """The names in the first row, and what parts them (a comma, semicolon, tab or bar)."""
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            first = file.readline(_HEAD)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(_HEAD)
    delimiter = max(",;\t|", key=first.count)
    return next(csv.reader([first], delimiter=delimiter), []), delimiter


def _unreadable(path: Path) -> UserError:
    return UserError(f"{path} is no readable table: write it again as Parquet, or as CSV in UTF-8")
