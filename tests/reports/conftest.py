from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# The invented practice of the models' tests serves here too.
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from invented import KEYS, clean_claim, practice

from claims.types import Claim
from models.denial import FEATURE_NAMES
from models.record import AuditRecord, names_digest, packed
from models.score import to_dict
from models.scoring import Scorer

Recorder = Callable[[Claim], AuditRecord]


@pytest.fixture(scope="session")
def recorded() -> Recorder:
    """Scores a claim of the invented practice and gives its record."""
    world = practice(1500)
    scorer = Scorer(world.model, world.history, KEYS, version="7")

    def record(claim: Claim) -> AuditRecord:
        (scored,) = scorer.score([claim])
        score = replace(scored.score, score_id="01890a5d-ac96-774b-bcce-b302099a8057")
        answer: dict[str, Any] = to_dict(score)
        answer.pop("claim_id")
        return AuditRecord(
            score_id=score.score_id,
            scored_at=dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
            as_of=dt.date.fromisoformat(score.as_of),
            claim_key=KEYS.claim(claim.claim_id),
            claim_digest="hmac-sha256:ab",
            model_name="denial",
            model_version="7",
            model_digest=score.model.digest,
            history_digest=world.history.digest,
            code_version="preclear 0.1.0",
            features_digest=names_digest(FEATURE_NAMES),
            features=packed(scored.values),
            denial_probability=score.denial_probability,
            decision=score.decision,
            threshold=score.threshold,
            answer=json.dumps(answer),
        )

    return record


@pytest.fixture(scope="session")
def held(recorded: Recorder) -> AuditRecord:
    """A claim that will be denied: no authorization, and a broken rule beside."""
    claim = clean_claim(3)
    line = replace(claim.lines[0], procedure="97110")
    lines = (line, replace(claim.lines[0], number=2))
    broken = replace(claim.billing, npi="1234567890")
    return recorded(replace(claim, lines=lines, billing=broken))


@pytest.fixture(scope="session")
def unknown(recorded: Recorder) -> AuditRecord:
    """A claim to a payer never seen."""
    claim = clean_claim(4)
    return recorded(replace(claim, payer=replace(claim.payer, payer_id="NEVERSEEN")))
