"""Digests that a record carries: of the claim, keyed, and of the program that scored it.

A plain hash of a claim would not do: most of it can be guessed, and a guess could then be checked.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import MISSING, fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from claims import types

if TYPE_CHECKING:
    from claims.keys import Keys
    from claims.types import Claim

_ROOMS: Final = ("claims", "features", "models", "reports", "service")
_KINDS: Final = (
    types.Provider, types.Adjustment, types.Payer, types.OtherPayer, types.Subscriber,
    types.Patient, types.Eligibility, types.Authorization, types.Attachment,
    types.LineAdjudication, types.ServiceLine, types.Claim,
)  # fmt: skip
_FIELDS: Final[dict[type[object], tuple[tuple[str, object], ...]]] = {
    kind: tuple((field.name, field.default) for field in fields(kind)) for kind in _KINDS
}


def canonical(value: object) -> str:
    """``value`` as one text: fields in order, those at their default left out.

    So a claim keeps its text when a later program adds a field, and ``1.50`` equals ``1.5``.
    """
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    known = _FIELDS.get(type(value))
    if known is None:
        return repr(value) if isinstance(value, str) else str(value)
    stated = []
    for name, default in known:
        given = getattr(value, name)
        if default is MISSING or given != default:
            stated.append(f"{name}={canonical(given)}")
    return "{" + ";".join(stated) + "}"


@cache
def code_digest() -> str:
    """SHA-256 over the files of the program that a score is made by, ``sha256:hex``.

    Their names and contents, in order of the names; what the interpreter compiled is left out.
    """
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(root).as_posix().encode()
                held = path.read_bytes()
                digest.update(b"%d %s %d\n" % (len(name), name, len(held)))
                digest.update(held)
    return "sha256:" + digest.hexdigest()


def claim_digest(claim: Claim, keys: Keys) -> str:
    """HMAC-SHA256 of ``canonical(claim)`` under the installation's secret, ``hmac-sha256:hex``."""
    message = b"claim_digest\0" + canonical(claim).encode("utf-8", "surrogatepass")
    return "hmac-sha256:" + hmac.digest(keys.secret, message, "sha256").hex()
