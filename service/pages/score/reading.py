"""Claims out of what somebody pasted or dropped: JSON in our form, or an 837."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.problems import Problem
from service.scoring.batch import Slot, counted, listed, slot_of
from service.scoring.requests import parse_json
from service.scoring.x12 import claims_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.settings import Settings

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Brought:
    """The claims in order, each a slot of its own, and sentences of what could not be read."""

    slots: Sequence[Slot]
    unread: Sequence[str]


def brought(content: bytes, settings: Settings) -> Brought:
    """Read ``content``: one claim, ``{"claims": [...]}`` or an 837.

    Raises ``Problem``: 422 when there is no claim in it, 413 when there are too many, 400 of a
    broken JSON.
    """
    plain = content.removeprefix(_BOM).strip()
    if not plain:
        raise Problem(422, "no-claim", "Paste a claim, or choose a file.")
    if plain[:1] not in {b"{", b"["}:
        found = claims_of(content, settings.max_lines, settings.max_claims, None)
        return Brought(found.slots, [_told(one) for one in found.problems])
    parsed = parse_json(plain)
    if isinstance(parsed, dict) and "claims" in parsed:
        parsed = listed(parsed, settings.max_claims)
    claims = counted(parsed, settings.max_claims) if isinstance(parsed, list) else [parsed]
    if not claims:
        raise Problem(422, "no-claim", "The list holds no claim.")
    return Brought([slot_of(claim, settings, None) for claim in claims], ())


def _told(problem: dict[str, object]) -> str:
    return f"Segment {problem['segment']}: {problem['detail']}"
