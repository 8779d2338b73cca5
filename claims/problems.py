"""What could not be read, in one sentence, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a source that could not be understood and was left out.

    ``source`` is the name that the caller gave the file; ``segment`` is the place of the segment in
    it, counted from 1 at the first ISA (0 = the file as a whole); ``claim_id`` is CLM01 or CLP01 of
    the claim concerned, ``""`` when it is none or unknown. ``text`` is one sentence saying what is
    wrong and how to mend it; it holds no value of the claim, so it may be logged.

    >>> Problem("a.837", 12, "", "The claim has no number.").where()
    'a.837, segment 12'
    """

    source: str
    segment: int
    claim_id: str
    text: str

    def where(self) -> str:
        """Name the place for a person: file, segment, claim."""
        place = self.source or "input"
        if self.segment:
            place += f", segment {self.segment}"
        if self.claim_id:
            place += f", claim {self.claim_id}"
        return place
