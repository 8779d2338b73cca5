"""What a record of the audit log is made of, byte for byte, and how its hashes are made.

This file imports nothing of Preclear: an auditor can copy it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

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

LASTING: Final = ("checkpoint", "retention", "break", "migrated")
"""Kinds whose contents are never dropped."""


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


WHAT: Final = {
    "contents": "what it holds is not what was recorded",
    "header": "its hash is not that of its header",
    "link": "it does not follow the record before it",
    "seal": "it was not sealed by this installation",
    "missing": "missing",
    "cut": "missing at the end of the log",
    "twice": "its number stands twice, or out of order",
    "signature": "a checkpoint whose signature is not of a key that is trusted",
    "checkpoint": "not what a checkpoint says: something up to here was changed",
    "dropped": "what it held is gone, and no retention says so",
    "kept": "it holds what retention dropped",
    "break": "a writer found that the log did not end where it had",
    "form": "of a form that this program does not know",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True)
class Finding:
    """Something wrong with the records ``first`` to ``last``; ``what`` is a key of ``WHAT``."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        place = f"record {self.first}"
        if self.last > self.first:
            place = f"records {self.first} to {self.last}"
        return f"{place}: {WHAT[self.what]}"


class Checker:
    """Walks through the records of a log in the order of their numbers: ``feed`` each, ``finish``.

    It goes on behind what it finds, so that each change is told once and at its place.
    """

    MOST = 10_000
    """Findings that are kept; more are counted."""

    def __init__(
        self,
        keys: Mapping[str, Ed25519PublicKey],
        seal: Callable[[int, str], str] | None = None,
        heads: Iterable[tuple[int, str]] = (),
    ) -> None:
        """``keys``: whose checkpoints are trusted, by id.

        ``seal`` of a number and a hash, where the secret is known. ``heads``: numbers and
        hashes of records that are known from elsewhere.
        """
        self._keys = keys
        self._seal = seal
        self._heads = dict(heads)
        self._checked = 0  # the last record that a signature or a known head vouches for
        self._dropped: list[list[int]] = []
        self._kept: list[list[int]] = []
        self._through = 0
        self.findings: list[Finding] = []
        self.found = 0
        self.records = 0
        self.checkpoints = 0
        self.last = 0
        self.hash = GENESIS

    @property
    def dropped(self) -> int:
        """Records whose contents are no longer there."""
        return sum(last - first + 1 for first, last in self._dropped)

    def feed(self, row: Mapping[str, object]) -> None:
        """Check the next record."""
        self.records += 1
        sequence = row["sequence"]
        if not isinstance(sequence, int) or sequence <= self.last:
            self._add("twice", sequence if isinstance(sequence, int) else self.last)
            return
        before = self.found
        if sequence > self.last + 1:
            self._add("missing", self.last + 1, sequence - 1)
        gap = self.found > before
        self._own(row, sequence)
        if row["previous"] != self.hash and not gap:
            self._add("link", sequence)
        self._kinds(row, sequence, untouched=self.found == before)
        self.last, self.hash = sequence, str(row["hash"])
        expected = self._heads.pop(sequence, None)
        if expected is not None:
            self._vouched(sequence, self.hash == expected)

    def finish(self) -> list[Finding]:
        """Check what only the end can tell; everything found, by place."""
        ahead = max(self._heads, default=0)
        if ahead > self.last:
            self._add("cut", self.last + 1, ahead)
        for first, last in self._dropped:
            if last > self._through:
                self._add("dropped", max(first, self._through + 1), last)
        for first, last in self._kept:
            if first <= self._through:
                self._add("kept", first, min(last, self._through))
        self.findings.sort(key=lambda one: (one.first, one.last))
        return self.findings

    def _own(self, row: Mapping[str, object], sequence: int) -> None:
        """What the record says of itself."""
        if row["form"] != FORM:
            self._add("form", sequence)
            return
        if row["hash"] != record_hash(row):
            self._add("header", sequence)
        if self._seal is not None and row["seal"] != self._seal(sequence, str(row["hash"])):
            self._add("seal", sequence)
        if row["kind"] not in LASTING and all(row[name] is None for name in PAYLOAD):
            _extend(self._dropped, sequence)
            return
        if row["payload_digest"] != payload_digest(row):
            self._add("contents", sequence)
        if row["kind"] not in LASTING:
            _extend(self._kept, sequence)

    def _kinds(self, row: Mapping[str, object], sequence: int, *, untouched: bool) -> None:
        if row["kind"] == "break":
            self._add("break", sequence)
        elif row["kind"] == "checkpoint":
            self._checkpoint(row, sequence)
        elif row["kind"] == "retention" and untouched:
            through = _body(row).get("through")
            if isinstance(through, int) and through < sequence:
                self._through = max(self._through, through)

    def _checkpoint(self, row: Mapping[str, object], sequence: int) -> None:
        said = _body(row)
        if not signed(said, self._keys):
            self._add("signature", sequence)
            return
        self.checkpoints += 1
        own = said["sequence"] == sequence - 1 and said["hash"] == row["previous"]
        self._vouched(sequence, own and row["previous"] == self.hash)

    def _vouched(self, sequence: int, well: bool) -> None:
        if not well:
            self._add("checkpoint", self._checked + 1, sequence)
        self._checked = sequence

    def _add(self, what: str, first: int, last: int | None = None) -> None:
        last = first if last is None else last
        self.found += 1
        for place, one in enumerate(reversed(self.findings[-4:])):
            if one.what == what and one.last == first - 1:  # one change over several records
                self.findings[-1 - place] = Finding(one.first, last, what)
                return
        if len(self.findings) < self.MOST:
            self.findings.append(Finding(first, last, what))


def signed(said: Mapping[str, object], keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether the statement of a checkpoint is signed with one of ``keys``."""
    sequence, head, signed_at = (said.get(name) for name in ("sequence", "hash", "signed_at"))
    if not (isinstance(sequence, int) and isinstance(head, str) and isinstance(signed_at, str)):
        return False
    return verified(statement(sequence, head, signed_at), said, keys)


def verified(
    message: bytes, said: Mapping[str, object], keys: Mapping[str, Ed25519PublicKey]
) -> bool:
    """Whether ``message`` is signed as ``said`` says, by its ``key`` and ``signature``."""
    key = keys.get(str(said.get("key")))
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(str(said.get("signature")), validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(key: Ed25519PublicKey) -> str:
    """How a key is named: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _body(row: Mapping[str, object]) -> dict[str, object]:
    try:
        said = json.loads(str(row["body"]))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _extend(ranges: list[list[int]], sequence: int) -> None:
    if ranges and ranges[-1][1] == sequence - 1:
        ranges[-1][1] = sequence
    else:
        ranges.append([sequence, sequence])
