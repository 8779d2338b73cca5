"""``preclear score``: files of claims in, one row a claim out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.errors import WRONG_CALL, CliError
from cli.options import DayActions, DayMinutes, MappingFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from claims.dataset import Dataset
    from claims.progress import Progress
    from claims.settings import Settings
    from cli.score_rank import DayWork
    from features.frame import Frame
    from features.history import History
    from models.frame_scores import FrameScores

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
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Reading processes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Score every claim of 837 files, each as of its submission, with history as of then."""
    from claims.carc import load_catalogue
    from claims.dataset import read_dataset
    from claims.keys import load_keys
    from claims.settings import Settings
    from cli.progress import watch
    from cli.score_rows import ranked, table, write, writer_for
    from models.costs import Costs
    from models.promise import threshold_for
    from models.scoring import Scorer
    from service.start import open_model

    writer_for(out)
    day = _day(as_of)
    settings = Settings.read()
    costs = Costs.of(settings)
    keys = load_keys(settings.home)
    denial, reference = open_model(settings, model)
    if precision is not None:
        threshold_for(denial.promise, precision)  # refused before anything is read
    progress = watch()
    catalogue = load_catalogue(settings.carc_csv)
    read = partial(read_dataset, keys=keys, catalogue=catalogue, workers=workers, progress=progress)
    claims = _told(read(paths, keep_ids=True, mapping=mapping))
    known = _history(settings, read(history) if history else None, claims, progress)
    frame = _frame(claims, day)
    with progress.stage("Scoring", total=len(frame)) as advance:
        scorer = Scorer(denial, known, keys, version=reference.version, costs=costs)
        scores = scorer.score_frame(frame, advance, precision)
    work = _work(scores, budget, budget_minutes)
    rows = table(_ids(claims), scores, frame.as_of, claims.claims["charge"], precision)
    write(rows if work is None else ranked(rows, work.columns(scores)), out)
    used = Used(reference.version, scorer.threshold(precision), precision, work)
    _summary(scores, claims, out, used, as_json=as_json)


def _told(claims: Dataset) -> Dataset:
    """``claims`` as they are, having said what could not be read. Raises ``CliError``: no claim."""
    from cli.notes import tell

    tell(claims)
    _report(claims)
    if not claims.claims.num_rows:
        raise CliError("there is no claim in these files: name 837 files")
    return claims


def _work(scores: FrameScores, budget: int | None, minutes: float | None) -> DayWork | None:
    """The day's work, where a budget was named."""
    from cli.score_rank import DayWork
    from models.rank import Budget

    if budget is None and minutes is None:
        return None
    return DayWork.of(scores, Budget(actions=budget, minutes=minutes))


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


def _frame(claims: Dataset, day: int | None) -> Frame:
    """The claims as of ``day``; by default as of their submission, and today where unstated."""
    import datetime as dt

    import numpy as np

    from features.columns import NO_DAY
    from features.frame import Frame

    frame = Frame.from_tables(claims.claims, claims.lines)
    if day is not None:
        return frame.as_of_days(day)
    today = np.int32((dt.datetime.now(dt.UTC).date() - dt.date(1970, 1, 1)).days)
    return frame.replace(as_of=np.where(frame.as_of == NO_DAY, today, frame.as_of))


def _ids(claims: Dataset) -> pa.Array:
    if claims.claim_ids is None or len(claims.claim_ids) != claims.claims.num_rows:
        raise CliError("the claims have no ids of their own: name 837 files, not tables")
    return claims.claim_ids


def _report(claims: Dataset) -> None:
    """Say on standard error what could not be read, as far as it fits on a screen."""
    for problem in claims.problems[:_SHOWN]:
        print(f"preclear: {problem.where()}: {problem.text}", file=sys.stderr)
    if len(claims.problems) > _SHOWN:
        more = len(claims.problems) - _SHOWN
        print(f"preclear: and {more:,} more; `preclear read --json` lists all", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class Used:
    """What the decisions rest on: version, threshold, and the precision that it keeps, if asked.

    ``work``: what of it is done in a day, if a budget was named.
    """

    version: str
    threshold: float
    precision: float | None
    work: DayWork | None = None


def _summary(scores: FrameScores, claims: Dataset, out: Path, used: Used, *, as_json: bool) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    counts = Counter(scores.decision.tolist())
    held = pa.array(scores.decision != "submit")
    at_risk = pc.sum(claims.claims["charge"].filter(held)).as_py() or 0
    decisions: Sequence[str] = ("hold", "review", "submit")
    if as_json:
        told: dict[str, Any] = {"claims": len(scores.decision), "model_version": used.version}
        told |= {"threshold": used.threshold, "precision_promised": used.precision}
        told |= {name: counts[name] for name in decisions}
        told |= {"amount_to_look_at": f"{at_risk:.2f}", "problems": len(claims.problems)}
        if used.work is not None:
            told |= {"ranked": used.work.totals(scores)}
        print(json.dumps({**told, "out": str(out)}, indent=2))
        return
    said = ", ".join(f"{counts[name]:,} {name}" for name in decisions)
    if used.precision is not None:
        said += f" (from {used.threshold:.3f} on, which keeps a precision of {used.precision:g})"
    print(
        f"Scored {len(scores.decision):,} claims with model version {used.version}: {said}; "
        f"${at_risk:,.2f} on those to hold or review. Wrote {out}"
    )
    if used.work is not None:
        used.work.show(scores, _ids(claims))
