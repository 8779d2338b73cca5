from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "claims" / "denials"))

from answers import DECIDED, answer, line

from claims.carc import load_catalogue
from claims.categories import CATEGORIES
from claims.denials.standing import Ledger
from models.triage import Triaged, triage
from reports.appeal import AppealError, checklist, fields, letter, load_template
from reports.appeal_grounds import grounds

DAY = dt.date(2026, 3, 1)
DOCS = Path(__file__).parents[2] / "docs"


def denial(*codes: str, claim_id: str = "C1", charge: int = 900) -> Triaged:
    ledger = Ledger(load_catalogue())
    ledger.add(answer(line(*codes, charge=charge), claim_id=claim_id))
    return triage(ledger, DAY)[0]


NECESSITY = denial("CO-50", "N115")


def test_the_facts_are_filled_in_and_the_rest_is_marked() -> None:
    text = letter(NECESSITY, DAY, load_template())
    for fact in ("ALPHA PLAN", "P1", "C1", "$900.00", "CO-50", "N115", str(DECIDED), "99213"):
        assert fact in text
    assert NECESSITY.carc.text in text
    gaps = re.findall(r"\[\[ (.+?) \]\]", text)
    assert any("name and birth date" in one for one in gaps)
    assert any("treating clinician's own account" in one for one in gaps)
    assert any("signature" in one for one in gaps)
    assert "None" not in text
    for document in NECESSITY.documents:
        assert f"- {document}" in text


def test_what_the_remittance_does_not_state_is_a_gap() -> None:
    bare = replace(
        NECESSITY, payer_name="", payer_claim_number="", service_from=None, billing_npi=""
    )
    text = letter(bare, DAY, load_template())
    for what in ("the payer's name", "the payer's claim number", "the day of service"):
        assert f"[[ {what} ]]" in text


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_ground_leaves_the_argument_to_a_person(category: str) -> None:
    for paragraph in grounds(replace(NECESSITY, category=category)):
        assert "[[ " in paragraph
        assert paragraph.count("[[") == paragraph.count("]]")
    clinical = {"medical_necessity", "benefit_limit"}
    said = " ".join(grounds(replace(NECESSITY, category=category)))
    assert ("clinician's own account" in said) == (category in clinical)


def test_a_late_claim_states_the_day_of_its_file_and_asks_for_proof() -> None:
    late = denial("CO-29")
    assert "[[" in grounds(late)[0]
    said = grounds(replace(late, sent_on="2026-01-20"))[0]
    assert said.startswith("Our file of the claim states 2026-01-20")
    assert "Confirm it with the acceptance report" in said


def test_the_checklist_has_a_box_for_each_document() -> None:
    text = checklist(NECESSITY)
    assert text.count("- [ ] ") == len(NECESSITY.documents) + 4
    assert "not known: ask the payer" in text
    assert "2026-05-01" in checklist(replace(NECESSITY, appeal_by="2026-05-01"))


def own(tmp_path: Path, text: str, name: str = "own.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_practice_may_have_its_own(tmp_path: Path) -> None:
    template = load_template(own(tmp_path, "Claim {{ claim_id }}: {{ gap('why') }}", "own.md.j2"))
    assert template.suffix == ".md"
    assert letter(NECESSITY, DAY, template) == "Claim C1: [[ why ]]"


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    marked = replace(NECESSITY, claim_id="<b>1</b>")
    html = load_template(own(tmp_path, "<p>{{ claim_id }}</p>", "own.html.j2"))
    assert letter(marked, DAY, html) == "<p>&lt;b&gt;1&lt;/b&gt;</p>"
    assert letter(marked, DAY, load_template(own(tmp_path, "{{ claim_id }}"))) == "<b>1</b>"


def test_a_mistake_in_a_template_is_one_sentence_without_the_claim(tmp_path: Path) -> None:
    secret = replace(NECESSITY, claim_id="QZXCANARY")
    with pytest.raises(AppealError, match="mistake in line 2"):
        load_template(own(tmp_path, "hello\n{% if %}"))
    with pytest.raises(AppealError, match="cannot be read"):
        load_template(tmp_path / "nowhere.md")
    with pytest.raises(AppealError, match="more than 200,000 bytes"):
        load_template(own(tmp_path, "x" * 200_001))
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Grüße".encode("latin-1"))
    with pytest.raises(AppealError, match="UTF-8"):
        load_template(latin)
    for text in (
        "{{ nosuchfield }}",
        "{{ claim_id / 2 }}",
        "{{ claim_id.nosuch }}",
        "{{ ''.__class__.__mro__ }}",
        "{% include 'x' %}",
        "{{ documents.append('x') }}",
    ):
        with pytest.raises(AppealError) as caught:
            letter(secret, DAY, load_template(own(tmp_path, text)))
        assert "QZXCANARY" not in str(caught.value)
        assert "docs/triage.md" in str(caught.value)


def test_the_page_lists_every_field_of_a_letter() -> None:
    page = (DOCS / "triage.md").read_text(encoding="utf-8")
    for name in fields(NECESSITY, DAY):
        assert f"`{name}`" in page, name
    for name in Triaged.__dataclass_fields__:
        assert f"`{name}`" in page, name
