"""``preclear audit reports``, ``verify-bundle``: the reports of a period, signed together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.audit_log import open_log, trusted_keys
from cli.errors import FAILED, WRONG_CALL, CliError

Public = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        exists=True,
        dir_okay=False,
        help="A public key that is trusted; default: the installation's own.",
    ),
]


def register(audit: typer.Typer) -> None:
    """Add the verbs to ``preclear audit``."""
    audit.command("reports")(write_reports)
    audit.command("verify-bundle")(verify_bundle)


def write_reports(
    first: Annotated[str, typer.Option("--from", help="First day (UTC), YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Last day (UTC), that day included.")],
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="The folder to make.")],
) -> None:
    """Write the reports of all scores of a period, an index, and a signed manifest."""
    from claims.settings import Settings
    from service.reports.bundle import Period, write_bundle

    period = Period(_day(first, "--from"), _day(last, "--to"))
    if period.first > period.last:
        text = f"--from {first} is after --to {last}: name the earlier day first."
        raise CliError(text, WRONG_CALL)
    if out.exists():
        text = f"{out} is there already: name a folder that is not, so that nothing old is in it."
        raise CliError(text, WRONG_CALL)
    try:
        with open_log() as log:
            count = write_bundle(log, period, out, Settings.read().mlruns)
    except OSError as error:
        text = f"{out} cannot be written ({error.strerror}): name a folder of yours."
        raise CliError(text, FAILED) from None
    print(f"Wrote {count:,} reports to {out}; begin at {out / 'index.html'}")


def verify_bundle(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The bundle.")],
    public: Public = None,
) -> None:
    """Check every file of a bundle of reports against its signed manifest.

    Exit 1 if anything was changed, is missing or was added.
    """
    from service.audit.standalone_bundle import verify

    try:
        found, manifest = verify(folder, trusted_keys(public).values())
    except (OSError, ValueError, KeyError, TypeError):
        text = f"{folder} is no bundle of reports: `preclear audit reports` writes one."
        raise CliError(text, WRONG_CALL) from None
    for one in found[:50]:
        print(one)
    if found:
        text = f"The bundle is not as it was written: {len(found):,} findings."
        raise CliError(text, FAILED)
    print(
        f"{len(manifest['files']):,} files as they were written at {manifest['made_at']}, signed "
        f"with the key {manifest['key']}."
    )


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        said = f"{option} {text} is no day: write it as 2026-03-31."
        raise CliError(said, WRONG_CALL) from None
