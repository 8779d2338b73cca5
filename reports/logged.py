"""What the audit log knows of a score beside its record: its place in the chain, what followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OUTCOMES = {
    "paid": "The payer paid it",
    "partial": "The payer denied part of it",
    "denied": "The payer denied it",
}


class Followed(Protocol):
    """An event about a score, as the log has it; ``recorded_at`` is ISO 8601, UTC."""

    @property
    def sequence(self) -> int:
        """Its number in the chain."""

    @property
    def recorded_at(self) -> str:
        """When, ISO 8601, UTC."""

    @property
    def kind(self) -> str:
        """``outcome``, ``override``, ``shadow`` or another."""

    @property
    def caller(self) -> str:
        """Id of the key, or ``user:`` and a login."""

    @property
    def body(self) -> Mapping[str, object]:
        """What it says, as plain JSON."""


@dataclass(frozen=True, slots=True)
class Logged:
    """``sequence`` and ``hash`` of the record (64 hexadecimal digits), and the events after it.

    ``own_threshold`` and ``data_digest`` (of the training data) are those of the recorded model's
    files, ``None`` and "" where they are not there.
    """

    sequence: int
    hash: str
    events: Sequence[Followed] = ()
    own_threshold: float | None = None
    data_digest: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words: when (UTC, to the minute), what, by whom, and its place in the log."""

    when: str
    text: str
    caller: str
    sequence: int


def told(events: Sequence[Followed]) -> list[Told]:
    """What became of the claim and what people did, oldest first."""
    return [
        Told(one.recorded_at[:16].replace("T", " "), _text(one), one.caller, one.sequence)
        for one in sorted(events, key=lambda one: one.sequence)
    ]


def _text(event: Followed) -> str:
    body: Mapping[str, Any] = event.body
    if event.kind == "outcome":
        return _outcome(body)
    if event.kind == "override":
        return (
            f"A person decided: {body.get('decision')}. The score had said {body.get('scored')}. "
            f"Reason given: {_plain(body.get('reason'))}."
        )
    if event.kind == "shadow":
        return f"Another model was asked beside it ({_all(body)}); nobody was shown its answer."
    return f"{_plain(event.kind).capitalize()}: {_all(body)}."


def _outcome(body: Mapping[str, Any]) -> str:
    said = _OUTCOMES.get(str(body.get("outcome")), "The payer answered")
    if body.get("category"):
        carc = f", CARC {body['carc']}" if body.get("carc") else ""
        said += f" ({_plain(body['category'])}{carc})"
    said += f"; known on {body.get('known_on')}."
    if body.get("retrospective"):
        said += " The score was made after that: it foretold nothing."
    if body.get("standing") == "replaced":
        said += " The claim was scored again before it was sent; this score is of a draft."
    return said


def _all(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{_plain(name)} {_plain(value)}" for name, value in sorted(body.items()))


def _plain(value: object) -> str:
    return str(value).replace("_", " ")
