"""A card as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.card.blocks import Bullets, Calibration, Table
from reports.card.content import sections

if TYPE_CHECKING:
    from models.card import Card
    from reports.card.blocks import Block, Section


def markdown(card: Card, version: str = "") -> str:
    """The whole card."""
    title = f"# Model card: denial{f', version {version}' if version else ''}"
    parts = [title, *(section_text(one) for one in sections(card, version))]
    return "\n\n".join(parts) + "\n"


def section_text(section: Section, level: int = 2) -> str:
    """One section with its heading."""
    return f"{'#' * level} {section.title}\n\n{blocks_text(section)}"


def blocks_text(section: Section) -> str:
    """What stands below the heading."""
    return "\n\n".join(text for text in map(_block, section.blocks) if text)


def _block(block: Block) -> str:
    if isinstance(block, str):
        return _plain(block)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_plain(one)}" for one in block.items)
    if isinstance(block, Calibration):
        return ""  # its table follows
    return _table(block)


def _table(table: Table) -> str:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    rows = [line([_plain(cell.text) for cell in row]) for row in table.rows]
    head = [line([_plain(name) for name in table.head]), line(["---"] * len(table.head))]
    return f"**{_plain(table.caption)}**\n\n" + "\n".join([*head, *rows])


def _plain(text: str) -> str:
    for sign in ("\\", "|", "*", "_", "<", "["):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
