"""The one place that says what the process answers with now, and puts something else there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.history import History
    from models.denial import DenialModel
    from models.score import ModelRef
    from service.serving.serving import Ground, Serving


class Holder:
    """The present ``Serving``. Reading it takes no lock: a reader sees the old one or the new."""

    def __init__(self, ground: Ground, serving: Serving) -> None:
        """``ground`` is what later ones are made with."""
        self._ground = ground
        self._serving = serving
        self._changing = threading.Lock()

    def now(self) -> Serving:
        """What to answer with. A request calls this once, and uses what it got throughout."""
        return self._serving

    def replace(
        self,
        model: tuple[DenialModel, ModelRef] | None = None,
        history: History | None = None,
    ) -> Serving:
        """Put another model, another history or both in place in one step; what is left out stays.

        Any thread may call it. Requests under way finish with what they took; the old model and
        history are given back when the last of them is done.
        """
        with self._changing:
            self._serving = self._made(self._serving, model, history)
            return self._serving

    def made(
        self,
        model: tuple[DenialModel, ModelRef] | None = None,
        history: History | None = None,
    ) -> tuple[Serving, Serving]:
        """What ``replace`` would put in place, not put there; and the present one beside it."""
        now = self._serving
        return self._made(now, model, history), now

    def put(self, serving: Serving, instead_of: Serving) -> bool:
        """Put ``serving`` in place, unless another than ``instead_of`` is there by now."""
        with self._changing:
            if self._serving is not instead_of:
                return False
            self._serving = serving
            return True

    def _made(
        self, now: Serving, model: tuple[DenialModel, ModelRef] | None, history: History | None
    ) -> Serving:
        made, reference = model or (now.model, now.reference)
        return self._ground.serving(made, reference, history or now.history)
