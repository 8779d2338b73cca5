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
from cli.reading import read
from cli.worked_on import worked_on

if TYPE_CHECKING:
    from claims.dataset import Dataset
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
    backtest: Annotated[
        bool,
        typer.Option(
            "--backtest",
            help="Judge no model but the way of learning: train at the end of each month, test on "
            "the six months after.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="With --backtest: where to draw how figures age."),
    ] = None,
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
    _backtest_alone(backtest, day, out)
    from claims.keys import load_keys
    from claims.settings import Settings
    from cli.progress import watch
    from training import ceiling
    from training.assess import assess
    from training.twin import beside

    settings, progress = Settings.read(), watch()
    keys = load_keys(settings.home)
    judged, folder, name = (None, Path(), "") if backtest else model_named(model, settings.mlruns)
    dataset = read(paths, settings, keys, mapping, workers, progress)
    if judged is None:
        _backtest(dataset, workers, out, as_json)
        return
    truth = ceiling.read(ceiling.find(paths), keys)
    twin = beside(judged, folder)
    aside = worked_on(settings)
    made = assess(
        dataset, judged, name, as_of=day, progress=progress, truth=truth, twin=twin, set_aside=aside
    )
    _tell(made, judged, name, as_json)


def _tell(made: Assessment, judged: DenialModel, name: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_plain(made, judged, name), indent=1, allow_nan=False))
        return
    from training.report import console, show_assessment

    show_assessment(made, console())


def _backtest_alone(backtest: bool, day: dt.date | None, out: Path | None) -> None:
    if out is not None and not backtest:
        raise CliError("--out draws a backtest: give --backtest with it", WRONG_CALL)
    if out is not None and out.suffix.lower() != ".png":
        raise CliError(f"--out writes a PNG image, so {out.name} must end in .png", WRONG_CALL)
    if backtest and day is not None:
        raise CliError(
            "--as-of has no meaning with --backtest, which judges each claim as of its submission",
            WRONG_CALL,
        )


def _backtest(dataset: Dataset, workers: int, out: Path | None, as_json: bool) -> None:
    """Train at each month's end; print the figures, and draw them where ``out`` says."""
    from cli.progress import watch
    from training.backtest import backtest
    from training.backtest_report import draw, show, to_json
    from training.boosters import Settings
    from training.report import console

    made = backtest(dataset, Settings(threads=workers), watch())
    if out is not None:
        try:
            out.write_bytes(draw(made))
        except OSError as error:
            raise CliError(
                f"{out} cannot be written ({error.strerror}): name a file in a folder that you may "
                "write"
            ) from error
    if as_json:
        print(json.dumps(to_json(made), indent=1, allow_nan=False))
    else:
        show(made, console())
        if out is not None:
            print(f"Drawn in {out}.")


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


def model_named(wanted: str, mlruns: Path) -> tuple[DenialModel, Path, str]:
    """The model, the folder that it lies in, and what to call it."""
    from models.aliases import resolve
    from models.denial import DenialModel

    if Path(wanted).is_dir():
        return DenialModel.load(Path(wanted)), Path(wanted), Path(wanted).name
    found = resolve(mlruns, wanted)
    return DenialModel.load(found.bundle), found.bundle, f"version {found.version}"
