"""The reports of a period in a folder: a page a score, an index, and a signed manifest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.explanation import explanation
from reports.index import Row, index
from service.audit.standalone_bundle import MANIFEST, message
from service.reports.gather import logged

if TYPE_CHECKING:
    from pathlib import Path

    from models.record import AuditRecord
    from reports.logged import Logged
    from service.audit.repository import AuditRepository


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of ``first`` to the end of ``last`` (days, UTC)."""

    first: dt.date
    last: dt.date

    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """Its first moment, and the first one after it."""
        midnight = dt.time(tzinfo=dt.UTC)
        after = self.last + dt.timedelta(days=1)
        return dt.datetime.combine(self.first, midnight), dt.datetime.combine(after, midnight)


def write_bundle(log: AuditRepository, period: Period, folder: Path, mlruns: Path) -> int:
    """Write the bundle into the new folder ``folder``; how many reports it has.

    The manifest is signed with the audit key and states the signed end of the log, so that the
    hashes in the reports can be held against an export. Raises ``OSError`` and ``AuditError``.
    """
    folder.mkdir(mode=0o700, parents=True)
    (folder / "reports").mkdir(mode=0o700)
    files: list[dict[str, Any]] = []

    def put(name: str, text: str) -> None:
        content = text.encode()
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
        digest = hashlib.sha256(content).hexdigest()
        files.append({"name": name, "bytes": len(content), "sha256": digest})

    rows = []
    for record in log.between(*period.moments()):
        said = logged(log, record, mlruns)
        if said is None:  # retention dropped it meanwhile
            continue
        name = f"reports/{record.score_id}.html"
        put(name, explanation(record, said))
        rows.append(_row(record, said, name))
    put("index.html", index(rows, period.first, period.last))
    signer = log.chain.signer
    manifest: dict[str, Any] = {
        "form": 1,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "reports": len(rows),
        "log": log.checkpoint(),
        "files": files,
        "key": signer.key_id,
    }
    manifest["signature"] = signer.sign(message(manifest))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    (folder / MANIFEST).chmod(0o600)
    return len(rows)


def _row(record: AuditRecord, said: Logged, name: str) -> Row:
    outcomes = [one.body.get("outcome") for one in said.events if one.kind == "outcome"]
    overrides = [one.body.get("decision") for one in said.events if one.kind == "override"]
    return Row(
        name=name,
        score_id=record.score_id,
        scored_at=record.scored_at,
        probability=record.denial_probability,
        decision=record.decision,
        overridden=str(overrides[-1]) if overrides else "",
        outcome=str(outcomes[-1]) if outcomes else "",
        model_version=record.model_version,
        sequence=said.sequence,
    )
