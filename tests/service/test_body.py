"""What the headers say of a body, and of the answer that is wanted."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from service.body import kind_of, lines_accepted
from service.problems import Problem


def request(*headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        ("application/jsonl", "application/jsonl"),
        ("text/html, application/x-ndjson;q=0.1", "application/x-ndjson"),
        ("application/jsonl;q=0", None), ("application/jsonl; q=0.000", None),
        ("application/jsonl;q=0.01", "application/jsonl"),
        ("application/jsonl;q=0;v=1", None), ("*/*", None), ("", None), (",;=,", None),
    ],
)  # fmt: skip
def test_lines_are_answered_to_who_accepts_them(accept: str, taken: str | None) -> None:
    assert lines_accepted(request(("Accept", accept))) == taken


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "application/json; a=b; charset=latin-1")],
        [("Content-Type", 'application/json;charset="utf-16"')],
        [("Content-Type", "application/json"), ("Content-Encoding", "identity"),
         ("Content-Encoding", "gzip")],
        [("Content-Type", "application/json"), ("Content-Encoding", "gzip, identity")],
        [("Content-Type", "")], [],
    ],
)  # fmt: skip
def test_what_a_body_may_not_be(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(Problem) as refused:
        kind_of(request(*headers), ("json",))
    assert refused.value.status == 415


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON ; Charset = 'UTF-8'", "application/json;;=;"]
)
def test_what_it_may_be(kind: str) -> None:
    assert kind_of(request(("Content-Type", kind.replace("'", '"'))), ("json",)) == "json"
