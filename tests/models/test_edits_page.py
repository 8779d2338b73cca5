"""``docs/edits.md`` lists every code; every code is broken in a test, and says how to mend it."""

from __future__ import annotations

from test_edits import BROKEN
from test_edits_data import BY_DATA

from models.edits import HOLDING
from models.edits.document import PAGE, codes, page
from models.edits.guide import KNOWN as GUIDE


def test_every_code_is_broken_here_and_known_to_the_page() -> None:
    broken = {code for _, code, _ in BROKEN.values()} | {code for _, code, *_ in BY_DATA.values()}
    known = {one.code for one in codes()}
    assert broken == known - {one.code for one in GUIDE}
    assert broken >= HOLDING
    assert len(known) == len(codes())
    present = PAGE.read_text()
    assert page(present) == present


def test_every_rule_says_how_a_person_mends_it() -> None:
    for one in codes():
        assert one.text.endswith(".")
        assert one.mend.endswith(".")
        assert one.source
