"""Tables for people: drawn on a terminal, plain aligned text elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def show(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[str] = (),
) -> None:
    """Print a table on standard output; ``right`` names the columns that hold numbers."""
    if sys.stdout.isatty():
        _draw(title, columns, rows, right)
    else:
        print("\n".join(plain(title, columns, rows, right)))


def _draw(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str]
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def plain(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str]
) -> list[str]:
    """The lines of the plain form: every column as wide as its widest cell."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    lines = [title] if title else []
    for row in (columns, *rows):
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(columns, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return [*lines, ""]
