"""Makes ``docs/dialects.md``: ``python -m claims.dialects.document``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from claims.dialects import clearinghouse_fields, fhir_fields
from claims.types import Claim

PAGE: Final = Path(__file__).parents[2] / "docs" / "dialects.md"

_HEAD: Final = Path(__file__).with_name("page_head.md")


def leaves(kind: type[Any] = Claim, above: str = "") -> Iterator[str]:
    """Every field of a claim that holds a value, by its path."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint, many = hints[field.name], ""
        inside = [part for part in get_args(hint) if part is not type(None)]
        if get_origin(hint) is tuple:
            hint, many = inside[0], "[]"
        elif inside and is_dataclass(inside[0]):
            hint = inside[0]
        if isinstance(hint, type) and is_dataclass(hint):
            yield from leaves(hint, f"{above}{field.name}{many}.")
        else:
            yield above + field.name


def page() -> str:
    """The page, from the mapping."""
    roles: dict[str, list[str]] = {}
    for code, role in fhir_fields.ROLES.items():
        roles.setdefault(role, []).append(f"`{code}`")
    told = "; ".join(f"{role} {', '.join(codes)}" for role, codes in roles.items())
    rows = "".join(
        f"| `{path}` | {_told(clearinghouse_fields.USUAL, path)} "
        f"| {_told(fhir_fields.USUAL, path)} |\n"
        for path in leaves()
    )
    head = (
        _HEAD.read_text(encoding="utf-8")
        .replace("{roles}", told)
        .replace("{ours}", fhir_fields.OURS)
    )
    return head + rows


def _told(usual: dict[str, str], path: str) -> str:
    return f"`{usual[path]}`" if path in usual else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
