"""``preclear alerts``: payers' new rules, and claims that are about to be too late."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import FAILED, WRONG_CALL, CliError
from cli.options import MappingFile

if TYPE_CHECKING:
    import datetime as dt

    from claims.dataset import Dataset
    from reports.alerts.report import Alerts


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("alerts")(alerts)


def alerts(
    paths: Annotated[
        list[Path], typer.Argument(help="837 and 835 files, folders of them, or of tables.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", dir_okay=False, help="CSV of the claims, by your own claim ids where known."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Day to look from; default: the last of the data."),
    ] = None,
    recent: Annotated[
        int, typer.Option(min=1, help="Show new rules that were noticed in so many days.")
    ] = 90,
    within: Annotated[
        int, typer.Option(min=0, help="Show claims whose last day is at most so many days off.")
    ] = 14,
    entered: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="CSV of what people entered about denials: claim_id, day, event, root_cause.",
        ),
    ] = None,
    mapping: MappingFile = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that read; default: all cores.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Give everything as one JSON document.")
    ] = False,
) -> None:
    """Tell where a payer denies more than it used to, and which claims are near a limit."""
    from cli.alerts_rows import write

    if out is not None and out.suffix.lower() != ".csv":
        raise CliError(f"--out {out} must end in .csv", WRONG_CALL)
    dataset, found = _looked(
        paths, as_of, recent, within, entered, mapping, workers, keep_ids=out is not None
    )
    if out is not None:
        write(found, dataset, out)
    if as_json:
        print(json.dumps(found.document(), indent=2))
    else:
        _print(found)
        if out is not None:
            print(f"Wrote {out}")


def _looked(
    paths: list[Path],
    as_of: str | None,
    recent: int,
    within: int,
    entered: Path | None,
    mapping: Path | None,
    workers: int | None,
    *,
    keep_ids: bool,
) -> tuple[Dataset, Alerts]:
    """What was read, and the alerts in it."""
    from claims.profiles import load_profiles
    from claims.settings import Settings
    from cli.kpi import day_of
    from cli.progress import watch
    from cli.read import keys_of
    from cli.reading import read
    from reports.alerts.report import alerts as found_on
    from reports.denials.entered import read_entered

    day = day_of("--as-of", as_of)
    settings = Settings.read()
    keys = keys_of(settings.home)
    profiles = load_profiles(settings.payers)
    said = [] if entered is None else read_entered(entered, keys)
    dataset = read(paths, settings, keys, mapping, workers or 0, watch(), keep_ids=keep_ids)
    with watch().stage("Looking"):
        on = day or _last_day(dataset)
        found = found_on(dataset, on, profiles, entered=said, recent=recent, within=within)
    return dataset, found


def _last_day(dataset: Dataset) -> dt.date:
    import pyarrow.compute as pc

    last: dt.date | None = pc.max(dataset.remittances["known_on"]).as_py()
    if last is None:
        raise CliError("there is no remittance with a day in these files: name 835 files", FAILED)
    return last


def _print(found: Alerts) -> None:
    from cli.tables import show

    print(f"Alerts as of {found.as_of}\n")
    for one in found.new_rules:
        print(f"{one.raised_on}  {one.text}")
        print(f"            shown by claims {', '.join(one.claims)}\n")
    if not found.new_rules:
        print("No payer denies surely more than it used to.\n")
    show(
        f"Claims near a limit: {len(found.limits)}",
        ("Last day", "Limit", "Claim", "Payer", "Amount"),
        [
            (
                one.last_day.isoformat(),
                one.kind.replace("_", " "),
                one.claim,
                one.payer_name or one.payer,
                f"${one.amount:,.2f}",
            )
            for one in found.limits
        ]
        or [("none", "", "", "", "")],
        right=("Amount",),
    )
    for broken in found.precision:
        print(broken.text)
