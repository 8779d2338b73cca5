"""A scored claim as a biller would want to read it: risk, why, the one thing to do, who, after."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABEL: Final = 14
_WIDEST: Final = 96
_OWNERS: Final = {
    "registration": "registration desk",
    "authorization": "authorization team",
    "coding": "coding team",
    "clinical": "clinical staff",
    "billing": "billing team",
    "coordination_of_benefits": "coordination of benefits",
    "enrollment": "provider enrollment",
}
_DECISIONS: Final = {
    "submit": "submit it as it is",
    "review": "have a person look before it goes out",
    "hold": "hold it until it is mended",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the demo says of one claim before it asks: a heading and what was done to it."""

    heading: str
    story: str


def width() -> int:
    """Columns to write in: those of the terminal, within reason."""
    return max(60, min(_WIDEST, shutil.get_terminal_size((88, 24)).columns - 1))


def percent(probability: float) -> str:
    """A probability as a person reads it, never rounded to certainty.

    >>> percent(0.7149), percent(0.004), percent(0.0201), percent(0.9991)
    ('71 %', 'under 1 %', '2 %', 'over 99 %')
    """
    if probability < 0.01:
        return "under 1 %"
    if probability > 0.99:
        return "over 99 %"
    return f"{100 * probability:.0f} %"


def card(told: Told, answer: Mapping[str, object], *, columns: int | None = None) -> str:
    """Write one answer of ``/score`` as a card of text, ``columns`` wide."""
    columns = columns or width()
    decision = str(answer["decision"])
    risk = f"{percent(_number(answer['denial_probability']))} of being denied"
    at_risk = f"${float(str(answer['amount_at_risk'])):,.2f} at stake"
    rows: list[tuple[str, str]] = [("Risk", f"{risk}, {at_risk}: {_DECISIONS[decision]}")]
    rows += _history(_mapping(answer["support"]))
    if (kind := _category(answer)) and decision != "submit":
        rows.append(("Likely as", kind))
    rows += _labelled("Why", _texts(answer, "reasons"))
    rows += _labelled("Rules broken", _texts(answer, "edits"))
    rows += _to_do(answer)
    head = [told.heading, *textwrap.wrap(told.story, columns - 2)]
    body = [line for label, text in rows for line in _row(label, text, columns)]
    return "\n".join([head[0], *(f"  {line}" for line in head[1:]), *body])


def _history(support: Mapping[str, object]) -> list[tuple[str, str]]:
    level = support["level"]
    if level == "good":
        return []
    notes = support["notes"]
    said = " ".join(str(note) for note in notes) if isinstance(notes, list) else ""
    if level == "none":
        return [("Careful", said or "No history resembles this claim: the risk is a guess.")]
    return [("Careful", said or "Little history resembles this claim.")]


def _category(answer: Mapping[str, object]) -> str:
    for found in _parts(answer, "categories"):
        carcs = _parts(found, "carcs")
        code = f", CARC {carcs[0]['code']}" if carcs else ""
        share = percent(_number(found["probability"]))
        return f"{str(found['category']).replace('_', ' ')} ({share} if denied{code})"
    return ""


def _to_do(answer: Mapping[str, object]) -> list[tuple[str, str]]:
    actions = _parts(answer, "actions")
    if not actions:
        return [("Do this", "Nothing: send it.")] if answer["decision"] == "submit" else []
    first = actions[0]
    rows = [("Do this", str(first["text"]))]
    if first["action"] == "submit":
        return rows
    owner = str(first["owner"])
    rows.append(("Owner", _OWNERS.get(owner, owner.replace("_", " "))))
    after = first["probability_after"]
    known = "cannot be foretold" if after is None else percent(_number(after))
    return [*rows, ("Risk after", known)]


def _labelled(label: str, texts: list[str]) -> list[tuple[str, str]]:
    return [(label if place == 0 else "", text) for place, text in enumerate(texts)]


def _texts(answer: Mapping[str, object], name: str) -> list[str]:
    return [str(part["text"]) for part in _parts(answer, name)]


def _row(label: str, text: str, columns: int) -> list[str]:
    wrapped = textwrap.wrap(text, columns - _LABEL - 2) or [""]
    labels = [label, *([""] * (len(wrapped) - 1))]
    return [
        f"  {name:<{_LABEL}}{line}".rstrip() for name, line in zip(labels, wrapped, strict=True)
    ]


def _parts(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = answer.get(name)
    return [_mapping(part) for part in found] if isinstance(found, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
