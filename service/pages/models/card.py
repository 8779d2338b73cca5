"""The model card of a registered version, read without mlflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.aliases import resolve
from models.card import load
from reports.card.html import html

if TYPE_CHECKING:
    from pathlib import Path


def card_page(mlruns: Path, version: str) -> str:
    """The card as a page (HTML 5) of its own look. Raises ``UserError``: no version, no card."""
    found = resolve(mlruns, version)
    return html(load(found.bundle, found.version, found.digest), found.version)
