"""A keyed digest of a whole claim: shows that a record is of this claim, reveals nothing of it.

A plain hash would not do: most of a claim can be guessed, and a guess could then be checked.
"""

from __future__ import annotations

import hmac
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from claims import types

if TYPE_CHECKING:
    from claims.keys import Keys
    from claims.types import Claim

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


def claim_digest(claim: Claim, keys: Keys) -> str:
    """HMAC-SHA256 of ``canonical(claim)`` under the installation's secret, ``hmac-sha256:hex``."""
    message = b"claim_digest\0" + canonical(claim).encode("utf-8", "surrogatepass")
    return "hmac-sha256:" + hmac.digest(keys.secret, message, "sha256").hex()
