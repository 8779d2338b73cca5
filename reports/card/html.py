"""A card as one HTML page, which prints too (``reports.pdf``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.card.blocks import Bullets, Calibration, Table
from reports.card.content import sections
from reports.card.plot import calibration
from reports.page import template

if TYPE_CHECKING:
    from models.card import Card
    from reports.card.blocks import Block


def html(card: Card, version: str = "") -> str:
    """The page (HTML 5); every figure carries its full value."""
    return template("card.html.j2").render(
        title=f"Model card: denial{f', version {version}' if version else ''}",
        sections=sections(card, version),
        kind=_kind,
        plot=calibration,
    )


def _kind(block: Block) -> str:
    if isinstance(block, str):
        return "text"
    if isinstance(block, Table):
        return "table"
    assert isinstance(block, Bullets | Calibration)  # noqa: S101 - there is no other
    return "bullets" if isinstance(block, Bullets) else "plot"
