"""Verify an export of Preclear's audit log with this file, the export and the public key alone.

    python standalone.py EXPORT --key public.pem [--checkpoint FILE]

It needs Python 3.10 or later and the package ``cryptography``, and imports nothing of Preclear, so
that an auditor can copy it; the service makes its hashes by it too. ``docs/audit.md`` says what a
record is, byte for byte, for whoever would rather write their own.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
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

MANIFEST: Final = ".manifest.json"


def encoded(values: Iterable[object]) -> bytes:
    """Values one after the other, each as its kind (a letter), length (8 bytes) and bytes.

    Text is UTF-8, an integer decimal, a float its 64 bits, big endian. No two lists of values have
    the same encoding.
    """
    parts: list[bytes] = []
    for value in values:
        if value is None:
            kind, raw = b"N", b""
        elif isinstance(value, str):
            kind, raw = b"T", value.encode("utf-8", "surrogatepass")
        elif isinstance(value, int):
            kind, raw = b"I", b"%d" % value
        elif isinstance(value, float):
            kind, raw = b"F", struct.pack(">d", value)
        else:
            kind, raw = b"B", bytes(value)  # type: ignore[call-overload]  # a database has no other
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
    "link": "one does not follow the other",
    "seal": "it was not sealed by this installation",
    "missing": "missing",
    "cut": "missing at the end of the log",
    "twice": "its number stands twice, or out of order",
    "signature": "a checkpoint whose signature is not of a key that is trusted",
    "checkpoint": "not what a checkpoint says: something up to here was changed",
    "unsigned": "may be true, but no signature that is left vouches for it",
    "dropped": "what it held is gone, and no retention says so",
    "kept": "it holds what retention dropped",
    "break": "a writer found that the log did not end where it had",
    "form": "of a form that this program does not know",
    "unreadable": "cannot be read",
    "extra": "after the end that the manifest of the export states",
    "written": "not written as an export writes it",
    "file": "the file of the export is not the one that was signed",
    "manifest": "the manifest of the export is not signed by a key that is trusted",
}
_OF_THE_WHOLE: Final = ("file", "manifest")
_TYPES: Final = (type(None), str, int, float, bytes)
_MOST: Final = 10_000  # findings that are kept; more are counted


@dataclass(frozen=True)
class Finding:
    """Something wrong with the records ``first`` to ``last``; ``what`` is a key of ``WHAT``."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        if self.what in _OF_THE_WHOLE:
            return WHAT[self.what]
        several = f"s {self.first} to {self.last}" if self.last > self.first else f" {self.first}"
        return f"record{several}: {WHAT[self.what]}"


class Checker:
    """Walks through the records of a log in the order of their numbers: ``feed`` each, ``finish``.

    It goes on behind what it finds, so that each change is told once and at its place.
    """

    def __init__(
        self,
        keys: Mapping[str, Ed25519PublicKey],
        seal: Callable[[int, str], str] | None = None,
        heads: Iterable[tuple[int, str]] = (),
        end: int | None = None,
    ) -> None:
        """``keys``: whose checkpoints are trusted, by id.

        ``seal`` of a number and a hash, where the secret is known. ``heads``: numbers and
        hashes of records that are known from elsewhere. ``end``: number of the last one, if known.
        """
        self._keys, self._seal, self._heads, self._end = keys, seal, dict(heads), end
        self._checked = 0  # the last record that a signature or a known head vouches for
        self._dropped: list[list[int]] = []
        self._kept: list[list[int]] = []
        self._through = 0
        self._well = True  # whether the record before shows nothing by itself
        self.findings: list[Finding] = []
        self.found = self.records = self.checkpoints = self.last = 0
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
            self.add("twice", sequence if isinstance(sequence, int) else self.last)
            return
        before, gap = self.found, sequence > self.last + 1
        if gap:
            self.add("missing", self.last + 1, sequence - 1)
        if self._end is not None and sequence > self._end:
            self.add("extra", sequence)
        own = self.found
        self._own(row, sequence)
        if row["previous"] != self.hash and not gap:  # which of the two was changed, if none shows?
            both = self._well and self.found == own and self.last
            self.add("link", self.last if both else sequence, sequence)
        self._well = self.found == own
        self._kinds(row, sequence, untouched=self.found == before)
        self.last, self.hash = sequence, str(row["hash"])
        expected = self._heads.pop(sequence, None)
        if expected is not None:
            self._vouched(sequence, self.hash == expected)

    def finish(self) -> None:
        """Check what only the end can tell, and order what was found by its place."""
        ahead = max(self._heads, default=0)
        if ahead > self.last:
            self.add("cut", self.last + 1, ahead)
            if self._seal is None and self.last > self._checked:
                self.add("unsigned", self._checked + 1, self.last)
        for first, last in self._dropped:
            if last > self._through:
                self.add("dropped", max(first, self._through + 1), last)
        for first, last in self._kept:
            if first <= self._through:
                self.add("kept", first, min(last, self._through))
        self.findings = sorted(set(self.findings), key=lambda one: (one.first, one.last, one.what))

    def _own(self, row: Mapping[str, object], sequence: int) -> None:
        """What the record says of itself."""
        if row["form"] != FORM:
            self.add("form", sequence)
            return
        if row["hash"] != record_hash(row):
            self.add("header", sequence)
        if self._seal is not None and row["seal"] != self._seal(sequence, str(row["hash"])):
            self.add("seal", sequence)
        if row["kind"] not in LASTING and all(row[name] is None for name in PAYLOAD):
            _extend(self._dropped, sequence)
            return
        if row["payload_digest"] != payload_digest(row):
            self.add("contents", sequence)
        if row["kind"] not in LASTING:
            _extend(self._kept, sequence)

    def _kinds(self, row: Mapping[str, object], sequence: int, *, untouched: bool) -> None:
        if row["kind"] == "break":
            self.add("break", sequence)
        elif row["kind"] == "checkpoint":
            self._checkpoint(row, sequence, untouched=untouched)
        elif row["kind"] == "retention" and untouched:
            through = _body(row).get("through")
            if isinstance(through, int) and through < sequence:
                self._through = max(self._through, through)

    def _checkpoint(self, row: Mapping[str, object], sequence: int, *, untouched: bool) -> None:
        said = _body(row)
        if not signed(said, self._keys):
            self.add("signature", sequence)
            return
        self.checkpoints += 1
        well = said["sequence"] == sequence - 1 and said["hash"] == row["previous"] == self.hash
        if well or untouched:
            self._vouched(sequence - 1, well)

    def _vouched(self, through: int, well: bool) -> None:
        if not well:
            self.add("checkpoint", self._checked + 1, through)
        self._checked = max(self._checked, through)

    def add(self, what: str, first: int, last: int | None = None) -> None:
        """Note something that was found."""
        last = first if last is None else last
        self.found += 1
        for place, one in enumerate(reversed(self.findings[-4:])):
            if one.what == what and one.last == first - 1:  # one change over several records
                self.findings[-1 - place] = Finding(one.first, last, what)
                return
        if len(self.findings) < _MOST:
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
    try:
        signature = base64.b64decode(str(said.get("signature")), validate=True)
        keys[str(said.get("key"))].verify(signature, message)
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True


def key_id(key: Ed25519PublicKey) -> str:
    """How a key is named: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def keys_of(pems: Iterable[bytes]) -> dict[str, Ed25519PublicKey]:
    """Public keys in PEM, by id. Raises ``ValueError``."""
    keys = [load_pem_public_key(pem) for pem in pems]
    return {key_id(key): key for key in keys if isinstance(key, Ed25519PublicKey)}


def _body(row: Mapping[str, object]) -> dict[str, object]:
    try:
        return dict(json.loads(str(row["body"])))
    except (ValueError, TypeError):
        return {}


def _extend(ranges: list[list[int]], sequence: int) -> None:
    first = ranges.pop()[0] if ranges and ranges[-1][1] == sequence - 1 else sequence
    ranges.append([first, sequence])


def line_of(row: Mapping[str, object]) -> bytes:
    """One record as a line of an export: JSON, names in order, bytes in base 64; without seal."""
    return _canonical({name: row[name] for name in (*HEADER, *PAYLOAD, "hash")}) + b"\n"


def _canonical(said: object) -> bytes:
    return json.dumps(
        said, sort_keys=True, separators=(",", ":"),
        default=lambda raw: {"base64": base64.b64encode(raw).decode()},
    ).encode()  # fmt: skip


def row_of(line: bytes) -> dict[str, object] | None:
    """The record of a line, ``None`` when it is none."""
    try:
        said = json.loads(line)
        for name, value in said.items():
            if isinstance(value, dict):
                said[name] = base64.b64decode(value["base64"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    plain = all(type(value) in _TYPES for value in said.values())
    return said if plain and said.keys() == {*HEADER, *PAYLOAD, "hash"} else None


def manifest_message(manifest: Mapping[str, object]) -> bytes:
    """What the signature of a manifest signs: all of it but the signature, as canonical JSON."""
    said = {name: value for name, value in manifest.items() if name != "signature"}
    return b"preclear audit export\0" + _canonical(said)


def verify_export(
    export: Path,
    manifest: Mapping[str, Any],
    keys: Mapping[str, Ed25519PublicKey],
    published: Iterable[Mapping[str, Any]] = (),
) -> Checker:
    """Check an export by its manifest and by ``published`` checkpoints, whose signatures are good.

    What the service found when it exported the log stands in the manifest, and is found here too:
    it could check the seals. Raises ``OSError``.
    """
    heads = {int(one["sequence"]): str(one["hash"]) for one in published}
    well = verified(manifest_message(manifest), manifest, keys)
    end = None
    if well:
        end = manifest["head"]["sequence"]
        known = [manifest["head"], manifest["known"] or manifest["head"]]
        heads |= {one["sequence"]: one["hash"] for one in known if one["sequence"]}
    checker = Checker(keys, heads=heads.items(), end=end)
    digest = hashlib.sha256()
    with export.open("rb") as lines:
        for line in lines:
            digest.update(line)
            row = row_of(line)
            if row is None or line_of(row) != line:
                checker.add("unreadable" if row is None else "written", checker.last + 1)
            if row is not None:
                checker.feed(row)
    if not well:
        checker.add("manifest", 0)
    else:
        if digest.hexdigest() != manifest["sha256"]:
            checker.add("file", 0)
        for one in manifest["findings"]:
            checker.add(one["what"], one["first"], one["last"])
    checker.finish()
    return checker


def main(words: list[str] | None = None) -> int:
    """0: nothing was changed; 1: something was; 2: the call was wrong."""
    parser = argparse.ArgumentParser(description="Verify an export of Preclear's audit log.")
    parser.add_argument("export", type=Path, help="EXPORT; beside it lies EXPORT.manifest.json")
    parser.add_argument("--key", type=Path, action="append", required=True, help="public key, PEM")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="kept earlier")
    given = parser.parse_args(words)
    try:
        keys = keys_of(file.read_bytes() for file in given.key)
        manifest = json.loads(given.export.with_name(given.export.name + MANIFEST).read_bytes())
        lines = "\n".join(file.read_text() for file in given.checkpoint).split("\n")
        published = [json.loads(line) for line in lines if line.strip()]
        wrong = [one for one in published if not signed(one, keys)]
        checker = verify_export(given.export, manifest, keys, published)
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        print(f"This cannot be verified: {error}", file=sys.stderr)
        return 2
    for one in checker.findings:
        print(one)
    if wrong:
        print("a checkpoint that was given is not signed by a key that is trusted")
    print(
        f"{checker.records} records, the last of them {checker.last} with the hash {checker.hash}; "
        f"{checker.checkpoints} signed checkpoints; contents of {checker.dropped} dropped"
    )
    if checker.found or wrong:
        return 1
    print(f"As it was exported at {manifest['exported_at']}: nothing was changed, none is missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
