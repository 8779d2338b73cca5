"""The shape of the answer: names fixed by design.md section 6, plain values, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace

from invented import clean_claim

from models.score import to_dict
from models.scoring import Scorer

NAMES = {
    "score_id", "claim_id", "as_of", "scored_at", "model", "denial_probability", "decision",
    "threshold", "amount_at_risk", "support", "categories", "lines", "reasons", "actions", "edits",
}  # fmt: skip
EXPLAINED = {"reasons", "raw_score", "base_value", "other_contribution"}


def test_has_the_names_of_the_contract(scorer: Scorer) -> None:
    claim = replace(clean_claim(1), authorization=None, charge=clean_claim().charge + 1)
    plain = to_dict(scorer.score([claim])[0].score)
    assert set(plain) >= NAMES
    assert list(plain)[:4] == ["score_id", "claim_id", "as_of", "scored_at"]
    assert set(plain["model"]) == {"name", "version", "digest"}
    assert set(plain["support"]) == {"level", "similar_claims", "least_known", "notes"}
    assert set(plain["categories"][0]) == {"category", "probability", "carcs", *EXPLAINED}
    assert set(plain["categories"][0]["carcs"][0]) == {"code", "probability"}
    assert set(plain["lines"][0]) == {"line", "denial_probability", *EXPLAINED}
    assert set(plain["reasons"][0]) == {"factor", "text", "value", "contribution", "category"}
    action = {"action", "owner", "text", "probability_after", "fields", "basis", "attest"}
    assert set(plain["actions"][0]) == action | {"minutes", "saving", "deadline"}
    assert plain["combination"] is None
    assert set(plain["edits"][0]) == {"code", "severity", "field", "text", "mend"}
    assert set(plain["rules"]) == {"digest"}
    assert plain["amount_at_risk"] == "121.00"


def test_survives_json_to_the_last_bit(scorer: Scorer) -> None:
    score = scorer.score([clean_claim(2)])[0].score
    plain = to_dict(replace(score, score_id="s1", scored_at="2024-12-27T10:00:00Z"))
    back = json.loads(json.dumps(plain, allow_nan=False))
    assert back == plain
    assert back["denial_probability"] == score.denial_probability
    assert (back["score_id"], back["scored_at"]) == ("s1", "2024-12-27T10:00:00Z")
