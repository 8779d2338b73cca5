"""What the outcomes of a serving process need, opened and closed with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.keys import load_keys
from service.outcomes.joining import Joining
from service.outcomes.service import Outcomes
from service.outcomes.store import OutcomeStore
from service.outcomes.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.keys import Keys
    from service.audit.event import Event
    from service.audit.writer import AuditWriter
    from service.deps import State


@dataclass(frozen=True, slots=True)
class Opened:
    """The outcomes of a process; ``keys`` hash what is posted."""

    keys: Keys
    service: Outcomes
    store: OutcomeStore
    upkeep: Upkeep

    def close(self) -> None:
        """Stop looking after it, and give the store back."""
        self.upkeep.close()
        self.store.close()


def open_outcomes(state: State, writer: AuditWriter) -> Opened:
    """Open the store and begin to look after it. Raises ``UserError``."""
    home = state.settings.home
    store = OutcomeStore(home)

    def append(events: Sequence[Event]) -> None:
        writer.submit(events).result()

    joining = Joining(home, store, state.repository, append)
    upkeep = Upkeep(home, store, joining)
    upkeep.start()
    return Opened(load_keys(home), Outcomes(home, store, joining), store, upkeep)
