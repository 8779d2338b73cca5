"""``preclear outcomes``: remittances into the running history, joined to earlier scores."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.errors import FAILED, CliError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.carc import Catalogue
    from claims.keys import Keys
    from claims.problems import Problem
    from claims.progress import Progress
    from claims.settings import Settings
    from claims.sources import Found, Source
    from service.outcomes.posted import Posted
    from service.outcomes.service import Outcomes, Taken
    from service.outcomes.store import OutcomeStore

_TOGETHER: Final = 5_000  # rows: a commit and a look at the audit log for many small files
_SHOWN: Final = 20
_COUNTS: Final = (
    ("remittances", "Remittances"),
    ("already_known", "  taken before"),
    ("not_decided", "  that decide nothing"),
    ("joined", "  of claims scored here"),
    ("unmatched", "  of claims that nobody knows"),
    ("claims", "Claims"),
    ("claims_already_known", "  taken before"),
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("outcomes")(outcomes)


def outcomes(
    paths: Annotated[
        list[Path], typer.Argument(help="835 files and folders of them; 837s tell what was sent.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Give the counts as JSON.")] = False,
) -> None:
    """Feed remittances into the running history, and join them to the scores of their claims."""
    from claims.settings import Settings
    from claims.sources import find
    from cli.progress import watch
    from service.audit.repository import AuditRepository
    from service.outcomes.joining import Joining
    from service.outcomes.service import Outcomes
    from service.outcomes.store import OutcomeStore

    settings = Settings.read()
    found = find(paths)
    progress = watch()
    store = OutcomeStore(settings.home)
    repository = AuditRepository.of(settings)
    try:
        joining = Joining(settings.home, store, repository, repository.append)
        taken = _take(Outcomes(settings.home, store, joining), settings, found, progress)
        counts = {name: sum(getattr(one, name) for one in taken) for name, _ in _COUNTS}
        problems = [*_unread(found), *(problem for one in taken for problem in one.problems)]
        _tell(problems)
        if not counts["remittances"] and not counts["claims"]:
            raise CliError("there is no remittance in these files: name 835 files", FAILED)
        with progress.stage("Folding into the history"):
            history = _fold(settings, store)
    finally:
        repository.close()
        store.close()
    if as_json:
        print(json.dumps({**counts, "problems": len(problems), "history": history}, indent=1))
        return
    for name, words in _COUNTS:
        print(f"{words:32}{counts[name]:>12,}")
    if history is not None:
        print(f"The running history is {history['digest']}, {history['state']}.")


def _take(outcomes: Outcomes, settings: Settings, found: Found, progress: Progress) -> list[Taken]:
    files = [source for source in found.sources if source.kind == "x12"]
    taken = []
    with progress.stage("Reading", total=len(files)) as advance:
        for group, count in _groups(settings, files):
            taken.append(outcomes.take(group))
            advance(count)
    return taken


def _groups(settings: Settings, files: list[Source]) -> Iterator[tuple[Posted, int]]:
    """What the files hold, some together, with how many files that are."""
    from claims.carc import load_catalogue
    from claims.keys import load_keys
    from service.outcomes.posted import Posted

    keys, catalogue = load_keys(settings.home), load_catalogue(settings.carc_csv)
    group, count = Posted(), 0
    for source in files:
        group.include(_read(source, keys, catalogue))
        count += 1
        if len(group.claims) + len(group.remittances) >= _TOGETHER:
            yield group, count
            group, count = Posted(), 0
    if count:
        yield group, count


def _read(source: Source, keys: Keys, catalogue: Catalogue) -> Posted:
    """What a file holds; what cannot be read of it is among its problems."""
    from claims.problems import Problem
    from service.outcomes.posted import Posted, posted
    from service.problems import Problem as Refusal

    name = str(source.path)
    try:
        with source.path.open("rb") as file:
            return posted(file, keys, catalogue, name)
    except OSError as error:
        text = f"The file cannot be read ({error.strerror}): nothing of it was taken."
    except Refusal as refusal:
        text = refusal.detail
    return Posted(problems=[Problem(name, 0, "", text)])


def _unread(found: Found) -> list[Problem]:
    """What was named and is no X12."""
    from claims.problems import Problem

    problems = [
        Problem(str(path), 0, "", "The file holds no X12: there is no ISA segment in it.")
        for path in found.not_x12
    ]
    return problems + [
        Problem(str(source.path), 0, "", "Tables hold no claim ids: name the 835 files instead.")
        for source in found.sources
        if source.kind != "x12"
    ]


def _fold(settings: Settings, store: OutcomeStore) -> dict[str, str] | None:
    """The history that serves afterwards; ``None`` where there is none to fold into."""
    from service.outcomes import folding

    try:
        with folding.turn(settings.home, wait=True):
            done = folding.fold(settings.home, store)
    except folding.FoldError as error:
        print(f"preclear: note: {error}", file=sys.stderr)
        return None
    return {"digest": done.digest, "state": "changed" if done.changed else "the same"}


def _tell(problems: list[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        print(f"preclear: {problem.where()}: {problem.text}", file=sys.stderr)
    if len(problems) > _SHOWN:
        more = len(problems) - _SHOWN
        print(f"preclear: and {more:,} more; `preclear read --json` lists all", file=sys.stderr)
