"""``preclear synth``: an invented practice's files, with the truth beside them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import WRONG_CALL, CliError

if TYPE_CHECKING:
    from data_synth.config import WorldConfig


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("synth")(synth)


def synth(
    out: Annotated[Path, typer.Argument(help="Folder for 837/, 835/ and truth/.")],
    claims: Annotated[
        int, typer.Option(help="Claims of visits; copies and the like come on top.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    policies: Annotated[
        int | None,
        typer.Option(
            help="Another seed for the payers' policies and the staff; default: the seed."
        ),
    ] = None,
    start: Annotated[
        str, typer.Option(metavar="DATE", help="First day of submission.")
    ] = "2025-01-01",
    months: Annotated[int, typer.Option(help="How long the practice is watched.")] = 18,
    steady: Annotated[
        bool, typer.Option("--steady", help="No rule and no provider comes or goes on the way.")
    ] = False,
    require_authorization: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PAYER:PROCEDURE:DATE",
            help="That payer starts to demand an authorization for it that day; may be repeated.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that write; default: all cores.")
    ] = None,
    ask: Annotated[
        str | None,
        typer.Option(metavar="CLAIM_ID", help="Invent nothing: ask OUT what became of this claim."),
    ] = None,
    action: Annotated[
        list[str] | None, typer.Option(help="With --ask: mend the claim so first; may be repeated.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the world that OUT holds.")
    ] = False,
) -> None:
    """Invent a practice and its payers: OUT/837/*.837, OUT/835/*.835 and OUT/truth/."""
    if ask is not None:
        _ask(out, ask, action or [])
        return
    from cli.progress import watch
    from data_synth.config import date_of
    from data_synth.invent import invent

    config = _config(
        start, require_authorization or [],
        claims=claims, seed=seed, policy_seed=policies, months=months, steady=steady,
    )  # fmt: skip
    world, written = invent(config, out, processes=workers, progress=watch(), force=force)
    print(
        f"{written.submissions:,} submissions in {written.files_837:,} 837 files "
        f"and {written.remittances:,} "
        f"remittances in {written.files_835:,} 835 files, from {world.config.start} to "
        f"{date_of(world.config.last_day)}, and the truth beside them, in {out}"
    )


def _config(start: str, changes: list[str], **chosen: Any) -> WorldConfig:
    """The world that is asked for. Raises ``CliError``."""
    from data_synth.changes import parse
    from data_synth.config import WorldConfig

    try:
        first = dt.date.fromisoformat(start)
    except ValueError:
        text = f"{start} is no date: give --start as YYYY-MM-DD, from 2016-01-01 to 2060-01-01"
        raise CliError(text, WRONG_CALL) from None
    try:
        return WorldConfig(start=first, changes=tuple(map(parse, changes)), **chosen)
    except ValueError as error:
        raise CliError(str(error), WRONG_CALL) from error


def _ask(out: Path, claim_id: str, actions: list[str]) -> None:
    """Print what becomes of one claim of an invented world, mended or as it was."""
    from data_synth.whatif import ask

    answer = ask(out, claim_id, actions)
    said = f" ({answer.category}, CARC {answer.carc})" if answer.carc else ""
    print(
        f"{answer.claim_id} as sent: {answer.outcome_before}, probability of a denial "
        f"{answer.probability_before:.3f}; after {', '.join(actions) or 'nothing'}: "
        f"{answer.outcome}{said}, {answer.probability_after:.3f}"
    )
