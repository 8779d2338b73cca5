"""Check the whole log: every hash, seal and checkpoint, and that its end is where it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from service.audit.standalone import HEADER, MANIFEST, PAYLOAD, Checker, verify_export
from service.audit.tables import EVENTS, AuditError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from sqlite3 import Connection as SqliteConnection

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from service.audit.chain import Chain, Head, Row
    from service.audit.database import Database
    from service.audit.standalone import Finding

COLUMNS: Final = (*HEADER, *PAYLOAD, "hash", "seal")
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a log. ``hash``: of its last record; ``head_known``: see ``verify``."""

    records: int
    last: int
    hash: str
    checkpoints: int
    dropped: int
    head_known: bool
    findings: Sequence[Finding]
    found: int

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.found


def verify(
    database: Database,
    chain: Chain,
    known: Head | None,
    published: Iterable[Mapping[str, object]] = (),
    keys: Mapping[str, Ed25519PublicKey] | None = None,
    each: Callable[[Row], None] | None = None,
) -> Verified:
    """Check every record of the log, and hand each to ``each``.

    ``known``: the last record that this machine knows of, read before; without it a cut tail is
    seen by the ``published`` checkpoints alone, whose signatures the caller has checked. ``keys``:
    those that are trusted; default: the installation's own.
    """
    heads = {int(str(one["sequence"])): str(one["hash"]) for one in published}
    if known is not None and known.sequence:
        heads[known.sequence] = known.hash
    checker = Checker(keys or chain.signer.trusted(), chain.seal, heads.items())
    try:
        for row in rows_of(database):
            checker.feed(row)
            if each is not None:
                each(row)
    except sa.exc.DBAPIError:  # a damaged file
        checker.add("unreadable", checker.last + 1)
    checker.finish()
    return _verified(checker, head_known=known is not None)


def export_verified(
    export: Path,
    keys: Mapping[str, Ed25519PublicKey],
    published: Iterable[Mapping[str, object]] = (),
) -> Verified:
    """Check an export by the manifest beside it. Raises ``AuditError``."""
    beside = export.with_name(export.name + MANIFEST)
    try:
        manifest = json.loads(beside.read_bytes())
        checker = verify_export(export, manifest, keys, published)
    except OSError as error:
        text = f"{error.filename} cannot be read ({error.strerror})"
        raise AuditError(f"{text}: name the file that `preclear audit export` wrote.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuditError(f"{beside} is no manifest of an export: export the log again.") from None
    return _verified(checker, head_known=True)


def _verified(checker: Checker, *, head_known: bool) -> Verified:
    return Verified(
        records=checker.records,
        last=checker.last,
        hash=checker.hash,
        checkpoints=checker.checkpoints,
        dropped=checker.dropped,
        head_known=head_known,
        findings=tuple(checker.findings),
        found=checker.found,
    )


def rows_of(database: Database) -> Iterator[Row]:
    """Every record as it lies in the database, in order, at constant memory.

    Asked of the driver itself: what somebody wrote into a column may not be of its type.
    Raises ``DBAPIError``.
    """
    names: list[sa.ColumnElement[Any]] = [sa.literal_column(name) for name in COLUMNS]
    query: sa.Select[Any] = sa.select(*names).select_from(EVENTS)
    with database.reader.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver = cast("SqliteConnection", connection.connection.driver_connection)
            driver.text_factory = _text
            connection.detach()  # no other reader has its way to read text
        found = connection.execution_options(yield_per=_AT_ONCE).execute(
            query.order_by(EVENTS.c.sequence)
        )
        for part in found.partitions():
            for row in part:
                yield dict(zip(COLUMNS, row, strict=True))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
