"""``preclear audit override``, ``retain``: what a person decided, and what is not kept for ever."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from cli.audit_log import open_log
from cli.errors import FAILED, WRONG_CALL, CliError


def register(audit: typer.Typer) -> None:
    """Add the verbs to ``preclear audit``."""
    audit.command("override")(override_score)
    audit.command("retain")(retain)


def override_score(
    score_id: Annotated[str, typer.Argument(metavar="ID", help="The score_id of an answer.")],
    decision: Annotated[str, typer.Option(help="What was decided: submit, review or hold.")],
    reason: Annotated[str, typer.Option(help="Why; an unknown one lists those that there are.")],
) -> None:
    """Record that a person decided otherwise than a score, and why."""
    from service.audit.override import DECISIONS, REASONS, override

    if decision not in DECISIONS:
        text = f"There is no decision {decision}: there are {', '.join(DECISIONS)}."
        raise CliError(text, WRONG_CALL)
    if reason not in REASONS:
        told = "; ".join(f"{name}: {meaning}" for name, meaning in REASONS.items())
        raise CliError(f"{reason} is none of the reasons: there are {told}.", WRONG_CALL)
    with open_log() as log:
        record = log.get(score_id.strip().lower())
        if record is None:
            raise CliError(f"There is no score {score_id} in this audit log, or it was dropped.")
        log.append([override(record, decision, reason, _who())])
    print(f"Recorded: {record.decision} by the score, {decision} by {_who()}.")


def retain(
    days: Annotated[int, typer.Option(min=31, help="Keep what records of so many days hold.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also when the log is not as it was written.")
    ] = False,
) -> None:
    """Drop what older records hold; their hashes stay, and the log still verifies."""
    with open_log() as log:
        verified = log.verify()
        if not verified.whole and not anyway:
            raise CliError(
                "The audit log is not as it was written, and nobody can examine what is dropped: "
                "run `preclear audit verify`, keep an export, then use --anyway.",
                FAILED,
            )
        count = log.retain(days, _who())
    print(f"Dropped what {count:,} records held; that they were is still in the log.")


def _who() -> str:
    """Who calls, as the operating system knows him."""
    try:
        return f"user:{getpass.getuser()}"
    except (OSError, KeyError):  # no name for this number
        return "user:unknown"
