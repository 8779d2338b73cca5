"""The installation's Ed25519 key, which signs checkpoints and exports of the audit log."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import os
import secrets
import stat
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.standalone import key_id, statement
from service.audit.tables import AuditError

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from service.audit.chain import Head

FILE: Final = "audit-key.pem"


class Signer:
    """Signs with the key of one installation. ``key_id``: 16 hexadecimal digits."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public: Final = key.public_key()
        self.key_id: Final = key_id(self.public)
        self.public_pem: Final = self.public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, said: bytes) -> str:
        """The signature (RFC 8032) in base 64."""
        return base64.b64encode(self._key.sign(said)).decode()

    def trusted(self) -> dict[str, Ed25519PublicKey]:
        """The public key, by its id."""
        return {self.key_id: self.public}

    def checkpoint(self, head: Head) -> dict[str, object]:
        """A signed statement that the log had ``head``, to be kept in it and elsewhere."""
        signed_at = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
        return {
            "sequence": head.sequence,
            "hash": head.hash,
            "signed_at": signed_at,
            "key": self.key_id,
            "signature": self.sign(statement(head.sequence, head.hash, signed_at)),
        }


def load_signer(home: Path) -> Signer:
    """The key of the installation whose state is in ``home``; the first call makes it (0600).

    Many processes may call it at once. Raises ``AuditError``.
    """
    path = home / FILE
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes()
    except OSError as error:
        raise AuditError(
            f"The key {path} cannot be used ({error.strerror}): point PRECLEAR_HOME at a folder "
            "that you may write."
        ) from None
    if mode & 0o077:
        raise AuditError(f"Other users may read the key {path}: run chmod 600 on it.")
    try:
        key = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditError(f"{path} is no Ed25519 key: restore it from your backup.")
    return Signer(key)


def _make(path: Path) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(
                Ed25519PrivateKey.generate().private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
