"""Reading remittances for triage, and then the claims behind what they deny.

Two passes: the first takes the remittances, the second only the claims that a denial is about, so
that a year of claims needs no more memory than its denials.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from claims.denials.standing import Ledger, Sent
from claims.problems import Problem
from claims.sources import find
from claims.types import Claim, Payment, Remittance
from claims.x12 import read as read_x12

if TYPE_CHECKING:
    from pathlib import Path

    from claims.carc import Catalogue
    from claims.progress import Progress
    from claims.sources import Source

_SHOWN: Final = 20
Take = Callable[[Claim | Remittance | Payment | Problem], None]


@dataclass(frozen=True, slots=True)
class Read:
    """The answers, and the claims behind the denials (``None``: there was no 837)."""

    ledger: Ledger
    sent: Sent | None


def read(paths: list[Path], catalogue: Catalogue, progress: Progress) -> Read:
    """Read files and folders. What cannot be read is told on standard error and passed over."""
    found = find(paths)
    problems = [
        Problem(str(path), 0, "", "The file holds no X12: there is no ISA segment in it.")
        for path in found.not_x12
    ]
    problems += [
        Problem(str(source.path), 0, "", "Tables hold no claim ids: name the 835 files instead.")
        for source in found.sources
        if source.kind != "x12"
    ]
    files = [source for source in found.sources if source.kind == "x12"]
    ledger = Ledger(catalogue)
    with_claims: list[Source] = []
    with progress.stage("Reading", total=len(files)) as advance:
        for source in files:
            held = _Held(ledger, problems)
            _each(source, held.take, problems)
            if held.claims:
                with_claims.append(source)
            advance()
    sent = None
    if with_claims:
        sent = Sent(ledger.standing())
        with progress.stage("Finding their claims", total=len(with_claims)) as advance:
            for source in with_claims:
                _each(source, _claims_into(sent), [])
                advance()
    _tell(problems)
    return Read(ledger, sent)


class _Held:
    """Takes the remittances and problems of a file, and notes whether claims are in it."""

    def __init__(self, ledger: Ledger, problems: list[Problem]) -> None:
        self._ledger = ledger
        self._problems = problems
        self.claims = False

    def take(self, value: Claim | Remittance | Payment | Problem) -> None:
        if isinstance(value, Remittance):
            self._ledger.add(value)
        elif isinstance(value, Claim):
            self.claims = True
        elif isinstance(value, Problem):
            self._problems.append(value)


def _claims_into(sent: Sent) -> Take:
    def take(value: Claim | Remittance | Payment | Problem) -> None:
        if isinstance(value, Claim):
            sent.add(value)

    return take


def _each(source: Source, take: Take, problems: list[Problem]) -> None:
    try:
        with source.path.open("rb") as file:
            for value in read_x12(file, str(source.path)):
                take(value)
    except OSError as error:
        text = f"The file cannot be read ({error.strerror}); what came before is kept."
        problems.append(Problem(str(source.path), 0, "", text))


def _tell(problems: list[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        print(f"preclear: {problem.where()}: {problem.text}", file=sys.stderr)
    if len(problems) > _SHOWN:
        more = len(problems) - _SHOWN
        print(f"preclear: and {more:,} more; `preclear read --json` lists all", file=sys.stderr)
