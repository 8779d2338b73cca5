"""What the demo asks of its invented world: the newest claims, and the chances it gave them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow.parquet as pq

from claims.types import Claim
from claims.x12 import read
from cli.demo_choose import Case, Choice, choose
from data_synth import store
from data_synth.codes.procedures import CODES
from data_synth.facts import NO_AUTH
from data_synth.payers import PAYERS
from data_synth.whatif import Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    import pyarrow as pa

    from cli.demo_folder import Folder

_RECENT: Final = 12
"""How many of the 837 files that were learned from are searched for unanswered claims."""


def cases(folder: Folder) -> list[Case]:
    """Choose the five claims of the demo in ``folder``, whose newest days were put aside.

    Raises ``UserError`` when the world is too small to hold them.
    """
    inner = folder.world / "truth"
    truth = Truth.open(inner)
    known = pq.read_table(inner / store.CLAIMS)
    answered = dict(zip(_column(known, "claim_id"), _column(known, "answered_on"), strict=True))
    fresh = _claims(folder.fresh.iterdir())
    sent = _claims(sorted((folder.world / "837").iterdir())[-_RECENT:])
    first = min(claim.submitted_on for claim in fresh if claim.submitted_on)
    return choose(
        Choice(
            fresh=fresh,
            waiting=[c for c in sent if (answered.get(c.claim_id) or first) >= first],
            risk=dict(
                zip(_column(known, "claim_id"), _column(known, "denial_probability"), strict=True)
            ),
            rules=truth.rules,
            unauthorized=_unauthorized(truth, known, first),
        )
    )


def _unauthorized(truth: Truth, known: pa.Table, before: dt.date) -> dict[tuple[str, str], int]:
    """Lines denied for want of an authorization, told ``before`` a day: by payer and procedure."""
    rows = zip(
        _column(known, "claim_id"),
        _column(known, "mechanism"),
        _column(known, "answered_on"),
        strict=True,
    )
    denied = {
        claim_id for claim_id, why, day in rows if why == "authorization" and day and day < before
    }
    claims, lines = truth.facts.claims, truth.facts.lines
    lacking = np.isin(truth.claim_ids, list(denied)) & (claims.auth == NO_AUTH)
    kept = lacking[lines.claim] & (lines.procedure >= 0)
    payers, procedures = claims.payer[lines.claim[kept]], lines.procedure[kept]
    counted = Counter(zip(payers.tolist(), procedures.tolist(), strict=True))
    return {
        (PAYERS[payer].payer_id, CODES[procedure]): count
        for (payer, procedure), count in counted.items()
    }


def _column(table: pa.Table, name: str) -> list[Any]:
    values: list[Any] = table[name].to_pylist()
    return values


def _claims(files: Iterable[Path]) -> list[Claim]:
    found: list[Claim] = []
    for file in sorted(files):
        with file.open("rb") as source:
            found += [part for part in read(source, file.name) if isinstance(part, Claim)]
    return found
