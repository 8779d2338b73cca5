"""Write the whole log as JSON lines, with a signed manifest, for whoever is to verify it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any, BinaryIO

from service.audit.standalone import line_of, manifest_message
from service.audit.verify import verify

if TYPE_CHECKING:
    from service.audit.chain import Chain, Head, Row
    from service.audit.database import Database


def export(database: Database, chain: Chain, known: Head | None, out: BinaryIO) -> dict[str, Any]:
    """Write every record to ``out``; gives the signed manifest.

    The log is verified as it is written, seals and all, and what is found stands in the manifest.
    ``known``: the last record that this machine knows of. Raises ``OSError``, ``AuditError``.
    """
    digest = hashlib.sha256()

    def write(row: Row) -> None:
        line = line_of(row)
        digest.update(line)
        out.write(line)

    verified = verify(database, chain, known, each=write)
    manifest: dict[str, Any] = {
        "form": 1,
        "exported_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "records": verified.records,
        "head": {"sequence": verified.last, "hash": verified.hash},
        "known": {"sequence": known.sequence, "hash": known.hash} if known else None,
        "sha256": digest.hexdigest(),
        "found": verified.found,
        "findings": [
            {"what": one.what, "first": one.first, "last": one.last} for one in verified.findings
        ],
        "key": chain.signer.key_id,
    }
    manifest["signature"] = chain.signer.sign(manifest_message(manifest))
    return manifest


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    """The file of a manifest."""
    return json.dumps(manifest, indent=1).encode() + b"\n"
