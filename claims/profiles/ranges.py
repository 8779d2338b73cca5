"""Sets of procedure codes as people write them: single codes, ranges, and beginnings."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORM: Final = re.compile(r"[0-9A-Z]{5}|[0-9A-Z]{5}-[0-9A-Z]{5}|[0-9A-Z]{1,4}\*")
_AFTER_ALL: Final = "~"


@dataclass(frozen=True, slots=True)
class Codes:
    """A set of procedure codes, asked with ``in``; ``written`` is how it was stated.

    >>> codes = Codes.parse(["97110", "70551-70553", "E*"])
    >>> [one in codes for one in ("97110", "70552", "E0601", "70554", "")]
    [True, True, True, False, False]
    """

    written: tuple[str, ...]
    _lows: tuple[str, ...] = field(repr=False, compare=False)
    _highs: tuple[str, ...] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, written: Iterable[str]) -> Codes:
        """Read codes such as ``97110``, ``70551-70553`` and ``E*``. ``ValueError`` names a bad one.

        A range holds the codes between its ends in the order of their five characters.
        """
        stated = tuple(written)
        spans = sorted(map(_span, stated))
        merged: list[tuple[str, str]] = []
        for low, high in spans:
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return cls(stated, tuple(low for low, _ in merged), tuple(high for _, high in merged))

    def __contains__(self, procedure: object) -> bool:
        if not isinstance(procedure, str):
            return False
        place = bisect_right(self._lows, procedure) - 1
        return place >= 0 and procedure <= self._highs[place]


def _span(written: str) -> tuple[str, str]:
    if not _FORM.fullmatch(written):
        raise ValueError(written)
    if written.endswith("*"):
        return written[:-1], written[:-1] + _AFTER_ALL
    low, _, high = written.partition("-")
    if high and high < low:
        raise ValueError(written)
    return low, high or low
