"""What a service of an installation must answer, made here without it; and what it is asked.

An installation is trained on the early files of an invented practice; the late ones are posted to
it in a few parts. So the history of any moment is known: that of the early files and of the parts
which were posted, made anew.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from arriving import Practice as Files
from arriving import dataset, history_of, train
from claim_json import as_json
from installation import install, register
from invented import KEYS, Practice, another

from claims.settings import Settings
from claims.types import Claim
from claims.x12 import read
from features.history import History
from models.aliases import resolve
from models.costs import Costs
from models.denial import DenialModel
from models.edits import load_rules
from models.score import ModelRef, to_dict
from service.scoring.requests import parse_claim
from service.serving.serving import Ground, Serving

VERSIONS: Final = ("7", "8", "9")
DAMAGED: Final = 99
OWN: Final = ("score_id", "scored_at")
Body = dict[str, Any]


class Grounds:
    """One installation to copy, the parts of its late files, and what is right of both."""

    def __init__(self, folder: Path, world: Practice, files: Files, parts: int) -> None:
        self._folder = folder
        self._count = 0
        self._files = files
        (folder / "installation").mkdir()
        self.settings = install(folder / "installation", world)
        shutil.rmtree(self.settings.home / "history")
        train(self.settings.home, files.early)
        register(self.settings.mlruns, another(world, 0.25), 8)
        register(self.settings.mlruns, another(world, -0.5), 9)
        damaged = register(self.settings.mlruns, another(world, 1.0), DAMAGED) / "lines.txt"
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
        starts = [len(files.late) * part // parts for part in range(parts + 1)]
        self._parts = [files.late[first:end] for first, end in pairwise(starts)]
        self.parts = [b"".join(path.read_bytes() for path in part) for part in self._parts]
        self.late = files.late
        self.sent = b"".join(path.read_bytes() for path in files.late if path.suffix == ".837")
        self.claims = [as_json(one) for one in read(self.sent) if isinstance(one, Claim)]
        self._ground = Ground(KEYS, load_rules(self.settings), Costs.of(self.settings))
        self._histories: dict[frozenset[int], History] = {}
        self._serving: dict[tuple[str, str], Serving] = {}
        self._decided = [self._decided_in(part) for part in self._parts]

    def fresh(self) -> Path:
        """An empty folder."""
        self._count += 1
        folder = self._folder / f"copies-{self._count}"
        folder.mkdir()
        return folder

    def copy(self, folder: Path) -> Settings:
        """Such an installation, in ``folder``."""
        return copied(self.settings, folder)

    def history(self, posted: Iterable[int]) -> History:
        """That of the early files and of these parts, made anew."""
        which = frozenset(posted)
        if which not in self._histories:
            late = [path for place in sorted(which) for path in self._parts[place]]
            every = [*self._files.early, *late]
            self._histories[which] = history_of(self.settings.home, every)
        return self._histories[which]

    def answer(self, version: str, history: History, body: Body) -> str:
        """What that model, loaded fresh, says over that history; without what is of the moment."""
        ask = parse_claim(body, 99)
        (scored,) = self._fresh(version, history).scorer.score([ask.claim], [ask.as_of])
        return bare(to_dict(scored.score))

    def model(self, version: str, history: History) -> DenialModel:
        """That model, loaded fresh."""
        return self._fresh(version, history).model

    def outcomes_of(self, place: int, scores: Iterable[Body]) -> set[str]:
        """Ids of those scores whose claim that part decides, on a day after they were asked for."""
        days = self._decided[place]
        return {
            score["score_id"]
            for score in scores
            if any(day > score["as_of"] for day in days.get(KEYS.claim(score["claim_id"]), ()))
        }

    def _fresh(self, version: str, history: History) -> Serving:
        name = version, history.digest
        if name not in self._serving:
            model = DenialModel.load(resolve(self.settings.mlruns, version).bundle)
            reference = ModelRef(name="denial", version=version, digest=model.digest)
            self._serving[name] = self._ground.serving(model, reference, history)
        return self._serving[name]

    def _decided_in(self, part: Iterable[Path]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for row in dataset(self.settings.home, part).remittances.to_pylist():
            if row["first_outcome"]:
                day: dt.date = row["known_on"]
                found.setdefault(row["claim_key"], set()).add(day.isoformat())
        return found


def copied(settings: Settings, folder: Path) -> Settings:
    """The installation as it is, again, in ``folder``."""
    shutil.copytree(settings.home.parent, folder, symlinks=True)
    return Settings.read(home=folder / "var", mlruns=folder / "mlruns")


def bare(answer: Body) -> str:
    """An answer without what is of the moment, as text."""
    return json.dumps({name: value for name, value in answer.items() if name not in OWN})
