"""What the page of a score shows, from its answer alone: as the API gives it, or as recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reports.page import plain
from reports.rates_in_words import ends_in_words, in_words
from reports.waterfall import Bar, Step, waterfall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DECISIONS: Final = {
    "submit": "Submit it as it is",
    "review": "Have a person look first",
    "hold": "Hold it until it is mended",
}
_UNKNOWN: Final = "Nothing in the history resembles this claim: the probability is a guess."


@dataclass(frozen=True, slots=True)
class Row:
    """One claim of many: its answer, or the sentence that says why it has none."""

    place: int
    answer: Mapping[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """One score in full. ``between`` is "" for the record of a program that gave no interval."""

    answer: Mapping[str, Any]
    headline: str
    words: str
    between: str
    decision: str
    bars: Sequence[Bar]
    riskiest: Mapping[str, Any] | None
    category: Mapping[str, Any] | None


def rows(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Answers, and documents of problems, in the order of the claims."""
    return [
        Row(place, None, str(one["detail"])) if "status" in one else Row(place, one)
        for place, one in enumerate(found, start=1)
    ]


def detail(answer: Mapping[str, Any]) -> Detail:
    """What is shown of one answer."""
    probability = float(answer["denial_probability"])
    guess = answer["support"]["level"] == "none"
    low, high = (answer.get(f"denial_probability_{end}") for end in ("low", "high"))
    lines = answer["lines"]
    categories = answer["categories"]
    return Detail(
        answer=answer,
        headline="A claim whose risk is not known" if guess else in_words(probability),
        words=_UNKNOWN if guess else "",
        between="" if low is None or high is None else ends_in_words(low, high),
        decision=DECISIONS[answer["decision"]],
        bars=_bars(answer),
        riskiest=max(lines, key=lambda line: line["denial_probability"]) if lines else None,
        category=categories[0] if categories else None,
    )


def _bars(answer: Mapping[str, Any]) -> list[Bar]:
    steps = [
        Step("Where claims of such causes start", answer["base_value"], total=True),
        *(Step(plain(str(one["factor"])), one["contribution"]) for one in answer["reasons"]),
        Step("Everything else together", answer["other_contribution"]),
        Step("This claim", answer["raw_score"], total=True),
    ]
    return waterfall(steps)
