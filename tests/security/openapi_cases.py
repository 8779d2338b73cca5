"""Schemathesis over our OpenAPI document: what it sends, and what of its findings is none.

The document is taken from the application, so every route that it describes is tried.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import string
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events

from tests.security.hostile_x12 import (
    broken,
    claims_837,
    institutional_837,
    joined,
    remittances_835,
)

X12 = "application/edi-x12"
LINES = ("application/jsonl", "application/x-ndjson")
KEY = "Idempotency-Key"
BATCHES = {"/score/batch", "/rank"}
GOOD = [claims_837(1), claims_837(), institutional_837(), remittances_835()]
BEYOND_A_SCHEMA = {
    "precision-not-kept",  # the model's to say
    "strict-needs-837", "strict-not-streamed",  # hold together what stands apart
    "no-claim", "no-remittance", "too-many-problems",  # of a text that is no X12
    "too-many-lines",  # a setting: the schema says what no setting goes beyond
}  # fmt: skip
"""Refusals of requests that are right as far as JSON Schema can say; so are those of FHIR, where
what is needed may stand in a resource that is referred to."""
DIGITS = {f"must have at most {n} digits{after}" for n in (2, 3, 11, 12)
          for after in ("", " after the point")}  # fmt: skip
"""A number in JSON: a schema can bound it, but not count its digits."""
_number = itertools.count()


@dataclass
class Report:
    """What was sent and what was found."""

    cases: int = 0
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first of each route and check: how to send it again, and what was answered."""
    errors: list[str] = field(default_factory=list)


@schemathesis.serializer(X12, *LINES)
def _as_text(_: Any, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Put an 837 or 835, whole or broken, in place of a text; repeat no Idempotency-Key."""
    headers = case.headers or {}
    key = headers.get(KEY, "")
    if key and set(key) <= {*string.printable[:94]} - {'"'} and len(key) <= 255:
        headers[KEY] = f"{key[:240]}{next(_number)}"
    if case.media_type == X12 and not str(case.body).startswith("ISA"):
        drawn = hashlib.sha256(str(case.body).encode("utf-8", "replace")).digest()
        body = broken(int.from_bytes(drawn[:4]), GOOD)
        case.body = body if len(body) < 50_000 else joined(GOOD[drawn[0] % len(GOOD)])


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether a failure is one: not where the document promises less than the check asks."""
    told = [json.loads(line) for line in response.content.splitlines() if line.strip()]
    if "positive_data_acceptance" in failure.checks and len(told) == 1:
        kind = str(told[0].get("type")).rpartition(":")[2]
        faults = [fault["text"] for fault in told[0].get("errors", ())]
        beyond = kind in BEYOND_A_SCHEMA or '"resourceType"' in json.dumps(case.body, default=str)
        return not beyond and not (faults and set(faults) <= DIGITS)
    if "negative_data_rejection" in failure.checks and case.media_type == X12:
        return False  # whatever was made, a good file may have been sent in its place
    if "negative_data_rejection" in failure.checks and case.path in BATCHES:
        # One bad claim never loses its neighbours: it is refused in its slot.
        slots = [slot for one in told for slot in (one, *one.get("scores", ()))]
        slots += [slot for one in told for slot in one.get("problems", ())]
        return not any("status" in slot for slot in slots)
    return True


def run(app: FastAPI, key: str, *, seed: int, examples: int, coverage: bool) -> Report:
    """Send what Schemathesis makes of the document, with ``key``, and collect what it finds.

    ``examples``: most of each operation and mode; ``coverage``: also each bound of each field, but
    not again of a claim within a batch.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "headers": {"Authorization": f"Bearer {key}"},
            "continue-on-failure": True,
            "request-timeout": 600.0,  # how long an answer takes is no finding of these tests
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                # A second key beside ours would be refused as two keys.
                "with-security-parameters": False,
            },
            "phases": {"coverage": {"enabled": coverage}, "stateful": {"enabled": False}},
            "operations": [
                {"include-path": path, "phases": {"coverage": {"enabled": False}}}
                for path in sorted(BATCHES)
            ],
        }
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    report = Report()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _add(report, event.label or "", event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            report.errors.append(str(getattr(event, "value", event)))
    return report


def _add(report: Report, label: str, recorder: Any) -> None:
    report.cases += len(recorder.interactions)
    for name, interaction in recorder.interactions.items():
        answer = interaction.response
        if answer is not None:
            report.statuses[label, answer.status_code] += 1
        for check in recorder.checks.get(name, ()):
            if check.status is Status.FAILURE:
                said = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}\n"
                said += str(answer.content[:500] if answer is not None else None)
                report.failures.setdefault((label, check.name), said)
