"""``preclear train``: history in, a judged and registered model out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import shaping
from cli.options import MappingFile
from cli.reading import read
from cli.shaping import HalfLife, Leaves, Minutes, ParametersFile, Trees

if TYPE_CHECKING:
    from training.train import Trained


Workers = Annotated[
    int, typer.Option(min=0, max=256, help="Processes and threads to use; 0: one a core.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(train)


def train(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Trees of 837 and 835 files, or folders of claims tables."),
    ],
    promote: Annotated[
        bool, typer.Option("--promote", help="Make it the champion if it passes the gates.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Same data, same seed, same model.")] = 1,
    trees: Trees = None,
    leaves: Leaves = None,
    half_life: HalfLife = None,
    parameters: ParametersFile = None,
    minutes: Minutes = 0.0,
    mapping: MappingFile = None,
    workers: Workers = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> int:
    """Learn from claims and remittances, judge on later ones, register the model.

    Exit code 1 when --promote was asked for and refused; the model is registered all the same.
    """
    from claims.keys import load_keys
    from claims.settings import Settings
    from cli.progress import watch
    from cli.worked_on import worked_on
    from models.registry import Registry
    from reports.card.render import renderings
    from service.outcomes.folding import catch_up
    from training import ceiling
    from training.train import train as run

    given = {"trees": trees, "leaves": leaves, "half_life": half_life}
    chosen, budget = shaping.settings(parameters, given, minutes, seed, workers)
    settings = Settings.read()
    keys = load_keys(settings.home)
    progress = watch()
    dataset = read(paths, settings, keys, mapping, workers, progress)
    made = run(
        dataset,
        registry=Registry(settings.mlruns),
        home=settings.home,
        settings=chosen,
        promote=promote,
        progress=progress,
        truth=ceiling.read(ceiling.find(paths), keys),
        budget=budget,
        set_aside=worked_on(settings),
        render=renderings,
    )
    with progress.stage("Folding in what was posted"):
        catch_up(settings.home)
    if as_json:
        print(json.dumps(_plain(made), indent=1, allow_nan=False))
    else:
        _tell(made, settings.mlruns, promote, len(dataset.problems))
    return 1 if made.refusal else 0


def _plain(made: Trained) -> dict[str, object]:
    return {
        "version": made.version,
        "digest": made.model.digest,
        "promoted": made.promoted,
        "refusal": made.refusal or None,
        "threshold": made.model.threshold,
        "history": str(made.history),
        "tuning": made.tuned.to_json() if made.tuned else None,
        "evaluation": made.evaluation.to_json(),
    }


def _tell(made: Trained, mlruns: Path, asked: bool, problems: int) -> None:
    from training.report import console, show

    screen = console()
    show(made.evaluation, screen)
    screen.print()
    if made.tuned:
        screen.print(f"Tuned in {made.tuned.sentence}")
        # Not wrapped, to be copied.
        screen.print(f"Train so again: --parameters {made.tuned.file}", soft_wrap=True)
    if problems:
        screen.print(f"{problems:,} places could not be read: `preclear read PATH...` names them.")
    alias = "champion" if made.promoted else "challenger"
    screen.print(f"Registered as version {made.version}, the {alias} ({made.model.digest[:19]}).")
    screen.print("What next:")
    if made.promoted:
        screen.print("  preclear serve                    answer /score with it")
        screen.print("  preclear score PATH --out FILE    score a batch of 837 files")
    elif not asked:
        screen.print(f"  preclear models promote {made.version}         make it the champion")
    screen.print("  preclear models compare A B       two versions side by side")
    screen.print(f"  mlflow ui --backend-store-uri sqlite:///{mlruns}/mlflow.db    runs and plots")
    if made.refusal:
        typer.echo(f"preclear: the promotion was refused: {made.refusal}.", err=True)
