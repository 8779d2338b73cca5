"""What one 835 or 837 holds, as rows to be kept: read as it comes, judged, its ids hashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from claims.problems import Problem
from claims.rows import claim_rows, remittance_rows
from claims.types import Claim, Remittance
from claims.x12.read import Reader
from service.unreadable import MOST, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.carc import Catalogue
    from claims.keys import Keys
    from claims.rows import ClaimRow, RemittanceRow
    from claims.types import Payment

_TOGETHER: Final = 512
_CHUNK: Final = 1 << 18
_TOO_LARGE: Final = "A value is larger than can be kept; correct its amounts and numbers."
_UNNAMED: Final = "A claim states no id (CLM01), so no answer could be matched to it."


@dataclass(slots=True)
class Posted:
    """Rows with their places in the file; what could not be read; what decides nothing.

    ``undecided`` are reversals, answers that are no adjudication (or not yet), and those that state
    no day.
    """

    claims: list[tuple[int, ClaimRow]] = field(default_factory=list)
    remittances: list[tuple[int, RemittanceRow]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    undecided: int = 0

    @property
    def empty(self) -> bool:
        """Whether there was neither claim nor remittance."""
        return not (self.claims or self.remittances or self.undecided)

    def include(self, other: Posted) -> None:
        """Take what another file held beside this."""
        self.claims += other.claims
        self.remittances += other.remittances
        self.problems += other.problems
        self.undecided += other.undecided


class Reading:
    """Reads one file as its bytes come: ``feed`` them, then ``finish``.

    Both raise ``Problem`` (413) for a file that is hardly anything but faults.
    """

    def __init__(self, keys: Keys, catalogue: Catalogue, name: str = "") -> None:
        """``name`` is what problems call the file."""
        self._reader = Reader(name)
        self._keys = keys
        self._catalogue = catalogue
        self._name = name
        self._place = 0
        self._claims: list[tuple[int, Claim]] = []
        self._remittances: list[tuple[int, Remittance]] = []
        self._found = Posted()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._take(self._reader.feed(chunk))

    def finish(self) -> Posted:
        """What the whole file held."""
        self._take(self._reader.finish())
        self._keep_claims()
        self._keep_remittances()
        return self._found

    def _take(self, items: Iterable[Claim | Remittance | Payment | Problem]) -> None:
        for item in items:
            self._place += 1
            if isinstance(item, Claim):
                self._claims.append((self._place, item))
            elif isinstance(item, Remittance):
                self._remittances.append((self._place, item))
            elif isinstance(item, Problem):
                self._note(item)
        if len(self._claims) >= _TOGETHER:
            self._keep_claims()
        if len(self._remittances) >= _TOGETHER:
            self._keep_remittances()

    def _keep_claims(self) -> None:
        taken, self._claims = self._claims, []
        rows = claim_rows([claim for _, claim in taken], self._keys)
        for (place, _), row in zip(taken, rows, strict=True):
            if row is None:
                self._note(Problem(self._name, 0, "", _TOO_LARGE))
            elif not row.key:
                self._note(Problem(self._name, 0, "", _UNNAMED))
            else:
                self._found.claims.append((place, row))

    def _keep_remittances(self) -> None:
        taken, self._remittances = self._remittances, []
        rows = remittance_rows([answer for _, answer in taken], self._keys, self._catalogue)
        for (place, _), row in zip(taken, rows, strict=True):
            if row is None:
                self._note(Problem(self._name, 0, "", _TOO_LARGE))
            elif row.decides:
                self._found.remittances.append((place, row))
            else:
                self._found.undecided += 1

    def _note(self, problem: Problem) -> None:
        if len(self._found.problems) >= MOST:
            raise too_many()
        self._found.problems.append(problem)


def posted(source: BinaryIO, keys: Keys, catalogue: Catalogue, name: str = "") -> Posted:
    """What ``source`` holds, read to its end."""
    reading = Reading(keys, catalogue, name)
    while chunk := source.read(_CHUNK):
        reading.feed(chunk)
    return reading.finish()
