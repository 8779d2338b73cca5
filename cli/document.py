"""Makes ``docs/commands.md`` from the commands themselves: ``python -m cli.document``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer

from cli.main import VERBS, build

PAGE: Final = Path(__file__).parents[1] / "docs" / "commands.md"

_HEAD: Final = """# Commands

Every command of `preclear`, as `--help` tells it. Exit codes: 0 done, 1 it failed, 2 the call was
wrong. An error is one sentence on standard error. This page is made from `cli/`
(`python -m cli.document`).
"""


def page() -> str:
    """The page: a heading for each verb, and for each of a group of verbs."""
    whole: Any = typer.main.get_command(build([]))
    parts = [_HEAD]
    for verb in VERBS:
        command = whole.commands[verb]
        inner = getattr(command, "commands", None)
        if inner is None:
            parts.append(_told(f"preclear {verb}", command, "##"))
            continue
        parts.append(f"## preclear {verb}\n\n{_text(command.help)}\n")
        parts += [_told(f"preclear {verb} {name}", one, "###") for name, one in inner.items()]
    return "\n".join(parts)


def _told(name: str, command: Any, mark: str) -> str:
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [row for one in command.get_params(context) if (row := _row(one, context))]
    table = "| | |\n|---|---|\n" + "".join(rows) if rows else ""
    return f"{mark} {name}\n\n```\n{name} {usage}\n```\n\n{_text(command.help)}\n\n{table}"


def _row(one: Any, context: Any) -> str:
    said = one.get_help_record(context)
    if said is None or "--help" in said[0]:
        return ""
    name, meaning = (" ".join(part.split()).replace("|", "\\|") for part in said)
    return f"| `{name}` | {meaning} |\n"


def _text(help_text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (help_text or "").split("\n\n"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
