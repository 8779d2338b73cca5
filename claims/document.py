"""Makes ``docs/tables.md`` and ``docs/settings.md``: ``python -m claims.document``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from claims.schema import TABLES
from claims.settings import PREFIX, Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from pydantic.fields import FieldInfo

DOCS: Final = Path(__file__).parents[1] / "docs"

_TABLES: Final = """# The tables

Everything after reading works on these six tables, whether they come from X12 files or from a
folder of Parquet files named as below. This page is made from `claims/schema.py`
(`python -m claims.document`).

- No table holds a name, an address, a birth date, a claim id, a member id, an authorization number
  or a payer's claim number. Columns named `..._key` are keyed hashes: HMAC-SHA256 of the id under
  the installation's secret, cut to 64 bits; 0 where no id was stated. Two installations never share
  a key.
- A text that was not stated is `""`, never null. Dates and amounts that were not stated are null.
- `lines` stand in the order of `claims`: the first `claims.line_count[0]` rows are the lines of the
  first claim, and so on. `remittance_lines` stand in the order of `remittances` likewise.
- What counts as denied, and on which day it was known: `claims/outcome.py`. Which remittance
  answers which claim: `claims/labels.py`.
"""
_ABOUT: Final = {
    "claims": "One row a claim, as it was sent.",
    "lines": "One row a service line.",
    "remittances": "One row an answer of a payer to a claim (`CLP`), judged.",
    "remittance_lines": "One row an answer to a service line (`SVC`), judged.",
    "adjustments": "One row an adjustment (a `CAS` triple).",
    "provider_adjustments": "One row an amount moved apart from any claim (`PLB`).",
}

_SETTINGS: Final = """# Settings

Each setting is an environment variable; the defaults work for one practice on one machine. Where a
command has an option of the same name, the option wins. A value that cannot be used stops the
command with a sentence that names the setting. This page is made from `claims/settings.py`
(`python -m claims.document`).

| variable | values | default | meaning |
|---|---|---|---|
"""


def tables_page() -> str:
    """The page of the tables, from the metadata of their schema."""
    parts = [_TABLES]
    for name, schema in TABLES.items():
        rows = "".join(_row(field) for field in schema)
        parts.append(
            f"\n## {name}\n\n{_ABOUT[name]}\n\n| column | type | meaning |\n|---|---|---|\n{rows}"
        )
    return "".join(parts)


def _row(field: pa.Field) -> str:
    meaning = field.metadata[b"meaning"].decode()
    kind = str(field.type).replace("element: ", "").replace("item: ", "").replace("day", "")
    return f"| `{field.name}` | `{kind.replace('[]', '')}` | {meaning} |\n"


def settings_page() -> str:
    """The page of the settings, from their descriptions."""
    fields = Settings.model_fields.items()
    rows = (
        f"| `{PREFIX}{name.upper()}` | {_values(field)} | {_default(field)} | {field.description} |"
        for name, field in fields
    )
    return _SETTINGS + "\n".join(rows) + "\n"


def _values(field: FieldInfo) -> str:
    kind: Any = field.annotation
    inside = [part for part in get_args(kind) if part is not type(None)]
    if inside and all(isinstance(part, str) for part in inside):
        return ", ".join(inside)
    plain = inside[0] if inside else kind
    names = {Path: "path", int: "number", float: "number", bool: "0 or 1", str: "text"}
    bounds = [
        f"{word} {getattr(rule, name)}"
        for rule in field.metadata
        for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
        if hasattr(rule, name)
    ]
    return " ".join([names[plain], *bounds])


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "unset"
    return f"`{int(value)}`" if isinstance(value, bool) else f"`{value}`"


if __name__ == "__main__":
    (DOCS / "tables.md").write_text(tables_page())
    (DOCS / "settings.md").write_text(settings_page())
