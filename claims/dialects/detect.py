"""Which dialect a JSON object speaks, by keys that no other has, and its claim in our flat form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from claims.dialects import clearinghouse, clearinghouse_fields, fhir, fhir_fields
from claims.dialects.draft import Draft
from claims.dialects.paths import Paths

Dialect = Literal["flat", "clearinghouse", "fhir"]


@dataclass(frozen=True, slots=True)
class Translated:
    """A claim in our flat form, not yet judged; or ``faults``, the caller's path to what is wrong.

    ``paths`` tells where in what was sent each field of ours stands.
    """

    claim: dict[str, Any]
    paths: Paths
    faults: Mapping[str, str]


def dialect_of(sent: Mapping[str, object]) -> Dialect:
    """Which dialect ``sent`` speaks; our own when it has no other's key."""
    if "resourceType" in sent:
        return "fhir"
    return "clearinghouse" if "claimInformation" in sent else "flat"


def translated(sent: dict[str, Any], root: str = "") -> Translated | None:
    """The claim that ``sent`` holds, ``None`` when it is in our own form already.

    ``root`` is where ``sent`` stands in the whole, ``""`` or a path that ends with a dot.
    """
    dialect = dialect_of(sent)
    if dialect == "flat":
        return None
    draft = Draft()
    if dialect == "fhir":
        root = fhir.flatten(sent, draft, root)
        return Translated(draft.flat, Paths(draft.found, fhir_fields.USUAL, root), draft.faults)
    clearinghouse.flatten(sent, draft, root)
    usual = clearinghouse_fields.USUAL
    return Translated(draft.flat, Paths(draft.found, usual, root), draft.faults)
