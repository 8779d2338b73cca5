"""Options that several verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        help="The paths are extracts (Parquet, CSV) that this TOML maps; see `preclear map`.",
    ),
]
DayActions = Annotated[
    int | None,
    typer.Option("--budget", min=1, help="Actions a day: rank the claims, choose that many."),
]
DayMinutes = Annotated[
    float | None,
    typer.Option("--budget-minutes", min=1, help="Minutes of work a day: the same by time."),
]
