"""The keys over which outcomes are counted, and what each is smoothed towards.

A kind is a tuple of columns (``features.key_columns``). Its rate is
``(denied + strength * parent's rate) / (seen + strength)``: the finer key speaks as far as it has
been seen, and leans on the broader one for the rest. A kind with a ``category`` counts only the
denials of that category, over the same claims or lines as the kind ``over``. A kind that ``needs``
a column counts only rows in which it is known (not 0); where it is not, the broader key speaks
alone, so that facts which nobody gives are no evidence. A kind that ``expects`` a column leans on
it where it is above the broader key's rate (``features.expected``).

A ``usual`` kind also says how usual its detail is: the share of the rows of the broader key that
have it too, ``(seen + 1/2) / (seen of the broader key + 1)``. What hardly ever goes out so (a
procedure for a diagnosis of that kind, without its modifier, from that place) is often a slip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.hashing import code_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of key. ``recent`` kinds also give the rate of the last ``RECENT_DAYS``."""

    name: str
    parts: tuple[str, ...]
    parent: str
    factor: str
    meaning: str
    category: str = ""
    over: str = ""
    needs: str = ""
    expects: str = ""
    recent: bool = False
    shown: bool = True
    usual: bool = False

    @property
    def salt(self) -> int:
        """Keep the keys of different kinds apart."""
        return code_hash(f"kind:{self.name}")


RECENT_DAYS: Final = 90
STRENGTH: Final = 5.0
# Before anything is known: one denial in ten claims, as much as 5 claims would say.
PRIOR_RATE: Final = 0.1
PRIOR_STRENGTH: Final = 5.0


def kind(
    name: str,
    parts: str,
    parent: str,
    factor: str,
    meaning: str,
    *,
    recent: bool = False,
    needs: str = "",
    usual: bool = False,
) -> Kind:
    """Make a kind of the columns ``parts`` (their names, parted by blanks)."""
    return Kind(
        name=name,
        parts=tuple(parts.split()),
        parent=parent,
        factor=factor,
        meaning=meaning,
        recent=recent,
        needs=needs,
        usual=usual,
    )


def usual_kind(name: str, parts: str, parent: str, factor: str, meaning: str) -> Kind:
    """Make a kind over all payers, of which only the share is a feature."""
    return Kind(
        name=name,
        parts=tuple(parts.split()),
        parent=parent,
        factor=factor,
        meaning=meaning,
        shown=False,
        usual=True,
    )


class KindGroup:
    """Kinds over the same rows (claims, or lines), laid out for one pass (``features.search``).

    ``parent`` and ``over`` are places in ``kinds``, parents before children (-1: leans on none).
    ``columns`` are the key columns in use; ``slots`` (k, p) are places in it, the last one (all
    zeros) where a kind has fewer parts. ``expects`` names what some kinds expect, ``expected`` (k)
    is a place in it or -1.
    """

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.kinds = kinds
        place = {kind.name: i for i, kind in enumerate(kinds)}
        self.place = place
        self.parent = np.array([place.get(kind.parent, -1) for kind in kinds])
        self.over = np.array([place.get(kind.over, i) for i, kind in enumerate(kinds)])
        self.salts = np.array([kind.salt for kind in kinds], np.uint64)
        self.columns = tuple(dict.fromkeys(part for kind in kinds for part in kind.parts))
        width = max(len(kind.parts) for kind in kinds)
        blank = len(self.columns)
        self.slots = np.array(
            [
                [self.columns.index(p) for p in k.parts] + [blank] * (width - len(k.parts))
                for k in kinds
            ]
        )
        if (self.parent >= np.arange(len(kinds))).any():
            raise ValueError("a kind must stand after the one that it leans on")
        self.shown = np.array([i for i, kind in enumerate(kinds) if kind.shown])
        self.recent = np.array([i for i, kind in enumerate(kinds) if kind.recent])
        self.seen = np.array([i for i in self.shown if not kinds[i].category])
        self.expects = tuple(kind.expects for kind in kinds if kind.expects)
        self.expected = np.array(
            [self.expects.index(kind.expects) if kind.expects else -1 for kind in kinds]
        )
        self.usual = np.array([i for i, kind in enumerate(kinds) if kind.usual])

    def places(self, *names: str) -> NDArray[np.int64]:
        """The places of some kinds, by their names."""
        return np.array([self.place[name] for name in names])
