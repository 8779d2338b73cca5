from __future__ import annotations

from types import ModuleType

import pytest

from models.treeshap.explainer import kernel


@pytest.fixture(scope="session")
def compiled() -> ModuleType:
    found = kernel()
    assert found is not None
    return found
