"""From what the registry names to a model that may serve: its private copy, checked."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from models.aliases import CHAMPION, MODEL, Resolved, resolve
from models.score import ModelRef
from service.serving.private import PrivateModels

if TYPE_CHECKING:
    from claims.settings import Settings
    from models.denial import DenialModel

_log = logging.getLogger("preclear.serving")


class Opening:
    """Opens models of the installation for serving."""

    def __init__(self, settings: Settings) -> None:
        self.mlruns: Final = settings.mlruns
        self._threshold = settings.threshold
        self._copies = PrivateModels(settings.home)

    def open(self, named: Resolved) -> tuple[DenialModel, ModelRef]:
        """A registered model, checked, with the threshold of the settings if any.

        Raises ``UserError`` with one sentence.
        """
        return self._of(named, self._copies.load(named))

    def first(self) -> tuple[DenialModel, ModelRef]:
        """The champion; where it is not to be had, the model that served last, and that is logged.

        Raises ``UserError`` when there is neither.
        """
        try:
            return self.open(resolve(self.mlruns, CHAMPION))
        except UserError as error:
            last = self._copies.last()
            if last is None:
                raise
            named, model = last
            _log.error(
                "version %s, which served last, serves again, because the champion cannot: %s",
                named.version, error,
            )  # fmt: skip
            return self._of(named, model)

    def served(self, reference: ModelRef) -> None:
        """Remember a model that serves, and let go of copies that were not used for long."""
        with suppress(OSError):  # the next start would need the registry, and no more
            self._copies.served(reference)
        self._copies.tidy()

    def _of(self, named: Resolved, model: DenialModel) -> tuple[DenialModel, ModelRef]:
        if self._threshold is not None:
            model = replace(model, threshold=self._threshold)
        return model, ModelRef(name=MODEL, version=named.version, digest=named.digest)
