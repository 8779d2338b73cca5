"""``preclear monitor``: drift of inputs, scores and calibration since a model learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from cli.errors import FAILED, WRONG_CALL, CliError
from cli.options import MappingFile
from cli.private import write_private
from cli.reading import read
from cli.worked_on import worked_on

if TYPE_CHECKING:
    from models.drift import Monitored

_FORMS: Final = (".html", ".json", ".csv")
_DRIFT: Final = "drift"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("monitor")(monitor)


def monitor(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Trees of 837 and 835 files, or folders of claims tables."),
    ],
    model: Annotated[
        str, typer.Option(help="A version, an alias, or the folder of a model.")
    ] = "champion",
    out: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="File to write: .html, .csv or .json."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="drift", help="Exit code 1 where it is found.")
    ] = "",
    mapping: MappingFile = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="Processes to read with; 0: one a core.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> int:
    """Compare each month since a model learned with its test period, beyond chance.

    Name all files: those that it was trained on, which hold the reference, and the later ones. What
    was found is shown on the page of the models until it is done again.
    """
    if fail_on not in ("", _DRIFT):
        raise CliError(f"--fail-on takes {_DRIFT}, not {fail_on}", WRONG_CALL)
    if out is not None and out.suffix.lower() not in _FORMS:
        raise CliError(f"{out.name} must end in {', '.join(_FORMS)}", WRONG_CALL)
    from claims.keys import load_keys
    from claims.settings import Settings
    from cli.evaluate import model_named
    from cli.progress import watch
    from training.monitoring import monitor as run
    from training.twin import beside

    settings, progress = Settings.read(), watch()
    judged, folder, name = model_named(model, settings.mlruns)
    dataset = read(paths, settings, load_keys(settings.home), mapping, workers, progress)
    found = run(
        dataset, judged, name, twin=beside(judged, folder), progress=progress,
        set_aside=worked_on(settings),
    )  # fmt: skip
    if out is not None:
        write_private(out, lambda file: _put(found, out.suffix.lower(), file))
    _keep(found, settings.home)
    if as_json:
        print(json.dumps(found.to_json(), indent=1, allow_nan=False))
    else:
        _tell(found)
        if out is not None:
            print(f"Wrote {out}")
    return FAILED if fail_on and found.drifts else 0


def _keep(found: Monitored, home: Path) -> None:
    """Leave it for the page of the models."""
    import datetime as dt

    from models.drift_kept import FILE, keep
    from reports.monitoring.page import page

    try:
        keep(home, found, page(found), dt.datetime.now(dt.UTC).date().isoformat())
    except OSError as error:
        text = f"{home / FILE} cannot be written ({error.strerror}): make {home} writable"
        raise CliError(text) from None


def _put(found: Monitored, form: str, file: BinaryIO) -> None:
    from reports.monitoring.page import page, table

    if form == ".json":
        text = json.dumps(found.to_json(), indent=1, allow_nan=False)
    else:
        text = page(found) if form == ".html" else table(found)
    file.write(text.encode())


def _tell(found: Monitored) -> None:
    from cli.tables import show
    from reports.monitoring.page import between, figure

    rows = []
    for one in found.months:
        of, score = one.answered, one.score
        rows.append(
            (
                f"{one.month}{' (reference)' if one.reference else ''}",
                f"{one.claims:,}",
                figure(one.mean_probability),
                f"{figure(score.index)} ({figure(score.chance)})" if score else "-",
                str(len(one.facts)) if one.inputs else "-",
                f"{of.denied:,} of {of.claims:,}" if of else "-",
                between(of.ratio) if of else "-",
                between(of.auroc, 3) if of else "-",
            )
        )
    columns = (
        "month", "claims", "mean probability", "score index (by chance)", "facts moved",
        "denied", "for each expected", "AUROC",
    )  # fmt: skip
    title = f"{found.model}, beside its test period; new to it since {found.learned_before}"
    show(title, columns, rows, columns[1:])
    if not any(one.inputs for one in found.months):
        print("Too few claims were sent since it learned: nothing is compared yet.")
    elif not found.drifts:
        print("No drift beyond chance in the latest months.")
    for sentence in found.drifts:
        print(sentence)
