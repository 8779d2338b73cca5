"""Keyed hashes: how ids live on in tables, history and audit without being ids (design.md 9).

>>> keys = Keys(b"0" * 32)
>>> keys.claim(" ab1 ") == keys.claim("AB1")
True
>>> keys.claim("AB1") == keys.member("AB1")
False
>>> keys.claim("")
0
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET_BYTES: Final = 32
SECRET_NAME: Final = "secret"  # noqa: S105 -- a file name
_REMEMBERED: Final = 1 << 16


class Keys:
    """HMAC-SHA256 of an id under the installation's secret, cut to 64 bits (unsigned).

    Ids are compared as payers do: without surrounding blanks and in upper case. Each kind of id
    has a name space of its own, so that equal texts of different kinds have unrelated keys. An id
    that was not stated is 0; no stated id is.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a secret has {SECRET_BYTES} bytes, this one {len(secret)}")
        self.secret: Final = secret
        self.claim: Final = _namespace(secret, b"claim")
        self.member: Final = _namespace(secret, b"member")
        self.payer_claim: Final = _namespace(secret, b"payer_claim")

    def __repr__(self) -> str:
        return "Keys(...)"


def _namespace(secret: bytes, name: bytes) -> Callable[[str], int]:
    @lru_cache(maxsize=_REMEMBERED)
    def key(text: str) -> int:
        normal = text.strip().upper()
        if not normal:
            return 0
        message = name + b"\0" + normal.encode()
        return int.from_bytes(hmac.digest(secret, message, "sha256")[:8], "big") or 1

    return key


def load_keys(home: Path) -> Keys:
    """The keys of the installation whose state is in ``home``; the first call makes the secret.

    Many processes may call it at once: the secret is written aside and linked into place, so one
    of them wins and all read the same whole file. Raises ``UserError`` when the secret cannot be
    made or read, has another length, or may be read by other users.
    """
    path = home / SECRET_NAME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"the installation's secret {path} cannot be used ({error.strerror}): "
            "point PRECLEAR_HOME at a folder that you may write"
        ) from error
    if mode & 0o077:
        raise UserError(f"other users may read the secret {path}: run chmod 600 on it")
    if len(secret) != SECRET_BYTES:
        raise UserError(
            f"the secret {path} has {len(secret)} bytes instead of {SECRET_BYTES}: restore it from "
            "your backup, or move the whole folder away to start anew"
        )
    return Keys(secret)


def _make(path: Path) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
