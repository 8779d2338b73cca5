"""``docs/api.md`` names every field and every problem, and its examples are accepted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from models.score import Score
from service.metrics.requests import Refusal
from service.scoring.claim_form import FIELD_NAMES
from service.scoring.requests import parse_claim

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()


@pytest.mark.parametrize("name", [*FIELD_NAMES, *Score.__dataclass_fields__])
def test_every_field_is_described(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_every_problem_is_described() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    kinds = set(re.findall(r'Problem\(\s*\d+,\s*"([a-z0-9-]+)"', code))
    kinds |= set(re.findall(r'unavailable\([^()]*?"([a-z-]+)"\)', code, re.DOTALL))
    kinds |= set(get_args(Refusal))
    assert {"invalid-json", "overloaded", "audit-unavailable", "internal"} <= kinds
    for kind in kinds:
        assert f"`{kind}`" in TEXT, kind


def test_every_example_is_a_claim() -> None:
    examples = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert parse_claim(json.loads(example), 99).claim.claim_id == "PCN-1043"
