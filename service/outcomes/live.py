"""The live figures of the model as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.outcomes.performance import Figures, Performance

_SAID: Final = {
    "claims": ("preclear_outcome_claims", "Claims whose score is judged by their first answer."),
    "denied": ("preclear_outcome_denied", "Those of them that were denied, wholly or in part."),
    "flagged": ("preclear_outcome_flagged", "Those at or above the threshold."),
    "expected": ("preclear_outcome_expected_denials", "Sum of their probabilities of denial."),
    "precision": ("preclear_outcome_precision", "Share of the flagged that were denied."),
    "recall": ("preclear_outcome_recall", "Share of the denied that were flagged."),
    "calibration": ("preclear_outcome_calibration", "Denials for each that was expected."),
    "brier": ("preclear_outcome_brier", "Mean squared difference of probability and outcome."),
}


class Live:
    """Gives the figures to a scrape. They come from the audit log, so all workers say the same."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance

    def __call__(self) -> Iterator[GaugeMetricFamily]:
        """The metrics; payers are the large ones, by id, ``other`` and ``all``."""
        now = self._performance.now()
        for field, (name, text) in _SAID.items():
            family = GaugeMetricFamily(name, text, labels=("payer",))
            for payer, figures in now.payers.items():
                value = _value(figures, field)
                if value is not None:
                    family.add_metric((payer,), value)
            yield family
        left = GaugeMetricFamily(
            "preclear_outcome_not_judged",
            "Scores with an outcome that are not judged, and why.",
            labels=("reason",),
        )
        for reason, count in now.not_judged.items():
            left.add_metric((reason,), count)
        yield left


def _value(figures: Figures, field: str) -> float | None:
    found = getattr(figures, field)
    return None if found is None else float(found)
