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
