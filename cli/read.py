"""``preclear read``: what files hold, what became of it, and what could not be read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import FAILED, CliError
from cli.options import MappingFile

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.keys import Keys

Report = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("read")(read)


def read(
    paths: Annotated[list[Path], typer.Argument(help="837 and 835 files, folders, tables.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Also judge every file by its guide (pyx12).")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Give everything as one JSON document.")
    ] = False,
    mapping: MappingFile = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that read; default: all cores.")
    ] = None,
) -> None:
    """Count what files hold: claims, remittances, outcomes by category, what cannot be read."""
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from claims.settings import Settings
    from cli.notes import tell
    from cli.progress import watch
    from cli.read_print import print_report

    settings = Settings.read()
    progress = watch()
    dataset = read_dataset(
        paths,
        keys=keys_of(settings.home),
        catalogue=load_catalogue(settings.carc_csv),
        workers=workers,
        progress=progress,
        mapping=mapping,
    )
    tell(dataset)
    report = _report(dataset)
    if strict:
        files = [file.path for file in dataset.files if file.kind not in ("tables", "extract")]
        with progress.stage("Judging", total=len(files)) as advance:
            report["strict"] = []
            for file in files:
                report["strict"] += _judge(file)
                advance()
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        print_report(report)
    if not (report["totals"]["claims"] or report["totals"]["remittances"]):
        raise CliError("no claim and no remittance could be read: see what was reported", FAILED)


def keys_of(home: Path) -> Keys:
    """The installation's keys where it has any; reading alone makes no state."""
    import secrets

    from claims.keys import SECRET_BYTES, SECRET_NAME, Keys, load_keys

    if (home / SECRET_NAME).exists():
        return load_keys(home)
    return Keys(secrets.token_bytes(SECRET_BYTES))


def _report(dataset: Dataset) -> Report:
    return {
        "files": [
            {
                "file": file.path,
                "kind": file.kind,
                "claims": file.claims,
                "remittances": file.remittances,
                "problems": file.problems,
            }
            for file in dataset.files
        ],
        "totals": _totals(dataset),
        "outcomes": _outcomes(dataset),
        "categories": _categories(dataset),
        "problems": [
            {
                "file": problem.source,
                "segment": problem.segment,
                "claim_id": problem.claim_id,
                "text": problem.text,
            }
            for problem in dataset.problems
        ],
        "ignored": list(dataset.ignored),
        "notes": list(dataset.notes),
    }


def _totals(dataset: Dataset) -> Report:
    from claims.labels import label

    labels = label(dataset)
    examples = int(labels.example.sum())
    denied = int((labels.outcome[labels.example] >= 1).sum())
    return {
        "claims": dataset.claims.num_rows,
        "lines": dataset.lines.num_rows,
        "remittances": dataset.remittances.num_rows,
        "claims_matched": int((labels.remittance >= 0).sum()),
        "examples": examples,
        "examples_denied": denied,
        "example_denial_rate": denied / examples if examples else None,
    }


def _outcomes(dataset: Dataset) -> Report:
    """Outcomes of all adjudications, whether their claim is among the files or not."""
    counts = Counter(dataset.remittances["outcome"].to_pylist())
    no_adjudication = counts.pop("", 0)
    adjudicated = counts.total()
    denied = counts["denied"] + counts["partial"]
    return {
        "paid": counts["paid"],
        "partial": counts["partial"],
        "denied": counts["denied"],
        "no_adjudication": no_adjudication,
        "denial_rate": denied / adjudicated if adjudicated else None,
    }


def _categories(dataset: Dataset) -> list[Report]:
    """Denied remittances by category, the most frequent first, with their CARCs."""
    from decimal import Decimal

    remittances = dataset.remittances.select(["category", "carc", "denied_amount"])
    counts: Counter[str] = Counter()
    amounts: dict[str, Decimal] = {}
    carcs: dict[str, Counter[str]] = {}
    for category, carc, amount in zip(*remittances.to_pydict().values(), strict=True):
        if category:
            counts[category] += 1
            amounts[category] = amounts.get(category, Decimal(0)) + amount
            carcs.setdefault(category, Counter())[carc] += 1
    denied = counts.total()
    return [
        {
            "category": category,
            "denied": count,
            "share": count / denied,
            "amount": str(amounts[category]),
            "carcs": dict(carcs[category].most_common()),
        }
        for category, count in counts.most_common()
    ]


def _judge(file: str) -> list[Report]:
    try:
        from claims.x12.judge import findings
    except ImportError:
        raise CliError("--strict needs pyx12: install preclear[train]") from None
    return [
        {
            "file": file,
            "segment": finding.segment,
            "name": finding.element or finding.segment_id,
            "text": finding.text,
        }
        for finding in findings(Path(file).read_bytes())
    ]
