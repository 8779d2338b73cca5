"""The ``preclear`` command. Each group of verbs is a module with ``register(app)``.

A module is imported when its verb is called (all of them for ``--help``) and imports what is heavy
inside its functions, so that the command answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

import typer

from cli.errors import run

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS: Final = (
    "demo",
    "synth",
    "map",
    "read",
    "check",
    "train",
    "evaluate",
    "monitor",
    "retrain",
    "score",
    "outcomes",
    "triage",
    "kpi",
    "alerts",
    "models",
    "serve",
    "keys",
    "audit",
)
_HELP: Final = ("--help", "-h")
_COMPUTE: Final = frozenset({"train", "evaluate", "score", "outcomes", "serve", "audit"})
"""Verbs that run compiled loops (``features.compiled``)."""


def build(words: Sequence[str]) -> typer.Typer:
    """The command with the verb that ``words`` call, or with all verbs."""
    app = typer.Typer(
        name="preclear",
        help="Tells, before a claim goes out, whether the payer will deny it, why, and what to do.",
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": list(_HELP)},
    )

    @app.callback(invoke_without_command=True)
    def preclear(
        context: typer.Context,
        version: bool = typer.Option(False, "--version", help="Show the version and stop."),
    ) -> None:
        if version:
            from importlib.metadata import version as version_of

            print(f"preclear {version_of('preclear')}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            print(context.get_help())

    called = next((word for word in words if not word.startswith("-")), "")
    for verb in (called,) if called in VERBS else VERBS:
        import_module(f"cli.{verb}").register(app)
    return app


def call(words: Sequence[str]) -> int:
    """Run one command; gives its exit code."""

    def command() -> object:
        _keep_machine_code(words)
        whole = typer.main.get_command(build(words))
        return whole.main(args=list(words), prog_name="preclear", standalone_mode=False)

    return run(command)


def _keep_machine_code(words: Sequence[str]) -> None:
    """Have it kept, before anything imports numba, for verbs that compute."""
    if not words or words[0] not in _COMPUTE or not {*_HELP}.isdisjoint(words):
        return
    from claims.machine_code import keep_under
    from claims.settings import Settings

    keep_under(Settings.read().home)


def main() -> None:
    """The console script."""
    sys.exit(call(sys.argv[1:]))


if __name__ == "__main__":
    main()
