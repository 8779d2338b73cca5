"""``preclear score``: files of claims in, one row a claim out."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from cli.errors import WRONG_CALL, CliError
from cli.options import DayActions, DayMinutes, MappingFile

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.processes import Processes
    from claims.progress import Progress
    from claims.settings import Settings
    from cli.score_parts import Batch
    from features.history import History
    from models.costs import Costs
    from models.denial import DenialModel
    from models.rank import Budget

SUBMISSION: Final = "submission"
_SHOWN: Final = 20


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("score")(score)


def score(
    paths: Annotated[list[Path], typer.Argument(help="837 files and folders of them.")],
    out: Annotated[
        Path, typer.Option("--out", dir_okay=False, help="File to write: .jsonl, .csv, .parquet.")
    ],
    history: Annotated[
        list[Path] | None,
        typer.Option(help="837s, 835s or tables to judge by; default: the running history."),
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="'submission' (each claim's own day) or a date, YYYY-MM-DD.")
    ] = SUBMISSION,
    mapping: MappingFile = None,
    model: Annotated[str, typer.Option(help="Alias or version in the registry.")] = "champion",
    precision: Annotated[
        float | None,
        typer.Option(help="Precision to keep, such as 0.9, in place of the model's threshold."),
    ] = None,
    budget: DayActions = None,
    budget_minutes: DayMinutes = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Write why: at most four reasons a claim.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes that read and score; default: one a core."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Score every claim of 837 files, each as of its submission, with history as of then."""
    from claims.processes import Processes
    from claims.settings import Settings
    from cli.progress import watch
    from cli.score_parts import Asked, scored
    from cli.score_rows import form_of
    from cli.score_write import Used, write
    from service.start import open_model

    form = form_of(out)
    day, day_budget = _day(as_of), _budget(budget, budget_minutes)
    settings = Settings.read()
    denial, reference = open_model(settings, model)
    threshold = _threshold(denial, precision)  # refused before anything is read
    asked = Asked(
        costs=_costs(settings), threshold=threshold, precision=precision, form=form,
        ranked=day_budget is not None, reasons=reasons,
    )  # fmt: skip
    progress = watch()
    with Processes(workers) as processes:
        batch, known, problems = _read(
            paths, history, mapping, day, _Reading(settings, processes, progress)
        )
        with (
            progress.stage("Scoring", total=len(batch)) as advance,
            scored(batch, denial, known, asked, processes, settings.home) as parts,
        ):
            told = write(parts, batch, out, asked, day_budget, advance)
    told.summary(Used(reference.version, asked, problems, out), as_json=as_json)


class _Reading(NamedTuple):
    """What reads."""

    settings: Settings
    processes: Processes
    progress: Progress


def _read(
    paths: list[Path],
    past: list[Path] | None,
    mapping: Path | None,
    day: int | None,
    reading: _Reading,
) -> tuple[Batch, History, int]:
    """The claims to be scored, the history to judge them by, how many parts were unreadable."""
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from claims.keys import load_keys

    settings, processes, progress = reading
    read = partial(
        read_dataset, keys=load_keys(settings.home), catalogue=load_catalogue(settings.carc_csv),
        processes=processes, progress=progress,
    )  # fmt: skip
    claims = _told(read(paths, keep_ids=True, mapping=mapping))
    known = _history(settings, read(past) if past else None, claims, progress)
    return _batch(claims, day), known, len(claims.problems)


def _threshold(model: DenialModel, precision: float | None) -> float:
    """The model's own, or the one that keeps ``precision``. Raises ``PromiseError``."""
    from models.promise import threshold_for

    return model.threshold if precision is None else threshold_for(model.promise, precision)


def _costs(settings: Settings) -> Costs:
    """What actions cost; a dict goes to other processes, what ``Costs.of`` holds does not."""
    from models.costs import Costs

    costs = Costs.of(settings)
    return replace(costs, minutes=dict(costs.minutes))


def _told(claims: Dataset) -> Dataset:
    """``claims`` as they are, having said what could not be read. Raises ``CliError``: no claim."""
    from cli.notes import tell

    tell(claims)
    _report(claims)
    if not claims.claims.num_rows:
        raise CliError("there is no claim in these files: name 837 files")
    return claims


def _budget(actions: int | None, minutes: float | None) -> Budget | None:
    """The day's budget, where one was named."""
    from models.rank import Budget

    if actions is None and minutes is None:
        return None
    return Budget(actions=actions, minutes=minutes)


def _day(as_of: str) -> int | None:
    """Days since 1970-01-01, ``None`` for each claim's own. Raises ``CliError``."""
    import datetime as dt

    if as_of == SUBMISSION:
        return None
    try:
        return (dt.date.fromisoformat(as_of) - dt.date(1970, 1, 1)).days
    except ValueError:
        raise CliError(
            "--as-of must be 'submission' or a date written YYYY-MM-DD", WRONG_CALL
        ) from None


def _history(
    settings: Settings, past: Dataset | None, claims: Dataset, progress: Progress
) -> History:
    from cli.score_history import from_files, from_running
    from service.start import open_history

    with progress.stage("Building the history"):
        if past is not None:
            return from_files(past, claims)
        return from_running(open_history(settings), claims)


def _batch(claims: Dataset, day: int | None) -> Batch:
    """The claims as of ``day``; by default as of their submission, and today where unstated."""
    import datetime as dt

    import numpy as np

    from cli.score_parts import Batch
    from features.columns import NO_DAY
    from features.frame import Frame

    if claims.claim_ids is None or len(claims.claim_ids) != claims.claims.num_rows:
        raise CliError("the claims have no ids of their own: name 837 files, not tables")
    frame = Frame.from_tables(claims.claims, claims.lines)
    if day is not None:
        frame = frame.as_of_days(day)
    else:
        today = np.int32((dt.datetime.now(dt.UTC).date() - dt.date(1970, 1, 1)).days)
        frame = frame.replace(as_of=np.where(frame.as_of == NO_DAY, today, frame.as_of))
    return Batch(frame=frame, ids=claims.claim_ids, charge=claims.claims["charge"])


def _report(claims: Dataset) -> None:
    """Say on standard error what could not be read, as far as it fits on a screen."""
    for problem in claims.problems[:_SHOWN]:
        print(f"preclear: {problem.where()}: {problem.text}", file=sys.stderr)
    if len(claims.problems) > _SHOWN:
        more = len(claims.problems) - _SHOWN
        print(f"preclear: and {more:,} more; `preclear read --json` lists all", file=sys.stderr)
