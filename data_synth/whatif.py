"""What would have happened to the same claim, mended, with the same luck.

>>> answer = ask(Path("out"), "483920112", ["obtain_authorization"])  # doctest: +SKIP
>>> answer.probability_before, answer.probability_after, answer.outcome  # doctest: +SKIP
(0.91, 0.04, 'paid')

A world's ``truth/`` folder is all that is needed: its facts as sent, and the parameters from which
its payers' rules are drawn again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

import numpy as np

from claims.categories import CATEGORIES, Action, Category
from claims.errors import UserError
from data_synth import store
from data_synth.adjudication import OUTCOMES, SPEECH_CARC, Verdict, decide
from data_synth.changes import plant
from data_synth.facts import Facts
from data_synth.mechanisms import MECHANISMS
from data_synth.practice import build_practice
from data_synth.rules import Rules, build_rules

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Answer:
    """One claim before and after. ``category`` and ``carc`` are ``""`` unless still denied."""

    claim_id: str
    actions: tuple[Action, ...]
    probability_before: float
    probability_after: float
    outcome_before: str
    outcome: str
    category: Category | str
    carc: str


def mend(facts: Facts, rules: Rules, actions: Iterable[Action]) -> Facts:
    """The facts after the actions; ``submit`` changes nothing.

    A claim's luck, its services and its dates of service stay as they are.
    """
    for action in actions:
        for mechanism in MECHANISMS:
            if action in mechanism.mends:
                facts = mechanism.mend(facts, rules, action)
    return facts


class Truth:
    """A world's ``truth/`` folder, opened to be asked."""

    def __init__(self, claim_ids: Sequence[str], facts: Facts, rules: Rules, seed: int) -> None:
        self.claim_ids = list(claim_ids)
        self.facts = facts
        self.rules = rules
        self._seed = seed
        self._place = {claim_id: row for row, claim_id in enumerate(self.claim_ids)}

    @classmethod
    def open(cls, folder: Path) -> Truth:
        """Open ``folder``, a world's folder or its ``truth/``.

        Raises:
            UserError: there is no world in it.
        """
        inner = folder / "truth" if (folder / "truth").is_dir() else folder
        try:
            world = json.loads((inner / store.WORLD).read_text("utf-8"))
            config, temper = store.config_of(world), np.array(world["temper"], dtype=np.float64)
            claim_ids, facts = store.read_facts(inner)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{folder} holds no invented world that can be asked "
                f"(truth/{store.WORLD} and the facts beside it): make one with preclear synth"
            ) from error
        rules = build_rules(config, build_practice(config))
        rules.temper = temper
        plant(config, rules)
        return cls(claim_ids, facts, rules, config.seed)

    def ask(self, claim_id: str, actions: Sequence[str] = ()) -> Answer:
        """What becomes of a claim after ``actions`` (design.md section 6), with the same luck."""
        return self.ask_many([claim_id], actions)[0]

    def ask_many(self, claim_ids: Sequence[str], actions: Sequence[str] = ()) -> list[Answer]:
        """The same for many claims at once.

        Raises:
            UserError: an action or a claim id that does not exist.
        """
        wanted = self._actions(actions)
        missing = next((claim_id for claim_id in claim_ids if claim_id not in self._place), None)
        if missing is not None:
            raise UserError(
                f"the world has no original claim {missing}: "
                f"take a claim_id of truth/{store.CLAIMS}"
            )
        distinct = list(dict.fromkeys(claim_ids))
        facts = self.facts.take(
            np.array([self._place[claim_id] for claim_id in distinct], dtype=np.int64)
        )
        before = decide(facts, self.rules, self._seed)
        after = decide(mend(facts, self.rules, wanted), self.rules, self._seed)
        found = {
            claim_id: _answer(claim_id, wanted, row, before, after)
            for row, claim_id in enumerate(distinct)
        }
        return [found[claim_id] for claim_id in claim_ids]

    @staticmethod
    def _actions(actions: Sequence[str]) -> tuple[Action, ...]:
        for action in actions:
            if action not in ACTIONS:
                raise UserError(f"there is no action {action}: choose among {', '.join(ACTIONS)}")
        return tuple(cast(Action, action) for action in actions)


def _answer(
    claim_id: str, actions: tuple[Action, ...], row: int, before: Verdict, after: Verdict
) -> Answer:
    denied = after.category[row] >= 0
    return Answer(
        claim_id=claim_id,
        actions=actions,
        probability_before=float(before.probability[row]),
        probability_after=float(after.probability[row]),
        outcome_before=OUTCOMES[before.outcome[row]],
        outcome=OUTCOMES[after.outcome[row]],
        category=CATEGORIES[after.category[row]] if denied else "",
        carc=str(SPEECH_CARC[after.said[row]]) if denied else "",
    )


def ask(folder: Path, claim_id: str, actions: Sequence[str] = ()) -> Answer:
    """Open a world and ask it once; open ``Truth`` yourself to ask often."""
    return Truth.open(folder).ask(claim_id, actions)
