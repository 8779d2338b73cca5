"""The model card as it is kept: ``card.json`` beside the bundle, written by the training run.

It holds measured figures and facts as plain JSON; ``reports.card`` renders it for people. A model
without one cannot become the champion.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from claims.errors import UserError

FILE: Final = "card.json"
FORM: Final = 1
TAG: Final = "preclear.card"
"""Tag of the run: the digest of its card."""
Card = Mapping[str, Any]


class CardError(UserError):
    """There is no card, or not the one that training wrote; one sentence says how to mend it."""


def text(card: Card) -> str:
    """The file of a card."""
    return json.dumps(card, indent=1, sort_keys=True, allow_nan=False) + "\n"


def digest(content: bytes) -> str:
    """``sha256:`` and the SHA-256 of the file."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def load(bundle: Path, version: str, model: str, expected: str = "") -> Card:
    """The card of the model in ``bundle`` whose digest is ``model``.

    ``expected`` is the card's own digest, where one was kept. Raises ``CardError``.
    """
    path = bundle.parent / FILE
    try:
        content = path.read_bytes()
    except OSError:
        raise CardError(
            f"Version {version} has no model card, without which no model becomes the champion: "
            "train again with `preclear train PATH... --promote`."
        ) from None
    try:
        card: Any = json.loads(content)
        well = card["form"] == FORM and card["model"]["digest"] == model
    except (ValueError, KeyError, TypeError):
        well = False
    if not well or (expected and digest(content) != expected):
        raise CardError(
            f"The model card {path} is not the one that version {version} was registered with: "
            "restore it, or train again."
        )
    found: Card = card
    return found
