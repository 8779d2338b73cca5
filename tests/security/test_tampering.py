"""Whoever changes the log and has no more than the database is found, and where."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from audit_places import Place
from audit_records import record
from tampering import STRANGER, WAYS, consistent_edit, renumbered, rewritten

from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.audit.standalone import Finding, line_of, manifest_message, verify_export


def fill(log: AuditRepository, chance: random.Random) -> None:
    """Scores and events of each kind, with several checkpoints."""
    for _ in range(5):
        scores = [record(denial_probability=chance.random()) for _ in range(8)]
        log.add(scores)
        log.append([Event("outcome", scores[0].score_id, {"outcome": "denied"}, "key")])
        log.append([Event("override", scores[1].score_id, {"decision": "submit"})])
        log.checkpoint()
    log.add([record(), record(), record()])


def placed(findings: Iterable[Finding], touched: set[int]) -> bool:
    """Whether each touched record is named, and none but them and the one that follows.

    What a checkpoint says is of all records since the one before it.
    """
    precise = [one for one in findings if one.what not in {"checkpoint", "unsigned", "file"}]
    named = numbers(precise)
    return touched <= named <= touched | {number + 1 for number in touched}


def numbers(findings: Iterable[Finding]) -> set[int]:
    return {number for one in findings for number in range(one.first, one.last + 1)}


def exported(log: AuditRepository, folder: Path) -> tuple[Path, dict[str, Any]]:
    file = folder / "export.jsonl"
    with file.open("wb") as out:
        return file, log.export(out)


def trials(place: Place, count: int, seed: int) -> None:
    """Change the database; ask the log itself, then its export without the secret."""
    chance = random.Random(seed)
    log = place.open()
    fill(log, chance)
    kept = place.read()
    assert log.verify().whole
    for trial in range(count):
        way = chance.choice(WAYS)
        rows, touched = way([dict(row) for row in kept], chance)
        place.write(rows)
        verified = log.verify()
        told = f"trial {trial}, {way.__name__}, {touched}: {list(map(str, verified.findings))}"
        assert not verified.whole, told
        assert placed(verified.findings, touched), told
        file, manifest = exported(log, place.home)
        found = verify_export(file, manifest, log.chain.signer.trusted()).findings
        told = f"trial {trial}, {way.__name__}, {touched}: {list(map(str, found))}"
        assert placed(found, touched), told
    place.write(kept)
    assert log.verify().whole


def trials_of_a_file(place: Place, count: int, seed: int) -> None:
    """Change the export; ask the verifier that has the public key alone.

    Where hashes were made anew to the end, the next checkpoint is what is left to tell.
    """
    chance = random.Random(seed)
    log = place.open()
    fill(log, chance)
    kept = place.read()
    file, manifest = exported(log, place.home)
    keys = log.chain.signer.trusted()
    assert not verify_export(file, manifest, keys).findings
    checkpoints = [row["sequence"] for row in kept if row["kind"] == "checkpoint"]
    for trial in range(count):
        way = chance.choice(WAYS)
        rows, touched = way([dict(row) for row in kept], chance)
        lines = b"".join(map(line_of, rows))
        if lines == b"".join(map(line_of, kept)):
            continue  # a seal was changed, which no export has
        file.write_bytes(lines)
        found = verify_export(file, manifest, keys).findings
        told = f"trial {trial}, {way.__name__}, {touched}: {list(map(str, found))}"
        named = numbers(one for one in found if one.what != "file")
        assert touched <= named, told
        signed = max([0, *(number - 1 for number in checkpoints if number < min(touched))])
        wrong = numbers(one for one in found if one.what not in {"file", "unsigned"})
        assert min(wrong) > signed, told
        last = way is consistent_edit and rows[-1]["sequence"] in touched
        if way not in {rewritten, renumbered} and not last:
            assert placed(found, touched), told


def test_some_ways_to_tamper_are_found_and_placed(place: Place) -> None:
    trials(place, 40, seed=1)


def test_some_ways_to_tamper_with_an_export_are_found_and_placed(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    trials_of_a_file(place, 60, seed=3)
    place.close()


@pytest.mark.heavy
def test_a_thousand_ways_to_tamper_are_found_and_placed(place: Place) -> None:
    trials(place, 1000, seed=2)


@pytest.mark.heavy
def test_a_thousand_ways_to_tamper_with_an_export_are_found_and_placed(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    trials_of_a_file(place, 1000, seed=4)
    place.close()


def test_a_manifest_of_another_key_is_not_believed(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    log = place.open()
    fill(log, random.Random(5))
    file, manifest = exported(log, tmp_path)
    keys = log.chain.signer.trusted()
    for name, value in (
        ("sha256", "0" * 64),
        ("head", {"sequence": 1, "hash": "0" * 64}),
        ("findings", [{"what": "cut", "first": 1, "last": 1}]),
        ("exported_at", "2020-01-01"),
        ("key", STRANGER.key_id),
        ("signature", STRANGER.sign(b"")),
    ):
        (finding,) = verify_export(file, {**manifest, name: value}, keys).findings
        assert finding.what == "manifest"
    forged = {**manifest, "key": STRANGER.key_id}
    forged["signature"] = STRANGER.sign(manifest_message(forged))
    assert verify_export(file, forged, keys).findings
    assert not verify_export(file, manifest, keys).findings
    place.close()


def test_lines_of_any_kind_are_no_crash(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    log = place.open()
    log.add([record(), record(), record()])
    file, manifest = exported(log, tmp_path)
    lines = file.read_bytes().splitlines(keepends=True)
    said = json.loads(lines[1])
    broken: list[object] = [
        *([], 1, None, "x", {}, {**said, "more": 1}),
        *({**said, name: value} for name in said for value in ([1], {"base64": "!"}, True, 1e999)),
        *({**said, "sequence": value} for value in (-1, 0, 2**70, 1.5, "2", None)),
    ]
    every = [json.dumps(one).encode() + b"\n" for one in broken]
    every += [b"\xff\n", b"{" * 5000 + b"\n", b"\n", lines[1].replace(b",", b", ", 1)]
    for line in every:
        file.write_bytes(lines[0] + line + lines[2])
        found = verify_export(file, manifest, log.chain.signer.trusted()).findings
        assert found, line
        assert all(str(one) for one in found)
    place.close()
