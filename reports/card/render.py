"""The files that a training run keeps of its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reports.card.chai import xml
from reports.card.html import html
from reports.card.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.card import Card

FORMS: Final[Mapping[str, Callable[[Card, str], str]]] = {
    ".html": html, ".md": markdown, ".xml": xml,
}  # fmt: skip
"""By the ending of the file."""


def renderings(card: Card) -> dict[str, str]:
    """``card.html``, ``card.md`` and ``card.xml``."""
    return {f"card{ending}": render(card, "") for ending, render in FORMS.items()}
