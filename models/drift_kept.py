"""The latest monitoring of an installation, kept for its pages: ``PRECLEAR_HOME/monitoring.json``.

Monitoring reads all files anew, which a serving process does not; it shows what was found last.
Shares and counts of many claims stand in it, nothing of one.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from models.drift import Monitored

FILE: Final = "monitoring.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found of the model ``digest`` on the day ``made_on`` (ISO); ``page`` is HTML."""

    model: str
    digest: str
    made_on: str
    learned_before: str
    drifts: tuple[str, ...]
    page: str


def keep(home: Path, found: Monitored, page: str, made_on: str) -> None:
    """Put it in place of what was kept, whole or not at all, readable by its owner alone.

    Raises ``OSError``.
    """
    kept = Kept(found.model, found.digest, made_on, found.learned_before, found.drifts, page)
    place, aside = home / FILE, home / f".{FILE}.{os.getpid()}"
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(kept), file)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def last(home: Path) -> Kept | None:
    """What was kept last; ``None`` where nothing was, or what is there cannot be read."""
    try:
        said = json.loads((home / FILE).read_text())
        kept = Kept(**{**said, "drifts": tuple(said["drifts"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    texts = (kept.model, kept.digest, kept.made_on, kept.learned_before, kept.page, *kept.drifts)
    return kept if all(isinstance(one, str) for one in texts) else None
