"""``preclear audit verify``, ``checkpoint``, ``key``, ``export``: that the log is as written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from cli.errors import FAILED, WRONG_CALL, CliError
from cli.private import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from models.record import AuditRecord
    from service.audit.repository import AuditRepository
    from service.audit.verify import Verified

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Published = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        exists=True,
        dir_okay=False,
        help="A file of checkpoints that were kept elsewhere; may be given several times.",
    ),
]
Public = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        exists=True,
        dir_okay=False,
        help="A public key that is trusted; default: the installation's own.",
    ),
]
_SHOWN = 50


def register(audit: typer.Typer) -> None:
    """Add the verbs to ``preclear audit``."""
    audit.command("verify")(verify_log)
    audit.command("checkpoint")(checkpoint)
    audit.command("key")(key)
    audit.command("export")(export)


def verify_log(
    exported: Annotated[
        Path | None, typer.Argument(metavar="[EXPORT]", help="An export; default: the log itself.")
    ] = None,
    published: Published = None,
    public: Public = None,
    as_json: AsJson = False,
) -> None:
    """Check every record, seal and checkpoint of the log, or of an export.

    Exit 1 if anything was changed.
    """
    from service.audit.verify import export_verified

    known = trusted_keys(public)
    kept = statements(published or [], known)
    verified: Verified
    if exported is None:
        with open_log() as log:
            verified = log.verify(kept, known)
    else:
        verified = export_verified(exported, known, kept)
    if as_json:
        print(json.dumps(_plain(verified), indent=2))
    else:
        _tell(verified)
    if not verified.whole:
        raise CliError(
            f"The audit log is not as it was written: {verified.found:,} findings, the first: "
            f"{verified.findings[0]}.",
            FAILED,
        )


def checkpoint() -> None:
    """Sign the present end of the log and print the statement, to be kept elsewhere."""
    with open_log() as log:
        said = log.checkpoint()
    if said is None:
        raise CliError("The audit log holds no record yet, so there is nothing to sign.", FAILED)
    print(json.dumps(dict(said)))


def key() -> None:
    """Print the public key that checkpoints and exports are verified with (PEM)."""
    from claims.settings import Settings
    from service.audit.signing import load_signer

    print(load_signer(Settings.read().home).public_pem.decode(), end="")


def open_log() -> AuditRepository:
    """The log of the installation, which must be there."""
    from claims.settings import Settings
    from service.audit.repository import AuditRepository

    return AuditRepository.existing(Settings.read())


def found(log: AuditRepository, score_id: str) -> AuditRecord:
    """The record of one score. Raises ``CliError`` where there is none."""
    record = log.get(score_id.strip().lower())
    if record is None:
        raise CliError(
            f"There is no score {score_id} in this audit log: `preclear audit list` shows the "
            "latest; PRECLEAR_HOME names the folder that is searched."
        )
    return record


def export(
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="The file to write.")],
) -> None:
    """Write the whole log as JSON lines, and beside it a signed manifest."""
    from service.audit.export import manifest_bytes
    from service.audit.standalone import MANIFEST

    manifest: dict[str, Any] = {}
    beside = out.with_name(out.name + MANIFEST)

    def write_manifest(file: BinaryIO) -> None:
        file.write(manifest_bytes(manifest))

    with open_log() as log:
        write_private(out, lambda file: manifest.update(log.export(file)))
    write_private(beside, write_manifest)
    print(f"Wrote {manifest['records']:,} records to {out}, and {beside}")
    if manifest["found"]:
        text = "The log was not as it was written, which the manifest states: see `audit verify`."
        raise CliError(text, FAILED)


def statements(files: Iterable[Path], keys: Mapping[str, Ed25519PublicKey]) -> list[dict[str, Any]]:
    """Checkpoints that were kept elsewhere, one JSON object a line, their signatures checked."""
    from service.audit.standalone import signed

    found = []
    for file in files:
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
            except ValueError:
                said = None
            if not isinstance(said, dict) or not signed(said, keys):
                text = f"{file}, line {number}, is no checkpoint that this installation signed."
                raise CliError(text, WRONG_CALL)
            found.append(said)
    return found


def trusted_keys(public: Sequence[Path] | None) -> Mapping[str, Ed25519PublicKey]:
    """The public keys in the files ``public``, by id; without any the installation's own."""
    from claims.settings import Settings
    from service.audit.signing import load_signer

    return _keys(public) if public else load_signer(Settings.read().home).trusted()


def _keys(files: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    from service.audit.standalone import keys_of

    found: dict[str, Ed25519PublicKey] = {}
    for file in files:
        try:
            held = keys_of([file.read_bytes()])
        except ValueError:
            held = {}
        if not held:
            text = f"{file} is no public Ed25519 key: `preclear audit key` prints one."
            raise CliError(text, WRONG_CALL)
        found.update(held)
    return found


def _plain(verified: Verified) -> dict[str, object]:
    return {
        "whole": verified.whole,
        "records": verified.records,
        "last": verified.last,
        "hash": verified.hash,
        "checkpoints": verified.checkpoints,
        "dropped": verified.dropped,
        "head_known": verified.head_known,
        "findings": [
            {"first": one.first, "last": one.last, "what": one.what, "text": str(one)}
            for one in verified.findings
        ],
        "found": verified.found,
    }


def _tell(verified: Verified) -> None:
    _list(verified.findings)
    print(
        f"{verified.records:,} records, the last of them {verified.last:,} with the hash "
        f"{verified.hash}; {verified.checkpoints:,} signed checkpoints"
        + (f"; the contents of {verified.dropped:,} dropped by retention" * bool(verified.dropped))
    )
    if not verified.head_known:
        print("Where the log ended was not kept on this machine: a cut tail could not be seen.")
    if verified.whole:
        print("Every record is as it was written, and none is missing.")


def _list(findings: Sequence[object]) -> None:
    for one in findings[:_SHOWN]:
        text = str(one)
        print(text[0].upper() + text[1:])
    if len(findings) > _SHOWN:
        print(f"... and {len(findings) - _SHOWN:,} more (--json has them)")
