"""What Idempotency-Keys need of a serving process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from service.alive import Owner
from service.idempotency.store import FILE, IdempotencyStore

if TYPE_CHECKING:
    from claims.settings import Settings

_FOLDER: Final = "running"


def open_idempotency(settings: Settings) -> IdempotencyStore:
    """The store of the installation. Raises ``StateError``."""
    owner = Owner(settings.home / _FOLDER)
    try:
        return IdempotencyStore(settings.home / FILE, owner, settings.idempotency_hours * 3600)
    except BaseException:
        owner.close()
        raise
