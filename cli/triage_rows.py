"""What ``preclear triage`` writes: JSON lines or CSV, one denial a row, or one JSON document."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, BinaryIO

from cli.errors import WRONG_CALL, CliError
from cli.private import write_private
from models.triage import of_history, to_dict, totals

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from claims.denials.standing import Ledger
    from models.recovery import Recovery
    from models.triage import Triaged


def writer_for(out: Path) -> Callable[[Sequence[Triaged], BinaryIO], None]:
    """How to write a file of this name. Raises ``CliError`` for an ending that is not known."""
    writers = {".jsonl": _json_lines, ".csv": _csv}
    found = writers.get(out.suffix.lower())
    if found is None:
        text = f"--out {out} must end in .jsonl or .csv: the ending says what to write"
        raise CliError(text, WRONG_CALL)
    return found


def write(found: Sequence[Triaged], out: Path) -> None:
    """Write the denials to ``out``, whole or not at all, readable by its owner alone."""
    put = writer_for(out)
    write_private(out, lambda file: put(found, file))


def document(
    found: Sequence[Triaged], ledger: Ledger, day: dt.date, recovery: Recovery | None
) -> str:
    """Everything as one JSON document."""
    whole = {"as_of": day.isoformat(), **counted(found, ledger), "recovery": of_history(recovery)}
    return json.dumps({**whole, "denials": [to_dict(one) for one in found]}, indent=2)


def counted(found: Sequence[Triaged], ledger: Ledger) -> dict[str, Any]:
    """How much was read, and how much of it is to be worked."""
    return {
        "remittances": ledger.remittances,
        "remittances_denied": ledger.denied,
        "not_decided": ledger.undecided,
        "superseded": ledger.superseded,
        "repeated": ledger.repeated,
        "next_actions": totals(found),
    }


def flat(one: Triaged) -> dict[str, Any]:
    """A denial as one row of plain values, for a spreadsheet."""
    row = to_dict(one)
    chance = row.pop("chance")
    for name in ("group", "carc"):
        row[f"{name}_text"] = row[name]["text"]
        row[name] = row[name]["code"]
    for name in ("remarks", "also"):
        row[f"{name}_text"] = "; ".join(part["text"] for part in row[name])
        row[name] = " ".join(part["code"] for part in row[name])
    row["lines"] = " ".join(map(str, row["lines"]))
    row["procedures"] = " ".join(row["procedures"])
    row["documents"] = "; ".join(row["documents"])
    row["chance"] = None if chance is None else round(chance["probability"], 4)
    row["chance_resent"] = None if chance is None else chance["resent"]
    row["chance_seen"] = None if chance is None else chance["seen"]
    return row


def _json_lines(found: Sequence[Triaged], file: BinaryIO) -> None:
    for one in found:
        file.write(json.dumps(to_dict(one), ensure_ascii=False).encode() + b"\n")


def _csv(found: Sequence[Triaged], file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    rows = [flat(one) for one in found]
    if rows:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    text.flush()
    text.detach()


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: payers' texts are not ours."""
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{value}"
    return value
