"""``preclear retrain``: a step of the loop from new data to a promotion at each call."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from claims.errors import UserError
from cli.errors import WRONG_CALL, CliError
from cli.options import MappingFile
from cli.reading import read
from cli.shaping import HalfLife, Leaves, ParametersFile, Trees
from cli.worked_on import worked_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from claims.settings import Settings
    from training.boosters import Settings as Shaped
    from training.retrain import Live, Rule, Step

_RULES: Final[tuple[Rule, ...]] = ("never", "gates", "shadow")
_LOCK: Final = ".retraining"
_HOUR: Final = 3600.0


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("retrain")(retrain)


def retrain(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Trees of 837 and 835 files, or folders of claims tables."),
    ],
    rule: Annotated[
        str, typer.Option(help="Who promotes: never (a person does), gates, or shadow.")
    ] = "never",
    shadow_days: Annotated[
        int, typer.Option(min=1, max=365, help="Days of claims that rule shadow looks at.")
    ] = 14,
    every: Annotated[
        float, typer.Option(min=0, metavar="HOURS", help="Go on, a step every so many hours.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Same data, same seed, same model.")] = 1,
    trees: Trees = None,
    leaves: Leaves = None,
    half_life: HalfLife = None,
    parameters: ParametersFile = None,
    mapping: MappingFile = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="Processes and threads to use; 0: one a core.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each step.")
    ] = False,
) -> None:
    """Train when there is new data, ask the gates, try it in shadow, promote by rule.

    Each call does one step and may be repeated or broken off at any time: name it in cron, or give
    --every. A model that is refused or dropped is a step that was done: the exit code is 0.
    """
    from claims.settings import Settings
    from cli import shaping

    chosen_rule = next((one for one in _RULES if one == rule), None)
    if chosen_rule is None:
        raise CliError(f"--rule takes {', '.join(_RULES)}, not {rule}", WRONG_CALL)
    given = {"trees": trees, "leaves": leaves, "half_life": half_life}
    shaped, _ = shaping.settings(parameters, given, 0.0, seed, workers)
    settings = Settings.read()

    def once() -> None:
        with _alone(settings.home) as mine:
            if not mine:
                _say("Another retraining is at work here: nothing was done.", as_json)
                return
            made = _step(paths, settings, mapping, shaped, chosen_rule, shadow_days)
            _tell(made, as_json)

    _repeat(once, every)


def _repeat(once: Callable[[], None], hours: float) -> None:
    """Once, or for ever: then an error is told and the next time tried again."""
    if not hours:
        once()
        return
    while True:
        try:
            once()
        except UserError as error:
            print(f"preclear: {error}", file=sys.stderr, flush=True)
        time.sleep(hours * _HOUR)


def _step(
    paths: list[Path],
    settings: Settings,
    mapping: Path | None,
    shaped: Shaped,
    rule: Rule,
    days: int,
) -> Step:
    from claims.keys import load_keys
    from cli.progress import watch
    from models.registry import Registry
    from reports.card.render import renderings
    from service.outcomes.folding import catch_up
    from training.retrain import Loop, step

    progress = watch()
    keys = load_keys(settings.home)
    dataset = read(paths, settings, keys, mapping, shaped.threads, progress)
    made = step(
        dataset,
        Loop(
            registry=Registry(settings.mlruns),
            home=settings.home,
            settings=shaped,
            rule=rule,
            days=days,
            live=_live(settings),
            progress=progress,
            set_aside=worked_on(settings),
            render=renderings,
        ),
    )
    with progress.stage("Folding in what was posted"):
        catch_up(settings.home)
    return made


def _live(settings: Settings) -> Live:
    """What two versions said of claims that were scored here, and what became of these."""

    def said(champion: str, challenger: str) -> list[tuple[int, int, float, float, bool]]:
        from service.audit.repository import FILE, AuditRepository
        from service.outcomes.shadowed import shadowed
        from training.days import number

        if settings.database_url is None and not (settings.home / FILE).is_file():
            return []
        with AuditRepository.of(settings) as log:
            return [
                (one.claim_key, number(one.day), one.champion, one.challenger, one.denied)
                for one in shadowed(log, champion, challenger)
            ]

    return said


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Whether nobody else retrains this installation; given back by the end of the process."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CliError(
            f"the folder {home} cannot be written ({error.strerror}): make it writable or set "
            "PRECLEAR_HOME"
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _say(text: str, as_json: bool) -> None:
    found = {"state": "busy", "version": None, "said": [text], "shadow": None}
    print(json.dumps(found) if as_json else text, flush=True)


def _tell(made: Step, as_json: bool) -> None:
    if as_json:
        beside = None if made.beside is None else made.beside.metrics()
        found = asdict(made) | {"said": list(made.sentences), "shadow": beside}
        del found["sentences"], found["beside"]
        print(json.dumps(found, allow_nan=False), flush=True)
        return
    for sentence in made.sentences:
        print(sentence, flush=True)
