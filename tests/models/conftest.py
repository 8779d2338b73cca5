from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Helpers of these tests live beside them.
sys.path.insert(0, str(Path(__file__).parent))

from invented import KEYS, Practice, practice

from models.denial import DenialModel
from models.scoring import Scorer


@pytest.fixture(scope="session")
def world() -> Practice:
    return practice()


@pytest.fixture(scope="session")
def informed() -> Scorer:
    """A model of claims for which the front desk had asked until when they were covered."""
    asked = practice(2500, seed=12, asked=True)
    return Scorer(asked.model, asked.history, KEYS, version="8")


@pytest.fixture(scope="session")
def invented_model(world: Practice) -> DenialModel:
    return world.model


@pytest.fixture(scope="session")
def scorer(world: Practice) -> Scorer:
    return Scorer(world.model, world.history, KEYS, version="7")
