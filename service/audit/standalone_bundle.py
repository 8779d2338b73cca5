"""Verify a bundle of Preclear's reports with this file, the folder and the public key alone.

    python standalone_bundle.py FOLDER --key public.pem

It needs Python 3.10 or later and the package ``cryptography``, and imports nothing of Preclear, so
that an auditor can copy it. ``FOLDER/manifest.json`` names every file with its SHA-256 and is
signed with Ed25519 over ``preclear report bundle``, a zero byte, and itself without ``signature``
as JSON with names in order and no blanks.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST: Final = "manifest.json"


def message(manifest: Mapping[str, object]) -> bytes:
    """What the signature signs."""
    said = {name: value for name, value in manifest.items() if name != "signature"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return b"preclear report bundle\0" + text.encode()


def verify(folder: Path, keys: Iterable[Ed25519PublicKey]) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with the bundle, a sentence each, and its manifest.

    Raises ``OSError`` and ``ValueError`` where there is no manifest that can be read.
    """
    manifest = json.loads((folder / MANIFEST).read_bytes())
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        raise ValueError("its manifest is none of a bundle")
    found = []
    if not any(_signed(manifest, key) for key in keys):
        found.append("The manifest is not signed by a key that is trusted.")
    stated = {str(one["name"]): one for one in manifest["files"]}
    there = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_symlink() or not file.is_dir()
    }
    found += [f"{name} is missing." for name in sorted(stated.keys() - there)]
    found += [
        f"{name} is not in the manifest." for name in sorted(there - stated.keys() - {MANIFEST})
    ]
    for name in sorted(stated.keys() & there):
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != stated[name]["sha256"]:
            found.append(f"{name} is not as it was written.")
    return found, manifest


def _signed(manifest: Mapping[str, object], key: Ed25519PublicKey) -> bool:
    try:
        signature = base64.b64decode(str(manifest.get("signature")), validate=True)
        key.verify(signature, message(manifest))
    except (InvalidSignature, ValueError):
        return False
    return True


def main(words: list[str] | None = None) -> int:
    """0: nothing was changed; 1: something was; 2: the call was wrong."""
    parser = argparse.ArgumentParser(description="Verify a bundle of Preclear's reports.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=Path, action="append", required=True, help="public key, PEM")
    given = parser.parse_args(words)
    try:
        keys = [load_pem_public_key(file.read_bytes()) for file in given.key]
        trusted = [key for key in keys if isinstance(key, Ed25519PublicKey)]
        found, manifest = verify(given.folder, trusted)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This cannot be verified: {error}", file=sys.stderr)
        return 2
    for one in found:
        print(one)
    if found:
        return 1
    print(
        f"As it was written at {manifest['made_at']}: {len(manifest['files'])} files, none changed."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
