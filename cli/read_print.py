"""What ``preclear read`` found, for a person; ``--json`` has every row."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from cli.tables import show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Report = dict[str, Any]
MOST_FILES: Final = 60
MOST_OF_A_FILE: Final = 5
MOST_ROWS: Final = 40
_COUNTS: Final = ("claims", "remittances", "problems")
_NUMBERS: Final = (*_COUNTS, "files", "denied", "amount", "share", "segment")


def print_report(report: Report) -> None:
    """Print files, sentences, categories and problems, each in its own place."""
    files = report["files"]
    base, short = _shortener([file["file"] for file in files])
    _files(files, base, short)
    for line in _sentences(report):
        print(line)
    print()
    if report["categories"]:
        _categories(report["categories"])
    if report["problems"]:
        rows = [
            [short(row["file"]), f"{row['segment']:,}", row["claim_id"], row["text"]]
            for row in report["problems"]
        ]
        _places("What could not be read", ["file", "segment", "claim", "what"], rows)
    if report.get("strict"):
        rows = [
            [short(row["file"]), f"{row['segment']:,}", row["name"], row["text"]]
            for row in report["strict"]
        ]
        _places("Against the guides (pyx12)", ["file", "segment", "element", "what"], rows)
    elif "strict" in report:
        print("Against the guides (pyx12): nothing to object to.")


def _shortener(paths: Sequence[str]) -> tuple[str, Callable[[str], str]]:
    """The folder that all files are under, and what a file is called beneath it."""
    folders = {os.path.dirname(path) for path in paths}
    mixed = len({os.path.isabs(folder) for folder in folders}) != 1
    base = "" if mixed else os.path.commonpath(folders)
    start = os.path.join(base, "") if base else ""
    return base, lambda path: path.removeprefix(start)


def _files(files: Sequence[Report], base: str, short: Callable[[str], str]) -> None:
    title = f"Files under {base}" if base else "Files"
    if len(files) <= MOST_FILES:
        rows = [
            [short(file["file"]), file["kind"], *(f"{file[name]:,}" for name in _COUNTS)]
            for file in files
        ]
        show(title, ["file", "kind", *_COUNTS], rows, _NUMBERS)
        return
    groups: dict[tuple[str, str], Counter[str]] = {}
    for file in files:
        group = (os.path.dirname(short(file["file"])) or ".", file["kind"])
        counts = groups.setdefault(group, Counter())
        counts.update(files=1, **{name: file[name] for name in _COUNTS})
    rows = [
        [*group, *(f"{counts[name]:,}" for name in ("files", *_COUNTS))]
        for group, counts in sorted(groups.items())
    ]
    show(title, ["folder", "kind", "files", *_COUNTS], rows, _NUMBERS)


def _sentences(report: Report) -> list[str]:
    totals, outcomes = report["totals"], report["outcomes"]
    lines = [
        f"{totals['claims']:,} claims with {totals['lines']:,} lines, "
        f"{totals['remittances']:,} remittances; {totals['claims_matched']:,} claims are answered."
    ]
    if outcomes["denial_rate"] is not None:
        lines.append(
            f"Of the remittances {outcomes['paid']:,} paid, {outcomes['partial']:,} denied in "
            f"part, {outcomes['denied']:,} denied ({outcomes['denial_rate']:.1%} with a denial); "
            f"{outcomes['no_adjudication']:,} decide nothing (reversals, pending, forwarded)."
        )
    if totals["examples"]:
        lines.append(
            f"{totals['examples']:,} claims can be learned from, "
            f"{totals['example_denial_rate']:.1%} of them with a denial."
        )
    if report["ignored"]:
        count = len(report["ignored"])
        lines.append(f"Other files, which hold no X12 and were passed over: {count:,}.")
    return lines


def _categories(categories: Sequence[Report]) -> None:
    rows = [
        [
            row["category"],
            f"{row['denied']:,}",
            f"{row['share']:.1%}",
            f"{float(row['amount']):,.2f}",
            " ".join(list(row["carcs"])[:6]),
        ]
        for row in categories
    ]
    columns = ["category", "denied", "share", "amount", "CARCs"]
    show("Denied remittances, by category", columns, rows, _NUMBERS)


def _places(title: str, columns: Sequence[str], rows: Sequence[list[str]]) -> None:
    """The first places of each file, so that one bad file does not hide the others."""
    of_file: Counter[str] = Counter()
    chosen: list[list[str]] = []
    for row in rows:
        of_file[row[0]] += 1
        if of_file[row[0]] <= MOST_OF_A_FILE and len(chosen) < MOST_ROWS:
            chosen.append(row)
    if len(rows) > len(chosen):
        title = f"{title}: {len(chosen):,} of {len(rows):,} in {len(of_file):,} files (all: --json)"
    show(title, columns, chosen, _NUMBERS)
