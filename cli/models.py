"""``preclear models``: list, show, promote, challenge, roll back, compare what was registered."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import WRONG_CALL, CliError

if TYPE_CHECKING:
    from rich.console import Console

    from models.promise import Promise
    from models.registry import Entry, Registry

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Wanted = Annotated[str, typer.Argument(help="A version or an alias, such as champion.")]
_COLUMNS = ("test.auroc", "test.auprc", "test.recall_at_precision", "test.calibration_error")


def register(app: typer.Typer) -> None:
    """Add the group of verbs."""
    group = typer.Typer(
        help="List, show, promote, challenge, roll back and compare registered models."
    )
    group.command("list")(list_)
    for verb in (show, promote, challenge, rollback, compare):
        group.command()(verb)
    group.command()(card)
    app.add_typer(group, name="models")


def _registry() -> Registry:
    from claims.settings import Settings
    from models.registry import Registry

    return Registry(Settings.read().mlruns)


def _console() -> Console:
    from training.report import console

    return console()


def _say(entry: Entry, text: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(entry), indent=1))
    else:
        print(text)


def list_(as_json: Json = False) -> None:
    """List all models, newest first."""
    entries = _registry().entries()
    if as_json:
        print(json.dumps([asdict(entry) for entry in entries], indent=1))
        return
    if not entries:
        print("No model is registered yet: run `preclear train PATH... --promote`.")
        return
    from training.report import number, table

    screen = _console()
    made = table(screen, "Registered models")
    for name in ("version", "aliases", "made", "AUROC", "AUPRC", "recall", "ECE", "decision"):
        made.add_column(name)
    for entry in entries:
        figures = (number(entry.metrics.get(name, float("nan"))) for name in _COLUMNS)
        aliases = ", ".join(entry.aliases)
        made.add_row(entry.version, aliases, entry.created_at[:16], *figures, entry.promotion)
    screen.print(made)


def show(model: Wanted = "champion", as_json: Json = False) -> None:
    """Show one model: its digest, what it learned from, its figures, the precisions it can keep."""
    registry = _registry()
    entry = registry.show(model)
    promise = _promise(registry, entry.version)
    if as_json:
        kept = None if promise is None else promise.to_json()
        print(json.dumps({**asdict(entry), "promise": kept}, indent=1))
        return
    from training.report import table

    screen = _console()
    made = table(screen, f"Version {entry.version} of the denial model")
    made.add_column("what")
    made.add_column("value")
    facts = {
        "aliases": ", ".join(entry.aliases),
        "made": entry.created_at,
        "digest": entry.digest,
        "MLflow run": entry.run_id,
        "decision": entry.promotion,
        **entry.tags,
        **entry.parameters,
        **{name: f"{value:.4f}" for name, value in sorted(entry.metrics.items())},
    }
    for name, value in facts.items():
        made.add_row(name, value)
    screen.print(made)
    if promise is not None:
        screen.print()
        _show_promise(promise, screen)


def _promise(registry: Registry, version: str) -> Promise | None:
    from models.bundle import parse_json, read
    from models.promise import Promise

    _, files = read(registry.resolve(version).bundle)
    content = files.get("promise.json")
    return None if content is None else Promise.from_json(parse_json(content, "promise.json"))


def _show_promise(promise: Promise, screen: Console) -> None:
    """Print every fifth precision and the best: ``--json`` has them all."""
    from training.report import table

    if not promise.rows:
        screen.print("It can keep no precision: of no threshold was 0.5 shown on its test claims.")
        return
    made = table(
        screen,
        f"Precisions that it keeps (shown on {promise.examples:,} test claims, "
        f"{promise.confidence:.0%} confidence)",
    )
    for name in ("precision", "from", "shown at least", "recall", "flagged"):
        made.add_column(name, justify="right")
    for place, row in enumerate(promise.rows):
        if place % 5 and row is not promise.rows[-1]:
            continue
        made.add_row(
            f"{row.precision:.2f}",
            f"{row.threshold:.3f}",
            f"{row.bound:.3f}",
            f"{row.recall:.3f}",
            f"{row.flagged:,}",
        )
    screen.print(made)
    screen.print(f"More than {promise.best:.2f} cannot be kept, and is refused.")


def card(
    model: Wanted = "champion",
    out: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="The file to write: .html, .md, .xml or .pdf."),
    ] = None,
) -> None:
    """Write the model card: what a model is for, what it was shown to do, and for whom.

    Without --out it is printed as Markdown.
    """
    from reports.card.render import FORMS

    ending = ".md" if out is None else out.suffix.lower()
    if ending not in {*FORMS, ".pdf"}:
        text = f"{out} ends in none of .html, .md, .xml and .pdf: name a file that does."
        raise CliError(text, WRONG_CALL)
    registry = _registry()
    made, version = registry.card(model), registry.show(model).version
    if out is None:
        print(FORMS[ending](made, version), end="")
        return
    if ending == ".pdf":
        from reports.pdf import pdf

        content = pdf(FORMS[".html"](made, version), short=False)
    else:
        content = FORMS[ending](made, version).encode()
    try:
        out.write_bytes(content)
    except OSError as error:
        text = f"{out} cannot be written ({error.strerror}): name a file in a folder of yours."
        raise CliError(text, WRONG_CALL) from None
    print(f"Wrote {out}")


def promote(model: Wanted, as_json: Json = False) -> None:
    """Make a model the champion, which the service answers with; a running one goes over to it.

    It is checked first: its files, its digest, and its answers to its golden rows.
    """
    registry = _registry()
    _check(registry, model)
    entry = registry.promote(model, "asked for by `preclear models promote`")
    _say(entry, f"Version {entry.version} is the champion.", as_json)


def challenge(model: Wanted, as_json: Json = False) -> None:
    """Make a model the challenger, which a running service asks beside the champion (shadow)."""
    registry = _registry()
    _check(registry, model)
    entry = registry.challenge(model)
    _say(entry, f"Version {entry.version} is the challenger.", as_json)


def _check(registry: Registry, wanted: str) -> None:
    from models.checked import checked

    checked(registry.resolve(wanted))


def rollback(as_json: Json = False) -> None:
    """Make the champion before this one the champion again; a running service goes back to it."""
    registry = _registry()
    for version in registry.champions()[-2:-1]:
        _check(registry, version)
    entry = registry.rollback("asked for by `preclear models rollback`")
    _say(entry, f"Version {entry.version} is the champion again.", as_json)


def compare(
    first: Annotated[str, typer.Argument(help="A version or an alias.")] = "champion",
    second: Annotated[str, typer.Argument(help="A version or an alias.")] = "challenger",
    as_json: Json = False,
) -> None:
    """Put the test figures of two models side by side.

    Each was measured on the test period of its own training data: see `preclear evaluate` for one
    and the same data.
    """
    rows = _registry().compare(first, second)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    from training.report import number, table

    screen = _console()
    made = table(screen, "Each on the test period of its own data")
    made.add_column("figure")
    for name in (first, second, "difference"):
        made.add_column(name, justify="right")
    for row in rows:
        if row.metric.endswith((".low", ".high")):
            continue
        one = float("nan") if row.first is None else row.first
        two = float("nan") if row.second is None else row.second
        made.add_row(row.metric.removeprefix("test."), number(one), number(two), number(two - one))
    screen.print(made)
