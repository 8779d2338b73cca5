"""The claims of the alerts as a CSV: one claim a row, by the caller's own id where it is known."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cli.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from claims.dataset import Dataset
    from reports.alerts.report import Alerts

COLUMNS: Final = (
    "kind", "claim_id", "claim", "payer", "payer_name", "category", "procedures", "last_day",
    "text",
)  # fmt: skip


def write(found: Alerts, dataset: Dataset, out: Path) -> None:
    """Write each claim of each alert to ``out``, readable by its owner alone.

    ``dataset`` is that of the alerts, with its claim ids; tables hold none.
    """
    rows = list(_rows(found, _ids(dataset)))

    def put(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in COLUMNS} for row in rows)
        text.flush()
        text.detach()

    write_private(out, put)


def _ids(dataset: Dataset) -> dict[str, str]:
    if dataset.claim_ids is None or len(dataset.claim_ids) != dataset.claims.num_rows:
        return {}
    keys = dataset.claims["claim_key"].to_pylist()
    return {
        f"{key:016x}": one for key, one in zip(keys, dataset.claim_ids.to_pylist(), strict=True)
    }


def _rows(found: Alerts, ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    for rule in found.new_rules:
        for claim in rule.claims:
            document = rule.document()
            yield {
                **document,
                "claim": claim,
                "claim_id": ids.get(claim, ""),
                "procedures": " ".join(rule.procedures),
                "last_day": "",
            }
    for limit in found.limits:
        yield {**limit.document(), "claim_id": ids.get(limit.claim, ""), "procedures": ""}


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: ids and names are not ours."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
