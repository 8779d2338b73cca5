"""``preclear score --budget``: the day's work out of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.action_words import OWNERS, TEXTS
from models.rank import Budget, Ranking, rank

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from models.frame_scores import FrameScores

FIRST: Final = 10
_COLUMNS: Final = ("rank", "claim", "risk", "saves", "minutes", "owner", "do this")


@dataclass(frozen=True, slots=True)
class DayWork:
    """Which claims of a batch a day's budget is spent on."""

    budget: Budget
    ranking: Ranking

    @classmethod
    def of(cls, scores: FrameScores, budget: Budget) -> DayWork:
        """Rank all claims of ``scores``."""
        flagged = scores.decision != "submit"
        return cls(budget, rank(scores.saving, scores.minutes, flagged, budget))

    def columns(self, scores: FrameScores) -> dict[str, NDArray[Any]]:
        """What the file gains: ``rank`` from 1, ``saving`` and ``minutes``, ``chosen``."""
        import numpy as np

        place = np.empty(len(self.ranking.order), np.int64)
        place[self.ranking.order] = np.arange(1, len(place) + 1)
        return {
            "rank": place,
            "saving": np.round(scores.saving, 2) + 0.0,
            "minutes": scores.minutes,
            "chosen": self.ranking.chosen,
        }

    def totals(self, scores: FrameScores) -> dict[str, Any]:
        """For ``--json``: what is chosen, how long it takes and what it saves."""
        chosen = self.ranking.chosen
        return {
            "budget": {"actions": self.budget.actions, "minutes": self.budget.minutes},
            "chosen": int(chosen.sum()),
            "minutes": float(scores.minutes[chosen].sum()),
            "saving": f"{scores.saving[chosen].sum():.2f}",
        }

    def show(self, scores: FrameScores, claim_ids: pa.Array) -> None:
        """Print what is chosen in one line, and the first of it with the one thing to do."""
        from cli.tables import show

        told = self.totals(scores)
        places = self.ranking.order[self.ranking.chosen[self.ranking.order]][:FIRST].tolist()
        print(
            f"Today: {told['chosen']:,} claims, {told['minutes']:,.0f} minutes, about "
            f"${float(told['saving']):,.2f} saved net of their cost"
            + (f"; the first {len(places)}:" if places else ".")
        )
        if places:
            rows = [self._row(number, place, scores, claim_ids) for number, place in
                    enumerate(places, start=1)]  # fmt: skip
            show("", _COLUMNS, rows, right=("rank", "risk", "saves", "minutes"))

    def _row(
        self, number: int, place: int, scores: FrameScores, claim_ids: pa.Array
    ) -> tuple[str, ...]:
        action = scores.action[place].item()
        return (
            str(number),
            str(claim_ids[place].as_py()),
            f"{scores.probability[place]:.0%}",
            f"${scores.saving[place]:,.2f}",
            f"{scores.minutes[place]:.0f}",
            OWNERS[action].replace("_", " "),
            TEXTS[action],
        )
