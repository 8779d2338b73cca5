"""The judge's findings, claim by claim: each belongs to the claims of the part where it stands.

A finding in a claim's loops is that claim's; one above (subscriber, billing provider, transaction,
envelope) is of every claim below it, because all of them are turned away with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from claims.x12.judge import Finding, findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BOUNDARY: Final = frozenset({"HL", "CLM", "SE"})
_OF_A_CLAIM: Final = re.compile(r"\(2[34]\d\d")
_LEVELS: Final = {"20": 1, "22": 2, "23": 3}


@dataclass(frozen=True, slots=True, eq=False)
class JudgedClaim:
    """A claim as pyx12 met it (CLM01 as sent), with what is wrong with it or above it."""

    claim_id: str
    findings: tuple[Finding, ...]


@dataclass(slots=True, eq=False)
class _Part:
    """A stretch of the file: the envelope, a transaction, a level (HL) or a claim."""

    above: _Part | None
    claim_id: str | None = None
    found: list[Finding] = field(default_factory=list)


class _Outline:
    """Follows the segments and knows in which part each stands."""

    def __init__(self) -> None:
        self.file = _Part(None)
        self.claims: list[_Part] = []
        self.starts: list[tuple[int, _Part]] = [(0, self.file)]
        self._levels: list[_Part] = [self.file]

    def note(self, number: int, segment: Any) -> None:
        """Start the part that begins with ``segment``, if one does."""
        kind = segment.get_seg_id()
        if kind == "ST":
            self._levels = [_Part(self.file)]
        elif kind == "HL":
            depth = min(_LEVELS.get(segment.get_value("HL03") or "", 1), len(self._levels))
            self._levels = [*self._levels[:depth], _Part(self._levels[depth - 1])]
        elif kind == "CLM":
            claim = _Part(self._levels[-1], segment.get_value("CLM01") or "")
            self.claims.append(claim)
            self.starts.append((number, claim))
            return
        elif kind == "SE":
            self._levels = self._levels[:1]
        elif kind in ("GE", "IEA", "ISA", "GS"):
            self._levels = [self.file]
        else:
            return
        self.starts.append((number, self._levels[-1]))

    def give(self, found: Iterable[Finding]) -> None:
        """Put each finding (in order of segments) into its part."""
        place = 0
        for one in found:
            # A closing finding may carry the number of an earlier segment.
            while place and self.starts[place][0] > one.segment:
                place -= 1
            while place + 1 < len(self.starts) and self.starts[place + 1][0] <= one.segment:
                place += 1
            part = self.starts[place][1]
            if one.segment_id in _BOUNDARY and one.code == "3" and _OF_A_CLAIM.search(one.text):
                part = self.starts[max(place - 1, 0)][1]  # what is missing ended before this
            part.found.append(one)


def judge_claims(data: bytes) -> list[JudgedClaim]:
    """Validate a file; each of its claims, in order, with its findings and those above it.

    A file of which pyx12 knows no guide has no claims here.
    """
    outline = _Outline()
    outline.give(findings(data, outline.note))
    return [
        JudgedClaim(
            claim.claim_id or "", tuple(one for part in _chain(claim) for one in part.found)
        )
        for claim in outline.claims
    ]


def _chain(claim: _Part) -> Iterator[_Part]:
    part: _Part | None = claim
    while part is not None:
        yield part
        part = part.above
