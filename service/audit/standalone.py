"""What a record of the audit log is made of, byte for byte, and how its hashes are made.

This file imports nothing of Preclear: an auditor can copy it.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORM: Final = 1
"""Of the columns below and of their encoding; each record states its own."""
GENESIS: Final = "0" * 64
"""What the first record names as the hash before it."""
HEADER: Final = (
    "form", "sequence", "kind", "score_id", "recorded_at", "payload_digest", "previous",
)  # fmt: skip
PAYLOAD: Final = (
    "salt", "caller", "purpose", "scored_at", "as_of", "claim_key", "claim_digest", "model_name",
    "model_version", "model_digest", "history_digest", "rules_digest", "code_version",
    "code_digest", "features_digest", "features", "denial_probability", "decision", "threshold",
    "body",
)  # fmt: skip
"""What retention drops; the random salt keeps the digest that stays from being guessed from."""


def encoded(values: Iterable[object]) -> bytes:
    """Values one after the other, each as its kind (a letter), length (8 bytes) and bytes.

    Text is UTF-8, an integer decimal, a float its 64 bits, big endian. No two lists of values have
    the same encoding.
    """
    parts: list[bytes] = []
    for value in values:
        match value:
            case None:
                kind, raw = b"N", b""
            case str():
                kind, raw = b"T", value.encode("utf-8", "surrogatepass")
            case int():
                kind, raw = b"I", b"%d" % value
            case float():
                kind, raw = b"F", struct.pack(">d", value)
            case bytes():
                kind, raw = b"B", value
            case _:
                kind, raw = b"?", repr(value).encode("utf-8", "surrogatepass")
        parts += (kind, len(raw).to_bytes(8, "big"), raw)
    return b"".join(parts)


def payload_digest(row: Mapping[str, object]) -> str:
    """SHA-256 of what the record holds, in hexadecimal."""
    said = encoded([row[name] for name in PAYLOAD])
    return hashlib.sha256(b"preclear audit payload\0" + said).hexdigest()


def record_hash(row: Mapping[str, object]) -> str:
    """SHA-256 of the record's header, which names the hash before it and the payload's digest."""
    said = encoded([row[name] for name in HEADER])
    return hashlib.sha256(b"preclear audit record\0" + said).hexdigest()


def statement(sequence: int, head: str, signed_at: str) -> bytes:
    """What a checkpoint signs: the log had this hash at this record."""
    return b"preclear audit checkpoint\0" + encoded([sequence, head, signed_at])
