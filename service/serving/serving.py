"""What one request is answered with: a model, the history that it reads, and their scorer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.scoring import Scorer
from service.scoring.examples import FLAT
from service.scoring.requests import parse_claim

if TYPE_CHECKING:
    from claims.keys import Keys
    from features.history import History
    from models.costs import Costs
    from models.denial import DenialModel
    from models.edits import Rulebook
    from models.score import ModelRef

_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Serving:
    """One model with one history. A request takes one and keeps to it, whatever comes after."""

    model: DenialModel
    reference: ModelRef
    history: History
    scorer: Scorer

    @property
    def history_until(self) -> dt.date | None:
        """Last day that the history knows of; ``None`` of one in which nothing happened."""
        return _EPOCH + dt.timedelta(days=self.history.until) if self.history.until > 0 else None


@dataclass(frozen=True, slots=True)
class Ground:
    """What every ``Serving`` of a process rests on, whichever model it holds."""

    keys: Keys
    rules: Rulebook
    costs: Costs

    def serving(self, model: DenialModel, reference: ModelRef, history: History) -> Serving:
        """``model``, named ``reference`` in the registry, over ``history``.

        It scores the API's invented example first: raises whatever scoring raises.
        """
        scorer = Scorer(
            model,
            history,
            self.keys,
            name=reference.name,
            version=reference.version,
            rules=self.rules,
            costs=self.costs,
        )
        model.prepare()
        # Compiled loops are read from the disk now, not while the first caller waits.
        scorer.score([parse_claim(FLAT, len(FLAT["lines"])).claim])
        return Serving(model, reference, history, scorer)
