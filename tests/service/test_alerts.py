"""The alert rules of docs/operations.md: rules indeed, about metrics that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from metrics_page import scrape

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
FIELDS = {"alert", "expr", "for", "labels", "annotations"}


def rules() -> list[dict[str, Any]]:
    yaml = pytest.importorskip("yaml")
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if block.startswith("groups:"))
    (group,) = yaml.safe_load(block)["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_each_rule_is_whole() -> None:
    found = rules()
    assert len({rule["alert"] for rule in found}) == len(found)
    for rule in found:
        assert set(rule) <= FIELDS
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_each_metric_is_there_with_its_labels(client: TestClient) -> None:
    page = client.get("/metrics").text
    told = {name for name, _ in scrape(client)} | set(
        re.findall(r"^# TYPE (\w+)", page, re.MULTILINE)
    )
    labels = {"state", "reason", "method", "status", "alias", "job"}
    for rule in rules():
        names = set(re.findall(r"\bpreclear_\w+", rule["expr"]))
        assert names or "up{" in rule["expr"]
        assert names <= told, f"{rule['alert']}: {names - told}"
        assert set(re.findall(r"(\w+)=\"", rule["expr"])) <= labels
