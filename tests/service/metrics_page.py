"""Reading what ``GET /metrics`` answers."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def figures(page: str) -> Figures:
    """Each sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def scrape(client: TestClient) -> Figures:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return figures(answer.text)


def grown(before: Figures, after: Figures, name: str, **labels: str) -> float:
    """By how much one sample grew."""
    place = (name, tuple(sorted(labels.items())))
    return after.get(place, 0.0) - before.get(place, 0.0)
