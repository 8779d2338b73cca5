"""A small practice in files, cut in two: what a training has read, and what arrives later."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# What makes and folds histories of files lives beside these tests.
sys.path.insert(0, str(Path(__file__).parent))

from arriving import Practice, invented


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    return invented(tmp_path_factory.mktemp("files"))
