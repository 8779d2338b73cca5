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


class Chain:
    """Links and seals records. The same secret and key serve all who write to one log."""

    def __init__(self, secret: bytes, signer: Signer) -> None:
        """``secret``: the installation's."""
        self._key = hmac.digest(secret, b"audit_seal\0", "sha256")
        self.signer = signer

    def seal(self, hashed: str) -> str:
        """HMAC-SHA256 of a record's hash, in hexadecimal."""
        return hmac.digest(self._key, hashed.encode(), "sha256").hex()

    def sealed(self, head: Head) -> bool:
        """Whether the head was sealed by this installation."""
        return head == EMPTY or hmac.compare_digest(self.seal(head.hash), head.seal)

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
            record, head = self._next(head, self.checkpoint(head), now)
            linked.append(record)
        return linked, head

    def checkpoint(self, head: Head) -> Row:
        """The row of a checkpoint that follows ``head``."""
        return event_row("checkpoint", None, self.signer.checkpoint(head))

    def _next(self, head: Head, row: Row, now: str) -> tuple[Row, Head]:
        sequence = head.sequence + 1
        record: Row = {
            "form": FORM,
            "sequence": sequence,
            "recorded_at": now,
            **dict.fromkeys(PAYLOAD),
            **row,
            "previous": head.hash,
            "salt": secrets.token_hex(16),
        }
        record["payload_digest"] = payload_digest(record)
        hashed = record_hash(record)
        last = Head(int(str(record["sequence"])), hashed, self.seal(hashed))
        return {**record, "hash": hashed, "seal": last.seal}, last


def event_row(kind: str, score_id: str | None, body: object, caller: str = "") -> Row:
    """The row of an event that is no score: its body as JSON, names in order."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {"kind": kind, "score_id": score_id, "caller": caller, "body": text}
