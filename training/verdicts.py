"""What one gate said of a model that asks for promotion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["passed", "refused", "not asked"]

PASSED: Final = "passed"
REFUSED: Final = "refused"
NOT_ASKED: Final = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate's name, its verdict and why, in one sentence that says what was measured."""

    name: str
    verdict: Verdict
    sentence: str


def gate(name: str, refusal: str, passing: str) -> Gate:
    """A gate that refuses with ``refusal`` if that says something, and else passes."""
    if refusal:
        return Gate(name=name, verdict=REFUSED, sentence=refusal)
    return Gate(name=name, verdict=PASSED, sentence=passing)


def refusal(gates: Iterable[Gate]) -> str:
    """The sentence of the first gate that refuses; "" when none does.

    >>> refusal([gate("signal", "", "it ranks"), gate("constant", "it does not", "")])
    'it does not'
    """
    return next((one.sentence for one in gates if one.verdict == REFUSED), "")
