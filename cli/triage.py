"""``preclear triage``: what remittances deny, what to do about it, and in which order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import FAILED, WRONG_CALL, CliError

if TYPE_CHECKING:
    import datetime as dt

    from claims.settings import Settings
    from models.recovery import Recovery


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("triage")(triage)


def triage(
    paths: Annotated[
        list[Path], typer.Argument(help="835 files and folders of them; 837s beside them help.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="File to write: .jsonl or .csv.")
    ] = None,
    appeals: Annotated[
        Path | None,
        typer.Option(
            "--appeals",
            file_okay=False,
            help="New folder for a letter and a checklist for each appeal; they hold PHI.",
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day that deadlines are counted to, YYYY-MM-DD; else today.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Alias or version in the registry; its history gives the chances.")
    ] = "champion",
    as_json: Annotated[
        bool, typer.Option("--json", help="Give everything as one JSON document.")
    ] = False,
) -> None:
    """Say what to do about each denial in 835 files, the one most worth working first."""
    from claims.carc import load_catalogue
    from claims.profiles import load_profiles
    from claims.settings import Settings
    from cli.appeal_files import new_folder, write_appeals
    from cli.progress import watch
    from cli.triage_print import print_table
    from cli.triage_read import read
    from cli.triage_rows import document, write, writer_for
    from models.triage import triage as ranked
    from reports.appeal import load_template

    if out is not None:
        writer_for(out)
    day = _day(as_of)
    settings = Settings.read()
    template = load_template(settings.appeal_template)
    got = read(paths, load_catalogue(settings.carc_csv), watch())
    if not got.ledger.remittances:
        raise CliError("there is no remittance in these files: name 835 files", FAILED)
    recovery = _recovery(settings, model)
    limits = load_profiles(settings.payers).of
    found = ranked(got.ledger, day, sent=got.sent, limits=limits, recovery=recovery)
    if out is not None:
        write(found, out)
    letters = 0 if appeals is None else write_appeals(found, day, template, new_folder(appeals))
    if as_json:
        print(document(found, got.ledger, day, recovery))
        return
    print_table(found, got.ledger, day, recovery)
    if out is not None:
        print(f"Wrote {out}")
    if appeals is not None:
        print(f"Wrote {letters:,} letters of appeal, each with its checklist, to {appeals}")


def _day(as_of: str | None) -> dt.date:
    import datetime as dt

    if as_of is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(as_of)
    except ValueError:
        raise CliError("--as-of must be a date written YYYY-MM-DD", WRONG_CALL) from None


def _recovery(settings: Settings, wanted: str) -> Recovery | None:
    """What the model's training counted; without a model the denials are triaged all the same."""
    from claims.errors import UserError
    from models.aliases import CHAMPION
    from service.start import open_model

    try:
        model, _ = open_model(settings, wanted)
    except UserError as error:
        if wanted != CHAMPION:
            raise
        why = str(error).rstrip(".")
        print(f"preclear: note: no chance of recovery is given: {why}", file=sys.stderr)
        return None
    if model.recovery is None:
        text = "the model counted no resubmissions: train again"
        print(f"preclear: note: no chance of recovery is given: {text}", file=sys.stderr)
    return model.recovery
