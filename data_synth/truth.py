"""``truth/``: what no model may see. For judging models, never for teaching them.

``claims.parquet`` has a row for each original claim (frequency 1):

=====================  =========================================================================
claim_id               CLM01, as in the files
kind                   visit, copy (sent again under a new id), secondary (to a second payer)
submitted_on           day of submission
answered_on            day of the payment that answers it within the files, null while there is none
payer_id, payer_type   the payer billed
form                   professional or institutional
denial_probability     that any line is denied, given all that was settled before submission
outcome                paid, partial, denied: as the payer decides, answered or not
category, carc         of the largest denied amount, "" when nothing is denied
mechanism              what denied it: a name of ``data_synth.mechanisms``, "" when nothing did
prevented_by           single actions (design.md section 6) after which, with the same luck, no line
                       would have been denied; empty when none helps
=====================  =========================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from claims.categories import CATEGORIES
from data_synth import store
from data_synth.adjudication import OUTCOMES, PAID, SPEECH_CARC, decide
from data_synth.chance import I64
from data_synth.lifecycle import ORIGINAL
from data_synth.mechanisms import MECHANISMS
from data_synth.names import claim_id
from data_synth.payers import PAYERS
from data_synth.whatif import ACTIONS, mend
from data_synth.world import World

_NAMES: Final = np.array([*(row.name for row in MECHANISMS), ""])
_CATEGORIES: Final = np.array([*CATEGORIES, ""])
_CARCS: Final = np.array([*SPEECH_CARC, ""])


def _prevented(world: World, rows: I64) -> list[list[str]]:
    """For each row of the history, the actions that alone would have saved its claim."""
    history, rules, seed = world.history, world.rules, world.config.seed
    saved: list[list[str]] = [[] for _ in rows]
    denied = np.flatnonzero(history.verdict.outcome[rows] > PAID)
    facts = history.facts.take(rows[denied])
    for action in ACTIONS:
        if any(action in mechanism.mends for mechanism in MECHANISMS):
            after = decide(mend(facts, rules, [action]), rules, seed)
            for place in np.flatnonzero(after.outcome == PAID).tolist():
                saved[int(denied[place])].append(action)
    return saved


def truth_table(world: World) -> pa.Table:
    """The table described above, in order of claim id."""
    history, seed = world.history, world.config.seed
    facts, verdict = history.facts.claims, history.verdict
    originals = np.flatnonzero(history.frequency == ORIGINAL)
    ids = np.array([claim_id(seed, int(number)) for number in history.identity[originals]])
    order = np.argsort(ids, kind="stable")
    rows, ids = originals[order], ids[order]
    answered = history.answered[rows]
    kind = np.where(
        facts.secondary[rows] > 0, "secondary", np.where(facts.copy_of[rows] >= 0, "copy", "visit")
    )
    payer = facts.payer[rows]
    days = answered.astype(np.int32)
    return pa.table(
        {
            "claim_id": pa.array(ids.tolist(), pa.string()),
            "kind": pa.array(kind.tolist(), pa.string()),
            "submitted_on": pa.array(facts.submitted[rows].astype(np.int32)).cast(pa.date32()),
            "answered_on": pa.array(days, mask=answered > world.config.last_day).cast(pa.date32()),
            "payer_id": pa.array([PAYERS[place].payer_id for place in payer], pa.string()),
            "payer_type": pa.array([PAYERS[place].type for place in payer], pa.string()),
            "form": pa.array(
                np.where(facts.form[rows] > 0, "institutional", "professional").tolist(),
                pa.string(),
            ),
            "denial_probability": pa.array(verdict.probability[rows]),
            "outcome": pa.array(np.array(OUTCOMES)[verdict.outcome[rows]].tolist(), pa.string()),
            "category": pa.array(_CATEGORIES[verdict.category[rows]].tolist(), pa.string()),
            "carc": pa.array(_CARCS[verdict.said[rows]].tolist(), pa.string()),
            "mechanism": pa.array(_NAMES[verdict.cause[rows]].tolist(), pa.string()),
            "prevented_by": pa.array(_prevented(world, rows), pa.list_(pa.string())),
        }
    )


def write_truth(world: World, folder: Path) -> None:
    """Write ``truth/`` under ``folder``."""
    inner = folder / "truth"
    inner.mkdir(parents=True, exist_ok=True)
    store.write_table(inner / store.CLAIMS, truth_table(world))
    history, seed = world.history, world.config.seed
    originals = np.flatnonzero(history.frequency == ORIGINAL)
    ids = [claim_id(seed, int(number)) for number in history.identity[originals]]
    store.write_facts(inner, ids, history.facts.take(originals))
    counts = {
        "original": len(originals),
        "copies": int((history.facts.claims.copy_of[originals] >= 0).sum()),
        "secondary": int((history.facts.claims.secondary[originals] > 0).sum()),
        "replacements": int((history.frequency == 7).sum()),
        "voids": int((history.frequency == 8).sum()),
    }
    last = np.datetime64(world.config.last_day, "D")
    more = {
        "last_day": str(last),
        "temper": [float(value) for value in world.rules.temper],
        "submissions": counts,
    }
    store.write_world(inner, world.config, more)
