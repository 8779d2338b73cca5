"""The key of this machine: made by the service itself when only this machine can reach it."""

from __future__ import annotations

import ipaddress
import os
import secrets
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from service.access.scopes import SCOPES

if TYPE_CHECKING:
    from pathlib import Path

    from service.access.store import KeyStore

FILE: Final = "local-key"
NAME: Final = "this machine"
_DAYS: Final = 365


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches ``host``.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", "10.0.0.5")]
    [True, True, True, False, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(home: Path) -> str:
    """The key of this machine, ``""`` when there is none."""
    try:
        return (home / FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def ensure(store: KeyStore, home: Path) -> bool:
    """See that ``home/local-key`` holds a key that may be used; whether it had to be made.

    The file is its owner's alone (0600). Several processes may call this at once: the store's write
    lock lets them in one by one. Raises ``UserError``.
    """
    with store.begin() as connection:
        if store.active(connection, read(home)):
            return False
        _, text = store.created(connection, NAME, SCOPES, _DAYS)
        write(home, text)
    return True


def write(home: Path, text: str) -> None:
    """Put the key in its file, whole or not at all. Raises ``UserError``."""
    path = home / FILE
    aside = path.with_name(f".{FILE}.{secrets.token_hex(4)}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise UserError(
            f"The key {path} cannot be written ({error.strerror}): point PRECLEAR_HOME at a folder "
            "that you may write."
        ) from None


def of(home: Path, key_id: str) -> bool:
    """Whether the file holds a key of this id."""
    return read(home).startswith(f"preclear_{key_id}_")
