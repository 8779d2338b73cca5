"""Makes the list of codes in ``docs/edits.md``: ``python -m models.edits.document``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.edits import guide
from models.edits.find import FAMILIES

if TYPE_CHECKING:
    from models.edits.known import Known

PAGE: Final = Path(__file__).parents[2] / "docs" / "edits.md"
BEGIN: Final = "<!-- the codes: made by python -m models.edits.document -->\n"
END: Final = "<!-- end of the codes -->\n"


def codes() -> tuple[Known, ...]:
    """Every rule that can be broken, in the order in which they are looked at."""
    return tuple(known for family in (*FAMILIES, guide) for known in family.KNOWN)


def listed() -> str:
    """The tables of codes, one for each family of rules."""
    parts = [BEGIN]
    for family in (*FAMILIES, guide):
        title = (family.__doc__ or "").partition("\n")[0].partition(":")[0].rstrip(".")
        parts.append(f"\n### {title}\n\n| code | severity | what is wrong | source |\n")
        parts.append("|---|---|---|---|\n")
        parts += [_row(known) for known in family.KNOWN]
    return "".join([*parts, "\n", END])


def _row(known: Known) -> str:
    severity = f"{known.severity}, {known.also}" if known.also else known.severity
    return f"| `{known.code}` | {severity} | {known.text} | {known.source} |\n"


def page(present: str) -> str:
    """The page with its list of codes made anew."""
    before, _, rest = present.partition(BEGIN)
    return before + listed() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
