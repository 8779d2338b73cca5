"""``?strict=true``: the guide's findings are edits of the claims that they concern."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.scoring.examples import FLAT, X12_837

X12 = {"Content-Type": "application/edi-x12"}


def _guide(score: dict[str, Any]) -> list[str]:
    return [edit["code"] for edit in score["edits"] if edit["code"].startswith("guide_")]


def test_a_valid_file_is_answered_as_without(client: TestClient) -> None:
    (plain,) = client.post("/score", content=X12_837, headers=X12).json()["scores"]
    (strict,) = client.post("/score?strict=true", content=X12_837, headers=X12).json()["scores"]
    assert strict["edits"] == plain["edits"]
    assert strict["rules"] == plain["rules"]
    assert plain["rules"]["digest"].startswith("sha256:")


def test_what_the_guide_forbids_is_an_edit_and_no_submit(client: TestClient) -> None:
    broken = X12_837.replace("11:B:1", "11:Q:1")
    assert broken != X12_837
    (plain,) = client.post("/score", content=broken, headers=X12).json()["scores"]
    assert _guide(plain) == []
    (strict,) = client.post("/score?strict=true", content=broken, headers=X12).json()["scores"]
    assert _guide(strict) == ["guide_element_code"]
    edit = strict["edits"][-1]
    assert (edit["severity"], edit["field"]) == ("error", "CLM05-02")
    assert edit["mend"]
    assert strict["decision"] != "submit"
    assert strict["denial_probability"] == plain["denial_probability"]


def test_a_claim_of_no_known_guide_says_that_it_was_not_judged(client: TestClient) -> None:
    other = X12_837.replace("005010X222A1", "009999X222A9")
    (score,) = client.post("/score?strict=true", content=other, headers=X12).json()["scores"]
    assert _guide(score) == ["guide_not_judged"]


def test_json_is_not_judged_by_a_guide(client: TestClient) -> None:
    answer = client.post("/score?strict=true", json=FLAT)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("strict-needs-837")


def test_without_pyx12_the_sentence_says_how_to_have_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("claims.x12.judged"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    answer = client.post("/score?strict=true", content=X12_837, headers=X12)
    assert answer.status_code == 422
    assert "preclear[train]" in answer.json()["detail"]
