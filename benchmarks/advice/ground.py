"""A world to judge advice by: a model that learned from its first three quarters, and the rest.

Claims of the last quarter are scored in full, as ``/score`` does it, each as of its submission and
with the history that the running service would have had. What would have happened after a mend,
with the same luck, is asked of ``data_synth.whatif.Truth``; no model ever sees it.

Nothing is made twice in one folder, so that what comes after a score can be worked on for hours
without training again; a folder made by older code is for its user to remove.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from benchmarks._worlds import synthesise
from benchmarks.peers.cut import before
from claims.arrays import NO_DAY
from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.keys import Keys
from claims.progress import SILENT
from claims.types import Claim
from claims.x12 import read
from data_synth.whatif import Truth
from features.history import History
from models.denial import DenialModel
from models.registry import Registry
from models.scoring import Scored, Scorer
from training.boosters import Settings
from training.prepare import prepare
from training.train import train

KEYS: Final = Keys(b"benchmark key of thirty-two byte")
SHARE: Final = 0.75
_TOLD: Final = ("claim_id", "outcome", "category", "mechanism", "prevented_by", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the world knows of one claim (``data_synth.truth``)."""

    outcome: str
    category: str
    mechanism: str
    prevented_by: tuple[str, ...]
    kind: str

    @property
    def denied(self) -> bool:
        """Whether anything on it is denied."""
        return self.outcome != "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``claims`` are the original claims of the last quarter, in order of submission."""

    name: str
    model: DenialModel
    history: History
    claims: list[Claim]
    truth: Truth
    told: dict[str, Told]

    def scored(self, claims: list[Claim] | None = None) -> list[Scored]:
        """The whole answers for ``claims`` (all of the last quarter), one for each."""
        return Scorer(self.model, self.history, KEYS).score(claims or self.claims)


def ground(folder: Path, claims: int, seed: int, policies: int) -> Ground:
    """Make the world, the model and the running history in ``folder``, or open those there."""
    world = folder / "world"
    if not (folder / "test.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        synthesise(world, claims, seed, policies)
        (folder / "test.json").write_text(json.dumps(_learn(folder, world)), encoding="utf-8")
    wanted = set(json.loads((folder / "test.json").read_text(encoding="utf-8")))
    told = _told(world)
    found = [
        one
        for path in sorted((world / "837").iterdir())
        for one in read(path.read_bytes())
        if isinstance(one, Claim) and one.claim_id in wanted and one.frequency == "1"
    ]
    return Ground(
        name=f"world {seed}",
        model=DenialModel.load(folder / "model"),
        history=History.open(folder / "history"),
        claims=sorted(found, key=lambda one: (str(one.submitted_on), one.claim_id)),
        truth=Truth.open(world),
        told=told,
    )


def _told(world: Path) -> dict[str, Told]:
    rows = pq.read_table(world / "truth" / "claims.parquet", columns=list(_TOLD)).to_pylist()
    return {
        row["claim_id"]: Told(
            outcome=row["outcome"],
            category=row["category"],
            mechanism=row["mechanism"],
            prevented_by=tuple(row["prevented_by"]),
            kind=row["kind"],
        )
        for row in rows
    }


def _learn(folder: Path, world: Path) -> list[str]:
    """Save model and history; give back the ids of the claims of the last quarter."""
    whole = read_dataset([world], keys=KEYS, catalogue=load_catalogue(), workers=1, keep_ids=True)
    every = prepare(whole, SILENT)
    frame = every.frame
    sent = frame.submitted[frame.original & (frame.submitted != NO_DAY)]
    day = int(np.quantile(sent, SHARE, method="lower"))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        made = train(
            before(whole, day),
            registry=Registry(home / "mlruns"),
            home=home / "var",
            settings=Settings(),
            promote=False,
            progress=SILENT,
        )
    made.model.save(folder / "model")
    every.history.save(folder / "history")
    test = every.examples.rows[(every.examples.day >= day) & every.examples.mature]
    if whole.claim_ids is None:
        raise RuntimeError("the files of a world have claim ids")
    ids: list[str] = whole.claim_ids.take(test).to_pylist()
    return ids
