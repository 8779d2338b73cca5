"""``preclear map``: a mapping for a data scientist's extract, proposed for a person to check."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import FAILED, CliError


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("map")(map_)


def map_(
    folder: Annotated[Path, typer.Argument(help="Folder of Parquet or CSV files, or one file.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="File to write; default: standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Propose which column is which field, from names and values; check it before use."""
    from claims.extract.propose import propose
    from claims.extract.write import toml

    if out is not None and out.exists() and not force:
        raise CliError(f"{out} exists: name another file with --out, or write over it with --force")
    proposal = propose(folder)
    text = toml(proposal)
    if out is None:
        print(text, end="")
        return
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        aside.write_text(text, "utf-8")
        aside.replace(out)
    except OSError as error:
        raise CliError(f"{out} cannot be written ({error.strerror})", FAILED) from error
    sure = sum(one.confidence == "high" for one in proposal.fields)
    print(
        f"Wrote {out}: {len(proposal.fields)} fields, {sure} of them with high confidence. Check "
        f"it, then run: preclear read {folder} --mapping {out}"
    )
