"""The hash chain: each record names the hash of the one before it, and is sealed.

Anybody can compute the hashes anew after a change; nobody can seal them without the installation's
secret, which is not in the database.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.audit.event import CHECKPOINT
from service.audit.standalone import FORM, GENESIS, PAYLOAD, payload_digest, record_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.audit.signing import Signer

Row = dict[str, object]
EVERY: Final = 1000
"""Records between two checkpoints that the log writes by itself."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a log: its number (from 1; 0: there is none), its hash and its seal."""

    sequence: int
    hash: str
    seal: str


EMPTY: Final = Head(0, GENESIS, "")
CHECKPOINT_ROW: Final[Row] = {"kind": CHECKPOINT}
"""Becomes a checkpoint that signs the record before it."""


class Chain:
    """Links and seals records. The same secret and key serve all who write to one log."""

    def __init__(self, secret: bytes, signer: Signer) -> None:
        """``secret``: the installation's."""
        self._key = hmac.digest(secret, b"audit_seal\0", "sha256")
        self.signer = signer

    def seal(self, sequence: int, hashed: str) -> str:
        """HMAC-SHA256 of a record's number and hash, in hexadecimal."""
        said = f"{sequence} {hashed}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, said, "sha256").hex()

    def sealed(self, head: Head) -> bool:
        """Whether the head was sealed by this installation."""
        return head == EMPTY or self.seal(head.sequence, head.hash) == head.seal

    def link(self, head: Head, rows: Iterable[Row]) -> tuple[list[Row], Head]:
        """``rows`` completed as records that follow ``head``, and the last of them.

        A row has ``kind``, ``score_id`` and what it holds; ``recorded_at`` and ``sequence`` may be
        given. A checkpoint is added where the log grows over a multiple of ``EVERY``.
        """
        now = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
        linked: list[Row] = []
        begun = head.sequence
        for row in rows:
            record, head = self._next(head, row, now)
            linked.append(record)
        if begun // EVERY != head.sequence // EVERY:
            record, head = self._next(head, CHECKPOINT_ROW, now)
            linked.append(record)
        return linked, head

    def _next(self, head: Head, row: Row, now: str) -> tuple[Row, Head]:
        if row is CHECKPOINT_ROW:
            row = event_row(CHECKPOINT, None, self.signer.checkpoint(head))
        record: Row = {
            "form": FORM,
            "sequence": head.sequence + 1,
            "recorded_at": now,
            **dict.fromkeys(PAYLOAD),
            **row,
            "previous": head.hash,
            "salt": secrets.token_hex(16),
        }
        record["payload_digest"] = payload_digest(record)
        hashed = record_hash(record)
        sequence = int(str(record["sequence"]))
        last = Head(sequence, hashed, self.seal(sequence, hashed))
        return {**record, "hash": hashed, "seal": last.seal}, last


def event_row(kind: str, score_id: str | None, body: object, caller: str = "") -> Row:
    """The row of an event that is no score: its body as JSON, names in order."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {"kind": kind, "score_id": score_id, "caller": caller, "body": text}
