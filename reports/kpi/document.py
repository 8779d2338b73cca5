"""Makes ``docs/kpi.md`` from the catalogue: ``python -m reports.kpi.document``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reports.denials.entered import ENTERED_KINDS, ROOT_CAUSES
from reports.denials.steps import STEPS
from reports.kpi.breakdowns import BREAKDOWNS
from reports.kpi.catalogue import KPIS, Kpi

PAGE: Final = Path(__file__).parents[2] / "docs" / "kpi.md"
_HEAD: Final = """# KPIs

`preclear kpi PATH... --out FILE` counts them from 837 and 835 files, or from a folder of tables
(docs/tables.md). This page is made from the catalogue (`python -m reports.kpi.document`); the same
texts stand beside every figure in the page, the JSON and the CSV.

```
preclear kpi 837 835 --out kpi.html
preclear kpi 837 835 --from 2025-01-01 --to 2025-03-31 --by week --out kpi.csv
preclear kpi tables --entered entered.csv --json
```

`.html` is a page with drawings and tables; `.csv` and `.parquet` are one long table, a row a
figure; `.json` is what `--json` prints. `--from` and `--to` are both included; without them all
answers count.

What is denied, which answer is a claim's first, and on which day it became known is decided in
`claims/outcome.py` and `claims/labels.py`, as for the model: there is one definition in the house.
DuckDB sums; money is summed in whole cents. `tests/reports/kpi/naive.py` counts every KPI a second
time, in plain Python from the raw files, and the two must agree.

HFMA's MAP Keys and the report of its Claim Integrity Task Force are the usual definitions in the
field. Where ours differ, *Standard* says how and why: an 837 and an 835 do not hold a ledger.
"""
_DENIALS: Final = """
## The way of a denial

Each denial goes from *identified* to an end. What is sent and answered is found in later files;
what is done by letter, telephone or portal is entered by people.

A later claim belongs to a denial when it has the same claim id, when it replaces the payer's claim
number, or when it bills the same member, payer, procedure and day that were denied. A later answer
belongs to it when it answers such a claim, or the same id by the same payer.

| step | meaning |
|---|---|
"""
_ENTERED: Final = """
The state of a denial is `paid` once it was paid, else `adjusted`, else its last step.
`--entered FILE` takes a CSV with the columns `claim_id`, `day` (YYYY-MM-DD), `event` and
`root_cause`; an event is one of {events}. Only `root_cause` has a cause, one of:

| root cause | meaning |
|---|---|
"""


def page() -> str:
    """The page, from the catalogue."""
    parts = [
        _HEAD,
        *(_section(kpi) for kpi in KPIS),
        "\n## Tables\n\n| table | what |\n|---|---|\n",
    ]
    parts += [f"| {one.title} (`{one.name}`) | {one.definition} |\n" for one in BREAKDOWNS]
    parts += [_DENIALS, *(f"| `{name}` | {text} |\n" for name, text in STEPS.items())]
    parts.append(_ENTERED.format(events=", ".join(f"`{kind}`" for kind in ENTERED_KINDS)))
    parts += [f"| `{name}` | {text} |\n" for name, text in ROOT_CAUSES.items()]
    return "".join(parts)


def _section(kpi: Kpi) -> str:
    return (
        f"\n## {kpi.title}\n\n`{kpi.name}`, in {kpi.unit if kpi.unit != 'share' else 'per cent'}. "
        f"{kpi.definition}\n\n"
        f"- Numerator: {kpi.numerator}.\n- Denominator: {kpi.denominator}.\n"
        f"- Counted by: {kpi.date}.\n- Standard: {kpi.standard}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
