"""Looks what the registry and ``PRECLEAR_HOME`` name to serve, and goes over to it.

A thread of each worker. Whatever is wrong with a candidate, the present model goes on serving.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from models.aliases import CHALLENGER, CHAMPION, RegistryError, resolve
from models.score import ModelRef
from service.metrics import state, swaps
from service.serving.refused import Refusals

if TYPE_CHECKING:
    from features.history import History
    from models.aliases import Resolved
    from models.denial import DenialModel
    from service.serving.histories import Mark, RunningHistory
    from service.serving.holder import Holder
    from service.serving.opening import Opening
    from service.serving.refused import Key
    from service.serving.shadow import Shadow

HISTORY: Final = "history"
_log = logging.getLogger("preclear.serving")

Candidate = tuple["DenialModel", ModelRef]


class Watch:
    """Follows champion, challenger and running history for one process."""

    def __init__(
        self,
        opening: Opening,
        holder: Holder,
        running: RunningHistory,
        shadow: Shadow,
        seconds: float,
    ) -> None:
        """``seconds`` between one look and the next."""
        self._opening = opening
        self._holder = holder
        self._running = running
        self._shadow = shadow
        self._seconds = seconds
        self.refusals: Final = Refusals()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="model-watch", daemon=True)
        self._settled: Mark | None = None  # of the history that serves
        self._opened: Mark | None = None  # of the one that was opened last

    def start(self) -> None:
        """Look once, then again and again until ``close``."""
        self._safely()
        self._thread.start()

    def close(self) -> None:
        """Look no more; a model that is being loaded is let go of."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Go over to what is named now; what cannot serve is refused, and said so."""
        while not self._looked() and not self._over.is_set():
            pass  # the history changed meanwhile: look again
        for alias in (CHAMPION, CHALLENGER, HISTORY):
            refused = any(one.alias == alias for one in self.refusals.told())
            swaps.REFUSED.labels(alias).set(refused)

    def _looked(self) -> bool:
        """Look once; false when what was made ready is of yesterday already."""
        # In this order: training writes the history first and the alias last, so that with a new
        # champion the history that came with it is there.
        try:
            named = resolve(self._opening.mlruns, CHAMPION)
        except RegistryError as error:
            self._refuse(CHAMPION, None, str(error))
            named = None
        now = self._holder.now()
        model = self._champion(named, now.reference) if named else None
        history = self._history(now.history)
        if (model or history) and not self._swapped(named, model, history):
            return False
        if named is not None:
            self._challenge()
        return True

    def _champion(self, named: Resolved, present: ModelRef) -> Candidate | None:
        if (named.version, named.digest) == (present.version, present.digest):
            self.refusals.clear(CHAMPION)
            return None
        return self._candidate(CHAMPION, named)

    def _candidate(self, alias: str, named: Resolved) -> Candidate | None:
        if self.refusals.waits(alias, _key(named)):
            return None
        try:
            return self._opening.open(named)
        except UserError as error:
            self._refuse(alias, named, str(error))
        except Exception as error:  # whatever it is that a candidate does, the present one serves
            text = f"It cannot be loaded ({type(error).__name__}): train it again."
            self._refuse(alias, named, text)
        return None

    def _history(self, present: History) -> History | None:
        """The running history when it is another one than ``present`` and may be used."""
        mark: Mark | None = None
        try:
            mark = self._running.mark()
            if mark == self._settled or self.refusals.waits(HISTORY, mark):
                return None
            found = self._running.open()
        except UserError as error:
            self._refuse(HISTORY, None, str(error), mark or ())
            return None
        if found.digest != present.digest:
            self._opened = mark
            return found
        self._at_rest(mark)
        return None

    def _at_rest(self, mark: Mark | None) -> None:
        """The history with that mark serves."""
        self._settled = mark
        self.refusals.clear(HISTORY)

    def _swapped(
        self, named: Resolved | None, model: Candidate | None, history: History | None
    ) -> bool:
        try:
            made, before = self._holder.made(model, history)  # which scores a first claim
        except Exception as error:
            text = f"It cannot score a claim ({type(error).__name__}): train again."
            if model:
                self._refuse(CHAMPION, named, text)
            else:
                self._refuse(HISTORY, None, text, self._opened or ())
            return True
        if not self._holder.put(made, instead_of=before):
            return False
        if history is not None:
            self._at_rest(self._opened)
        what = "both" if model and history else "model" if model else "history"
        swaps.SWAPS.labels(what).inc()
        state.serving(made.reference)
        _log.info(
            "went over to %s: version %s instead of %s, history %s instead of %s",
            {"both": "another model and history"}.get(what, f"another {what}"),
            made.reference.version, before.reference.version,
            made.history.digest[:15], before.history.digest[:15],
        )  # fmt: skip
        if model and named:
            self.refusals.clear(CHAMPION)
            self._opening.served(made.reference)
        return True

    def _challenge(self) -> None:
        """Let the challenger be asked that is named now, if any."""
        try:
            named = resolve(self._opening.mlruns, CHALLENGER)
        except RegistryError:
            named = None
        if named is None or named.digest == self._holder.now().reference.digest:
            self.refusals.clear(CHALLENGER)
            self._shadow.follow(None)
            return
        present = self._shadow.challenger()
        if present and (present.version, present.digest) == (named.version, named.digest):
            return
        found = self._candidate(CHALLENGER, named)
        self._shadow.follow(found)
        if found is not None:
            self.refusals.clear(CHALLENGER)
            _log.info("version %s is asked in shadow", named.version)

    def _refuse(
        self, alias: str, named: Resolved | None, reason: str, key: Key | None = None
    ) -> None:
        swaps.REFUSALS.labels(alias).inc()
        self.refusals.add(alias, _key(named) if key is None else key, reason, named)

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            self._safely()

    def _safely(self) -> None:
        try:
            self.look()
        except Exception as error:  # its message may quote anything
            _log.error("looking for models failed: %s", type(error).__name__)


def _key(named: Resolved | None) -> Key:
    return (named.version, named.digest) if named else ()
