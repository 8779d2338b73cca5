"""What the demo asks of its invented world: the newest claims, and the chances it gave them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

from claims.types import Claim
from claims.x12 import read
from cli.demo_choose import Case, Choice, choose
from data_synth import store
from data_synth.codes.procedures import CODES
from data_synth.config import day_of
from data_synth.facts import NO_AUTH
from data_synth.payers import PAYERS
from data_synth.whatif import Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from cli.demo_folder import Folder

_RECENT: Final = 12
"""How many of the 837 files that were learned from are searched for unanswered claims."""


def cases(folder: Folder) -> list[Case]:
    """Choose the five claims of the demo in ``folder``, whose newest days were put aside.

    Raises ``UserError`` when the world is too small to hold them.
    """
    inner = folder.world / "truth"
    wanted = ["claim_id", "denial_probability", "answered_on"]
    columns = pq.read_table(inner / store.CLAIMS, columns=wanted).to_pydict()
    answered = dict(zip(columns["claim_id"], columns["answered_on"], strict=True))
    fresh = _claims(folder.fresh.iterdir())
    sent = _claims(sorted((folder.world / "837").iterdir())[-_RECENT:])
    first = min(claim.submitted_on for claim in fresh if claim.submitted_on)
    truth = Truth.open(inner)
    return choose(
        Choice(
            fresh=fresh,
            waiting=[c for c in sent if (answered.get(c.claim_id) or first) >= first],
            risk=dict(zip(columns["claim_id"], columns["denial_probability"], strict=True)),
            rules=truth.rules,
            omitted=_omitted(truth, first),
        )
    )


def _omitted(truth: Truth, before: dt.date) -> dict[tuple[str, str], int]:
    claims, lines = truth.facts.claims, truth.facts.lines
    rows = (claims.auth == NO_AUTH) & (claims.submitted < day_of(before))
    kept = rows[lines.claim] & (lines.procedure >= 0)
    counted = Counter(
        zip(claims.payer[lines.claim[kept]].tolist(), lines.procedure[kept].tolist(), strict=True)
    )
    return {
        (PAYERS[payer].payer_id, CODES[procedure]): count
        for (payer, procedure), count in counted.items()
    }


def _claims(files: Iterable[Path]) -> list[Claim]:
    found: list[Claim] = []
    for file in sorted(files):
        with file.open("rb") as source:
            found += [part for part in read(source, file.name) if isinstance(part, Claim)]
    return found
