"""``preclear check``: the rules that the claims of 837 files break, claim by claim."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import FAILED, WRONG_CALL, CliError

if TYPE_CHECKING:
    import datetime as dt

    from claims.problems import Problem
    from claims.types import Claim
    from models.edits import Rulebook
    from models.score import Edit

SUBMISSION = "submission"
_SHOWN = 20


@dataclass(slots=True)
class _Checked:
    """What was found: each claim's file, id and edits, and what could not be read."""

    claims: list[tuple[str, str, tuple[Edit, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Claims, those with an error, those with warnings alone."""
        worst = Counter(
            "errors" if any(edit.severity == "error" for edit in edits) else "warnings"
            for _, _, edits in self.claims
            if edits
        )
        return {
            "claims": len(self.claims),
            "with_errors": worst["errors"],
            "with_warnings_alone": worst["warnings"],
        }


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("check")(check)


def check(
    paths: Annotated[list[Path], typer.Argument(help="837 files and folders of them.")],
    as_of: Annotated[
        str, typer.Option(help="'submission' (each claim's own day) or a date, YYYY-MM-DD.")
    ] = SUBMISSION,
    strict: Annotated[
        bool, typer.Option("--strict", help="Also judge each claim by its guide (pyx12).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Give everything as JSON.")] = False,
) -> None:
    """Show the rules that claims break before they go out; exit 1 if any is an error."""
    from claims.settings import Settings
    from claims.sources import find
    from cli.progress import watch
    from models.edits import load_rules

    day = _day(as_of)
    rules = load_rules(Settings.read())
    found = find(paths)
    for path in found.not_x12:
        print(f"preclear: {path} is not X12 and was passed over", file=sys.stderr)
    files = [source.path for source in found.sources if source.kind == "x12"]
    checked = _Checked()
    with watch().stage("Checking", total=len(files)) as advance:
        for path in files:
            _file(path, rules, day, checked, strict=strict)
            advance()
    _tell(checked.problems)
    if not checked.claims:
        raise CliError("there is no claim in these files: name 837 files", FAILED)
    if as_json:
        print(json.dumps(_report(checked, rules), indent=2))
    else:
        _print(checked)
    if checked.counts()["with_errors"]:
        raise typer.Exit(FAILED)


def _file(
    path: Path, rules: Rulebook, day: dt.date | None, checked: _Checked, *, strict: bool
) -> None:
    import datetime as dt

    from claims.problems import Problem
    from claims.types import Claim
    from claims.x12 import read
    from models.edits import find_edits

    try:
        data = path.read_bytes()
    except OSError as error:
        raise CliError(f"{path} cannot be read ({error.strerror}): correct the path") from None
    claims: list[Claim] = []
    for item in read(data, str(path)):
        if isinstance(item, Claim):
            claims.append(item)
        elif isinstance(item, Problem):
            checked.problems.append(item)
    today = dt.date.today()  # noqa: DTZ011 -- X12 dates have no time zone either
    guide = _guide(data, claims) if strict else [()] * len(claims)
    for claim, more in zip(claims, guide, strict=True):
        edits = find_edits(claim, day or claim.submitted_on or today, rules)
        checked.claims.append((str(path), claim.claim_id, (*edits, *more)))


def _guide(data: bytes, claims: list[Claim]) -> list[tuple[Edit, ...]]:
    try:
        from claims.x12.judged import judge_claims
    except ImportError:
        raise CliError("--strict needs pyx12: install preclear[train]") from None
    from models.edits.guide import by_claim

    return by_claim(judge_claims(data), [claim.claim_id for claim in claims])


def _day(as_of: str) -> dt.date | None:
    import datetime as dt

    if as_of == SUBMISSION:
        return None
    try:
        return dt.date.fromisoformat(as_of)
    except ValueError:
        raise CliError(
            "--as-of must be 'submission' or a date written YYYY-MM-DD", WRONG_CALL
        ) from None


def _tell(problems: list[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        print(f"preclear: {problem.where()}: {problem.text}", file=sys.stderr)
    if len(problems) > _SHOWN:
        more = len(problems) - _SHOWN
        print(f"preclear: and {more:,} more; `preclear read --json` lists all", file=sys.stderr)


def _report(checked: _Checked, rules: Rulebook) -> dict[str, Any]:
    return {
        **checked.counts(),
        "rules": {"digest": rules.digest},
        "codes": dict(Counter(edit.code for *_, edits in checked.claims for edit in edits)),
        "broken": [
            {
                "file": file,
                "claim_id": claim_id,
                "edits": [
                    {
                        "code": edit.code,
                        "severity": edit.severity,
                        "field": edit.field,
                        "text": edit.text,
                        "mend": edit.mend,
                    }
                    for edit in edits
                ],
            }
            for file, claim_id, edits in checked.claims
            if edits
        ],
    }


def _print(checked: _Checked) -> None:
    from cli.tables import show

    rows: list[list[str]] = []
    mends: dict[str, str] = {}
    for _, claim_id, edits in checked.claims:
        for place, edit in enumerate(edits):
            shown = "" if place else claim_id
            rows.append([shown, edit.severity, edit.code, edit.field, edit.text])
            mends.setdefault(edit.code, edit.mend)
    if rows:
        show("", ["claim", "severity", "code", "field", "what is wrong"], rows)
        show("", ["code", "how to mend it"], sorted(map(list, mends.items())))
    counts = checked.counts()
    print(
        f"{counts['claims']:,} claims: {counts['with_errors']:,} with errors, "
        f"{counts['with_warnings_alone']:,} with warnings alone"
    )
