"""Drafts have the fields of what they become, and become it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from claims.types import Adjustment, Claim, Payer
from claims.x12.drafts import DRAFTS, ClaimDraft, adjustment, freeze


@pytest.mark.parametrize(("draft", "kind"), DRAFTS.items(), ids=lambda item: item.__name__)
def test_same_fields(draft: type, kind: type) -> None:
    assert {field.name: field.type for field in dataclasses.fields(draft)} == {
        field.name: field.type for field in dataclasses.fields(kind)
    }


def test_a_draft_becomes_the_frozen_value() -> None:
    payer = Payer(payer_id="P")
    draft = ClaimDraft("A1", payer)
    draft.frequency = "1"
    draft.diagnoses = ("M545",)
    claim = freeze(draft, Claim)
    assert type(claim) is Claim
    assert claim == Claim(claim_id="A1", payer=payer, diagnoses=("M545",))
    assert hash(claim) == hash(Claim(claim_id="A1", payer=payer, diagnoses=("M545",)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.claim_id = "A2"  # type: ignore[misc]


def test_adjustments() -> None:
    assert adjustment("CO", "45", Decimal(1), None) == Adjustment(
        group="CO", carc="45", amount=Decimal(1)
    )
