"""What the page of the models shows: calibration as a drawing, champion and challenger compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.audit.event import Recorded
    from service.outcomes.performance import Bin, Figures

MOST: int = 20_000
"""So many of the challenger's answers are looked through, the latest."""


@dataclass(frozen=True, slots=True)
class Point:
    """A bin of the drawing: foretold and observed share, and its claims."""

    foretold: float
    observed: float
    claims: int
    denied: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The challenger beside the champion, on the claims that both were asked about.

    ``champion`` and ``challenger`` are mean probabilities; ``only_...`` flagged by that one alone.
    """

    version: str
    claims: int
    same: int
    champion: float
    challenger: float
    only_champion: int
    only_challenger: int


def points(figures: Figures) -> list[Point]:
    """The bins that hold claims."""
    return [_point(one) for one in figures.bins if one.claims]


def _point(one: Bin) -> Point:
    return Point(one.expected / one.claims, one.denied / one.claims, one.claims, one.denied)


def compared(found: Sequence[tuple[Recorded, float, float]]) -> list[Compared]:
    """Each challenger of the shadow events, with probability and threshold of their scores."""
    groups: dict[str, list[tuple[float, bool, float, bool]]] = {}
    for event, probability, threshold in found:
        body: dict[str, object] = dict(event.body)
        model = body["model"]
        version = str(model["version"]) if isinstance(model, dict) else ""
        said = float(str(body["denial_probability"]))
        flags = probability >= threshold, bool(body["flagged"])
        groups.setdefault(version, []).append((probability, flags[0], said, flags[1]))
    return [_compared(version, rows) for version, rows in groups.items()]


def _compared(version: str, rows: Sequence[tuple[float, bool, float, bool]]) -> Compared:
    return Compared(
        version=version,
        claims=len(rows),
        same=sum(mine == theirs for _, mine, _, theirs in rows),
        champion=sum(row[0] for row in rows) / len(rows),
        challenger=sum(row[2] for row in rows) / len(rows),
        only_champion=sum(mine and not theirs for _, mine, _, theirs in rows),
        only_challenger=sum(theirs and not mine for _, mine, _, theirs in rows),
    )
