"""What is known of all claims: the tables of the last training, and what arrived since.

They are read when a page asks for them and let go again: a serving process keeps what was counted,
never the tables.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pyarrow as pa

from claims.dataset import Dataset
from claims.errors import UserError
from claims.rows import remittance_tables
from claims.schema import TABLES
from features import running
from service.outcomes.base_tables import BaseTables
from service.outcomes.delta import without_known

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from service.outcomes.store import OutcomeStore

T = TypeVar("T")
NO_TABLES: Final = (
    "No tables are kept of the claims that were sent: run `preclear train` once, and post what "
    "arrives to /outcomes."
)
_KEPT: Final = 8


class NoTablesError(UserError):
    """Nothing was trained from files yet."""


class Tables:
    """Counts over the running tables, each done once for what they hold. For any thread."""

    def __init__(self, home: Path, store: OutcomeStore) -> None:
        self._home = home
        self._store = store
        self._known: OrderedDict[Hashable, object] = OrderedDict()
        # One at a time: two readings of large tables would take twice the memory.
        self._counting = threading.Lock()

    def counted(self, what: Hashable, count: Callable[[Dataset], T]) -> T:
        """What ``count`` makes of the tables as they are now; ``what`` names it.

        Raises ``NoTablesError``; ``UserError`` where they cannot be read.
        """
        with self._counting:
            base = running.base(self._home)
            if base is None:
                raise NoTablesError(NO_TABLES)
            held = self._store.generation()
            key = (what, base.name, held)
            if key not in self._known:
                self._known[key] = count(self._dataset(BaseTables(base)))
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return cast("T", self._known[key])

    def _dataset(self, base: BaseTables) -> Dataset:
        held = self._store.held()
        new = [*without_known(base, held.claims), *remittance_tables(held.remittances)]
        whole: dict[str, Any] = {
            name: pa.concat_tables([before, after]).combine_chunks()
            for name, before, after in zip(running.TABLES, base.whole(), new, strict=True)
        }
        # Not empty_table(): it makes arrays of lists, for which pyarrow would import pandas.
        rest = {
            name: pa.Table.from_batches([], schema)
            for name, schema in TABLES.items()
            if name not in whole
        }
        return Dataset(**whole, **rest)
