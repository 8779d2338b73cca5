"""``preclear kpi``: the figures that a practice is run by, each with its definition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import WRONG_CALL, CliError
from cli.options import MappingFile

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from typing import BinaryIO

    from reports.kpi.report import KpiReport


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("kpi")(kpi)


def kpi(
    paths: Annotated[
        list[Path], typer.Argument(help="837 and 835 files, folders of them, or of tables.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", dir_okay=False, help="File to write: .html, .csv, .parquet or .json."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: of the data.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day; default: of the data.")
    ] = None,
    by: Annotated[str, typer.Option(help="Trends by month or week.")] = "month",
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
    """Count denials, clean claims, recoveries, days in A/R and more over any period."""
    from cli.kpi_print import print_report
    from cli.private import write_private

    put = None if out is None else writer_for(out)
    report = _counted(paths, (since, until, by), entered, mapping, workers)
    if out is not None and put is not None:
        write_private(out, lambda file: put(report, file))
    if as_json:
        print(json.dumps(report.document(), indent=2))
        return
    print_report(report)
    if out is not None:
        print(f"Wrote {out}")


def _counted(
    paths: list[Path],
    period: tuple[str | None, str | None, str],
    entered: Path | None,
    mapping: Path | None,
    workers: int | None,
) -> KpiReport:
    """Read and count. A wrong call is told before anything is read."""
    from dataclasses import replace

    from claims.profiles import load_profiles
    from claims.settings import Settings
    from cli.progress import watch
    from cli.read import keys_of
    from cli.reading import read
    from reports.alerts.report import alerts
    from reports.denials.entered import read_entered
    from reports.kpi.period import BYS, Period, PeriodError
    from reports.kpi.report import kpis

    first, last = day_of("--from", period[0]), day_of("--to", period[1])
    by = next((one for one in BYS if one == period[2]), None)
    if by is None:
        raise CliError(f"--by must be one of {', '.join(BYS)}", WRONG_CALL)
    try:
        if first and last:
            Period(first, last, by)
        settings = Settings.read()
        keys = keys_of(settings.home)
        said = [] if entered is None else read_entered(entered, keys)
        dataset = read(paths, settings, keys, mapping, workers or 0, watch())
        with watch().stage("Counting"):
            report = kpis(dataset, first, last, by, rework=settings.rework_cost, entered=said)
            day, profiles = report.period.until, load_profiles(settings.payers)
            return replace(report, alerts=alerts(dataset, day, profiles, entered=said))
    except PeriodError as error:
        raise CliError(str(error), WRONG_CALL) from None


def writer_for(out: Path) -> Callable[[KpiReport, BinaryIO], None]:
    """How to write a file of this name. Raises ``CliError`` for an ending that is not known."""
    from reports.kpi.rows import WRITERS

    found = WRITERS.get(out.suffix.lower())
    if found is None:
        endings = ", ".join(WRITERS)
        text = f"--out {out} must end in one of {endings}: the ending says what to write"
        raise CliError(text, WRONG_CALL)
    return found


def day_of(option: str, text: str | None) -> dt.date | None:
    """The date given to an option. Raises ``CliError``."""
    import datetime as dt

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CliError(f"{option} must be a date written YYYY-MM-DD", WRONG_CALL) from None
