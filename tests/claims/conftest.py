"""A dataset of claims and remittances held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.keys import Keys
from claims.tables import Gatherer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.types import Claim, Payment, Remittance


class Gather(Protocol):
    def __call__(self, values: Iterable[Claim | Remittance | Payment], /) -> Dataset: ...


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(b"k" * 32)


@pytest.fixture(scope="session")
def gather(keys: Keys) -> Gather:
    def gathered(values: Iterable[Claim | Remittance | Payment], /) -> Dataset:
        gatherer = Gatherer("memory", keys, load_catalogue(), keep_ids=False)
        for value in values:
            gatherer.add(value)
        return Dataset(**gatherer.finish().tables)

    return gathered
