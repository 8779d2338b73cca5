"""An answer's field paths in the caller's own words, where those are not ours.

What is recorded and kept holds our paths; they are told anew on the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from service.problems import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.dialects import Paths, Translated
    from service.scoring.service import Answer

BESIDE: Final = "claim"
"""The field of a request that has a claim with something beside it."""


def in_callers_words(answer: Answer, paths: Paths | None) -> Answer:
    """``answer`` with the fields of its edits and actions as ``paths`` tells them."""
    if paths is None or "edits" not in answer:
        return answer
    edits = cast("list[dict[str, Any]]", answer["edits"])
    actions = cast("list[dict[str, Any]]", answer["actions"])
    return {
        **answer,
        "actions": [
            {**one, "fields": [paths.theirs(field) for field in one["fields"]]} for one in actions
        ],
        "edits": [{**one, "field": paths.theirs(one["field"])} for one in edits],
    }


def faults_of(translated: Translated) -> tuple[FieldError, ...]:
    """What could not be understood, where the caller wrote it."""
    return tuple(FieldError(path, text) for path, text in translated.faults.items())


def retold(
    found: Iterable[tuple[str, str]], translated: Translated | None, *, beside: bool
) -> tuple[FieldError, ...]:
    """Our form's findings, (path, sentence), at the caller's paths."""
    return tuple(FieldError(_theirs(path, translated, beside), text) for path, text in found)


def _theirs(path: str, translated: Translated | None, beside: bool) -> str:
    if translated is None or not path:
        return path
    if not beside:
        return translated.paths.theirs(path)
    within = path.removeprefix(f"{BESIDE}.")
    return path if within == path else translated.paths.theirs(within)
