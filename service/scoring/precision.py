"""A precision that was asked for in the place of the model's threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.promise import PromiseError, threshold_for
from service.problems import Problem

if TYPE_CHECKING:
    from service.serving.serving import Serving


def can_keep(serving: Serving, precision: float | None) -> None:
    """Raises ``Problem`` (422) when the model cannot keep ``precision``, with the best it can."""
    if precision is None:
        return
    try:
        threshold_for(serving.model.promise, precision)
    except PromiseError as error:
        raise Problem(422, "precision-not-kept", str(error)) from None
