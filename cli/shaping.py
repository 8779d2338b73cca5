"""The options of ``preclear train`` that choose the booster's parameters, and what they come to."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import WRONG_CALL, CliError

if TYPE_CHECKING:
    from training.boosters import Settings
    from training.tuning import Budget

Trees = Annotated[
    int | None, typer.Option(min=10, max=5000, help="Most rounds of trees (150 unless given).")
]
Leaves = Annotated[
    int | None, typer.Option(min=2, max=255, help="Leaves of a tree (4 unless given).")
]
HalfLife = Annotated[
    float | None,
    typer.Option(
        min=1.0, metavar="DAYS", help="Days after which a claim weighs half; else all alike."
    ),
]
ParametersFile = Annotated[
    Path | None,
    typer.Option("--parameters", metavar="FILE", help="All of these, as --tune wrote them."),
]
Minutes = Annotated[
    float,
    typer.Option(
        "--tune",
        min=0,
        max=10_080,
        metavar="MINUTES",
        help="Look for better parameters first; goes on where an earlier call stopped.",
    ),
]


def settings(
    file: Path | None, given: dict[str, int | float | None], minutes: float, seed: int, threads: int
) -> tuple[Settings, Budget | None]:
    """What was asked for, by single options (``given``) or by a file of all of them.

    Raises ``CliError`` when the options do not go together or the file cannot be used.
    """
    from training.boosters import Settings
    from training.shape import Shape, ShapeError, read
    from training.tuning import Budget

    named: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    words = [f"--{name.replace('_', '-')}" for name in named]
    if math.isnan(minutes):
        raise CliError("--tune takes a number of minutes", WRONG_CALL)
    if file is not None and (words or minutes):
        other = words[0] if words else "--tune"
        raise CliError(f"--parameters names all parameters: leave {other} out", WRONG_CALL)
    tuned = [word for word in words if word != "--trees"]
    if minutes and tuned:
        raise CliError(f"--tune looks for this itself: leave {tuned[0]} out", WRONG_CALL)
    try:
        shape = Shape(**named) if file is None else read(file)
    except ShapeError as error:
        raise CliError(str(error), WRONG_CALL) from error
    chosen = Settings(seed=seed, threads=threads).shaped(shape)
    return chosen, Budget(seconds=60.0 * minutes) if minutes else None
