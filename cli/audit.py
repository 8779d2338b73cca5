"""``preclear audit``: look up, explain and compute again what was answered."""

from __future__ import annotations

import json
from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import audit_bundle, audit_keep, audit_log, audit_report
from cli.audit_log import found, open_log
from cli.errors import FAILED, CliError

if TYPE_CHECKING:
    from models.record import AuditRecord
    from service.audit.event import Recorded
    from service.audit.replay import Replay

ScoreId = Annotated[str, typer.Argument(metavar="ID", help="The score_id of an answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the group of verbs."""
    audit = typer.Typer(help="Look up, explain and compute again what was answered.")
    audit.command("list")(list_scores)
    audit.command("show")(show_score)
    audit.command("replay")(replay_score)
    audit_report.register(audit)
    audit_bundle.register(audit)
    audit_log.register(audit)
    audit_keep.register(audit)
    app.add_typer(audit, name="audit")


def list_scores(
    claim: Annotated[str | None, typer.Option("--claim", help="Only this claim id's.")] = None,
    before: Annotated[str | None, typer.Option(help="Only those older than this score id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the latest scores, newest first."""
    from cli.tables import show
    from models.wording import percent

    with open_log() as log:
        records = log.latest(limit, _claim_key(claim), before)
    if as_json:
        print(json.dumps([_summary(record) for record in records], indent=2))
        return
    rows = [
        [
            record.score_id,
            f"{record.scored_at:%Y-%m-%d %H:%M:%S}",
            record.as_of.isoformat(),
            percent(record.denial_probability),
            record.decision,
            record.model_version,
        ]
        for record in records
    ]
    show("", ["score", "scored (UTC)", "as of", "denial", "decision", "model"], rows, ["denial"])


def show_score(score_id: ScoreId, as_json: AsJson = False) -> None:
    """Show one score as it was answered, and what it rests on."""
    from models.denial import FEATURE_NAMES
    from models.record import names_digest

    with open_log() as log:
        record = found(log, score_id)
        events = log.events_of([record.score_id])
    ours = record.features_digest == names_digest(FEATURE_NAMES)
    values = record.values()[0].tolist()
    features = dict(zip(FEATURE_NAMES, values, strict=True)) if ours else {}
    if as_json:
        known = {name: None if isnan(value) else value for name, value in features.items()}
        whole = {**_summary(record), "answer": record.answered(), "features": known}
        whole["events"] = [_event(event) for event in events]
        print(json.dumps(whole, indent=2))
        return
    _print(record, features)
    for event in events:
        print(f"Then, {event.recorded_at[:16]} UTC, {event.kind}: {json.dumps(dict(event.body))}")


def replay_score(score_id: ScoreId, as_json: AsJson = False) -> None:
    """Compute one score again; exit 1 if it differs in any bit or its model is not there."""
    from claims.settings import Settings
    from models.edits import load_rules
    from service.audit.replay import bits, replay

    settings = Settings.read()
    with open_log() as log:
        record = found(log, score_id)
    again = replay(record, settings.mlruns, load_rules(settings).digest)
    if as_json:
        told = {
            "score_id": again.score_id,
            "model_version": again.model_version,
            "model_digest": again.model_digest,
            "recorded": again.recorded,
            "computed": again.computed,
            "recorded_ends": again.recorded_ends,
            "computed_ends": again.computed_ends,
            "same": again.same,
            "recorded_rules": again.recorded_rules,
            "present_rules": again.present_rules,
            "same_rules": again.same_rules,
        }
        print(json.dumps(told, indent=2))
    elif again.same:
        print(
            f"The same to the last bit: {again.recorded!r} ({bits(again.recorded)}), computed by "
            f"model version {again.model_version}, {again.model_digest}."
        )
        if not again.same_rules:
            print(_other_rules(again))
    if not again.same and bits(again.recorded) == bits(again.computed):
        raise CliError(
            f"The interval of score {score_id} does not come out the same: recorded "
            f"{again.recorded_ends}, computed {again.computed_ends}; the record or the program has "
            "changed.",
            FAILED,
        )
    if not again.same:
        raise CliError(
            f"The score {score_id} does not come out the same: recorded {again.recorded!r} "
            f"({bits(again.recorded)}), computed {again.computed!r} ({bits(again.computed)}); the "
            "record or the program has changed.",
            FAILED,
        )


def _other_rules(again: Replay) -> str:
    if not again.recorded_rules:
        return "Which rules found its edits was not recorded then."
    return (
        "The rules (payers' profiles, CMS's lists) are others now, so its edits and decision might "
        f"be others too: recorded {again.recorded_rules}, now {again.present_rules}."
    )


def _claim_key(claim: str | None) -> int | None:
    from claims.keys import load_keys
    from claims.settings import Settings

    return None if claim is None else load_keys(Settings.read().home).claim(claim)


def _event(event: Recorded) -> dict[str, object]:
    return {
        "sequence": event.sequence,
        "recorded_at": event.recorded_at,
        "kind": event.kind,
        "caller": event.caller,
        **event.body,
    }


def _summary(record: AuditRecord) -> dict[str, Any]:
    return {
        "score_id": record.score_id,
        "scored_at": record.scored_at.isoformat(),
        "as_of": record.as_of.isoformat(),
        "claim_key": f"{record.claim_key:016x}",
        "claim_digest": record.claim_digest,
        "denial_probability": record.denial_probability,
        "decision": record.decision,
        "threshold": record.threshold,
        "model": {
            "name": record.model_name,
            "version": record.model_version,
            "digest": record.model_digest,
        },
        "history_digest": record.history_digest,
        "rules_digest": record.rules_digest,
        "features_digest": record.features_digest,
        "code_version": record.code_version,
        "code_digest": record.code_digest,
        "caller": record.caller,
        "purpose": record.purpose,
    }


def _print(record: AuditRecord, features: dict[str, float]) -> None:
    answer: dict[str, Any] = record.answered()
    print(
        f"Score {record.score_id}\n"
        f"  scored {record.scored_at:%Y-%m-%d %H:%M:%S} UTC, as of {record.as_of}\n"
        f"  probability of denial {record.denial_probability!r}, threshold {record.threshold}: "
        f"{record.decision}\n"
        f"  at risk ${answer['amount_at_risk']}; support {answer['support']['level']}, "
        f"{answer['support']['similar_claims']:,} similar lines answered"
    )
    for heading, name in (("Why", "reasons"), ("To do", "actions"), ("Rules", "edits")):
        if answer[name]:
            print(heading)
        for part in answer[name]:
            print(f"  - {part['text']}")
    print("The record")
    for name, value in _summary(record).items():
        if name in {
            "claim_key",
            "claim_digest",
            "model",
            "history_digest",
            "rules_digest",
            "code_version",
            "code_digest",
            "caller",
            "purpose",
        }:
            said = (
                f"{value['name']} {value['version']} {value['digest']}"
                if name == "model"
                else value
            )
            print(f"  {name:15} {said}")
    if not features:
        print("  the feature values are those of another program; --json has the rest")
        return
    print("Feature values")
    for name, number in features.items():
        print(f"  {name:40} {number:.9g}")
