"""Where a problem is."""

from __future__ import annotations

from claims.problems import Problem


def test_where() -> None:
    assert Problem("a.837", 12, "C1", "x").where() == "a.837, segment 12, claim C1"
    assert Problem("a.837", 0, "", "x").where() == "a.837"
    assert Problem("", 3, "", "x").where() == "input, segment 3"
