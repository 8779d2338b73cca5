"""Pydantic's findings in our words: the path of a field and a sentence, nothing that was sent.

Pydantic's own errors carry the input, its context, a link, and, for a field that is not ours, the
client's word for it. Only what stems from our own schema is used here.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TEXTS: Final[dict[str, str]] = {
    "missing": "is required",
    "string_type": 'must be text in quotes, such as "11"',
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "too_long": "must hold at most {max_length} items",
    "too_short": "must hold at least {min_length} item(s)",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "literal_error": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "decimal_type": 'must be a number, such as "120.00"',
    "decimal_parsing": 'must be a number, such as "120.00"',
    "is_instance_of": 'must be a number, such as "120.00"',
    "finite_number": "must be a finite number",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} digits after the point",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "day": "must be a date between 1900-01-01 and 2199-12-31, written YYYY-MM-DD",
    "too_many_fields": "has more fields than are known here",
    "same_number": "has two lines with the same number",
    "date_type": "must be a date, written YYYY-MM-DD",
    "date_parsing": "must be a date, written YYYY-MM-DD",
    "date_from_datetime_parsing": "must be a date, written YYYY-MM-DD",
    "date_from_datetime_inexact": "must be a date, written YYYY-MM-DD",
}
_OURS: Final = (
    "max_length", "min_length", "expected", "ge", "le", "max_digits", "decimal_places",
    "whole_digits",
)  # fmt: skip


def path(parts: Sequence[int | str]) -> str:
    """A field's path as the docs write it.

    >>> path(("lines", 0, "charge"))
    'lines[0].charge'
    """
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name[:60], known, n=1, cutoff=0.75)
    hint = f' ("{near[0]}" is)' if near else ""
    return f"has a field that is not known here{hint}"


def field_errors(
    errors: Iterable[Mapping[str, Any]], known: Sequence[str] = (), known_at: int = 0
) -> list[tuple[str, str]]:
    """(path, sentence) for each of pydantic's ``errors()``; the first ``known_at`` parts dropped.

    ``known`` are our field names, for a hint where a client's is not among them.
    """
    found: list[tuple[str, str]] = []
    for error in errors:
        if error["type"] == "too_short" and found:
            continue  # pydantic counts only the good items, whose neighbours are named already
        parts = list(error["loc"])[known_at:]
        kind = str(error["type"])
        if kind == "extra_forbidden":
            found.append((path(parts[:-1]), _unknown(str(parts[-1]), known)))
            continue
        context = error.get("ctx") or {}
        values = {name: context[name] for name in _OURS if name in context}
        found.append((path(parts), _TEXTS.get(kind, "is not valid").format_map(values)))
    return found
