"""``preclear evaluate``: a model that exists already, judged on any data."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import WRONG_CALL, CliError
from cli.options import MappingFile

if TYPE_CHECKING:
    from models.denial import DenialModel
    from training.assess import Assessment


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(evaluate)


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Trees of 837 and 835 files, or folders of claims tables."),
    ],
    model: Annotated[
        str, typer.Option(help="A version, an alias, or the folder of a model.")
    ] = "champion",
    as_of: Annotated[
        str,
        typer.Option(
            metavar="submission|DATE",
            help="Judge each claim as of its submission, or with what was known by DATE at most.",
        ),
    ] = "submission",
    mapping: MappingFile = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="Processes to read with; 0: one a core.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> None:
    """Judge a model on claims that were answered since, leaving out those it learned from."""
    day = _day(as_of)
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from claims.keys import load_keys
    from claims.settings import Settings
    from cli.notes import tell
    from cli.progress import watch
    from training import ceiling
    from training.assess import assess
    from training.report import console, show_assessment
    from training.twin import beside

    settings = Settings.read()
    judged, folder, name = _model(model, settings.mlruns)
    keys = load_keys(settings.home)
    progress = watch()
    dataset = read_dataset(
        paths,
        keys=keys,
        catalogue=load_catalogue(settings.carc_csv),
        workers=workers or None,
        progress=progress,
        mapping=mapping,
    )
    tell(dataset)
    truth = ceiling.read(ceiling.find(paths), keys)
    twin = beside(judged, folder)
    made = assess(dataset, judged, name, as_of=day, progress=progress, truth=truth, twin=twin)
    if as_json:
        print(json.dumps(_plain(made, judged, name), indent=1, allow_nan=False))
    else:
        show_assessment(made, console())


def _plain(made: Assessment, judged: DenialModel, name: str) -> dict[str, object]:
    from training.evaluation import plain

    return {
        "model": name,
        "digest": judged.digest,
        "learned_before": made.learned_before,
        "only_seen": made.only_seen,
        "twin": made.twin,
        "evaluation": made.evaluation.to_json(),
        "seen": plain(asdict(made.seen)) if made.seen else None,
    }


def _day(as_of: str) -> dt.date | None:
    if as_of == "submission":
        return None
    try:
        return dt.date.fromisoformat(as_of)
    except ValueError:
        raise CliError(
            "--as-of takes `submission` or a date such as 2025-03-31", WRONG_CALL
        ) from None


def _model(wanted: str, mlruns: Path) -> tuple[DenialModel, Path, str]:
    """The model, the folder that it lies in, and what to call it."""
    from models.aliases import resolve
    from models.denial import DenialModel

    if Path(wanted).is_dir():
        return DenialModel.load(Path(wanted)), Path(wanted), Path(wanted).name
    found = resolve(mlruns, wanted)
    return DenialModel.load(found.bundle), found.bundle, f"version {found.version}"
