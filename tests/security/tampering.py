"""Ways in which somebody who may write the database, and nothing else, might change the log."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from audit_places import Row
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.chain import Head, event_row
from service.audit.signing import Signer
from service.audit.standalone import PAYLOAD, payload_digest, record_hash

Tampered = tuple[list[Row], set[int]]
"""The rows as they are afterwards, and the numbers of those that are gone or not as they were."""
STRANGER = Signer(Ed25519PrivateKey.generate())


def other(row: Row, name: str, chance: random.Random) -> object:
    """A value that the column may hold and that is not the one in it."""
    value = row[name]
    match value:
        case None if name == "features":
            return b"x"
        case None:
            return 0.5 if name in {"denial_probability", "threshold"} else "x"
        case str() if value:
            place = chance.randrange(len(value))
            there = value[place]
            return value[:place] + ("1" if there != "1" else "2") + value[place + 1 :]
        case str():
            return "x"
        case bytes():
            place = chance.randrange(len(value) * 8)
            flipped = bytearray(value)
            flipped[place // 8] ^= 1 << place % 8
            return bytes(flipped)
        case float():
            (bits,) = struct.unpack(">q", struct.pack(">d", value))
            return struct.unpack(">d", struct.pack(">q", bits ^ 1))[0]
        case int():
            return value + 1
    raise TypeError(type(value))


def edit(rows: list[Row], chance: random.Random) -> Tampered:
    """Another value in any column but the number."""
    row = chance.choice(rows)
    name = chance.choice([name for name in row if name != "sequence"])
    row[name] = other(row, name, chance)
    return rows, {row["sequence"]}


def emptied(rows: list[Row], chance: random.Random) -> Tampered:
    """NULL in a column of the contents."""
    row = chance.choice(rows)
    name = chance.choice([name for name in PAYLOAD if row[name] is not None])
    row[name] = None
    return rows, {row["sequence"]}


def consistent_edit(rows: list[Row], chance: random.Random) -> Tampered:
    """Another value, with the digest and the hash of the record made anew."""
    row = chance.choice(rows)
    name = chance.choice([*PAYLOAD, "recorded_at", "kind", "score_id"])
    row[name] = other(row, name, chance)
    row["payload_digest"] = payload_digest(row)
    row["hash"] = record_hash(row)
    return rows, {row["sequence"]}


def rewritten(rows: list[Row], chance: random.Random) -> Tampered:
    """An edit, and every hash from there to the end made anew."""
    place = chance.randrange(len(rows))
    row = rows[place]
    name = chance.choice(PAYLOAD)
    row[name] = other(row, name, chance)
    return relinked(rows, place), {one["sequence"] for one in rows[place:]}


def relinked(rows: list[Row], place: int) -> list[Row]:
    before = rows[place]["previous"]
    for row in rows[place:]:
        row["previous"] = before
        row["payload_digest"] = payload_digest(row)
        before = row["hash"] = record_hash(row)
    return rows


def renumbered(rows: list[Row], chance: random.Random) -> Tampered:
    """A record taken out, the rest numbered and hashed anew."""
    place = chance.randrange(len(rows) - 1)
    last = rows[-1]["sequence"]
    first = rows[place]["sequence"]
    before = rows.pop(place)["previous"]
    for row in rows[place:]:
        row["sequence"] -= 1
    rows[place]["previous"] = before
    return relinked(rows, place), set(range(first, last + 1))


def deleted(rows: list[Row], chance: random.Random) -> Tampered:
    """One record or several in a row are gone, but not the last."""
    first = chance.randrange(len(rows) - 1)
    count = chance.randrange(1, min(6, len(rows) - first))
    gone = {row["sequence"] for row in rows[first : first + count]}
    return [row for row in rows if row["sequence"] not in gone], gone


def cut(rows: list[Row], chance: random.Random) -> Tampered:
    """The last records are gone."""
    keep = chance.randrange(len(rows))
    return rows[:keep], {row["sequence"] for row in rows[keep:]}


def swapped(rows: list[Row], chance: random.Random) -> Tampered:
    """Two records have each other's place."""
    one, two = chance.sample(rows, 2)
    one["sequence"], two["sequence"] = two["sequence"], one["sequence"]
    return sorted(rows, key=lambda row: row["sequence"]), {one["sequence"], two["sequence"]}


def swapped_contents(rows: list[Row], chance: random.Random) -> Tampered:
    """Two scores have each other's contents."""
    one, two = chance.sample([row for row in rows if row["kind"] == "score"], 2)
    for name in PAYLOAD:
        one[name], two[name] = two[name], one[name]
    return rows, {one["sequence"], two["sequence"]}


def overwritten(rows: list[Row], chance: random.Random) -> Tampered:
    """A copy of one record in the place of another."""
    one, two = chance.sample(rows, 2)
    kept = {"sequence": two["sequence"], "score_id": other(two, "score_id", chance)}
    two.update({**one, **kept})
    return rows, {two["sequence"]}


def repeated(rows: list[Row], chance: random.Random) -> Tampered:
    """A copy of a record after the last one, hashed as if it followed."""
    return appended(rows, {**chance.choice(rows), "score_id": "again"})


def appended(rows: list[Row], row: Row) -> Tampered:
    last = rows[-1]
    row = {**row, "sequence": last["sequence"] + 1, "previous": last["hash"]}
    row["payload_digest"] = payload_digest(row)
    row["hash"] = record_hash(row)
    return [*rows, row], {row["sequence"]}


def forged_checkpoint(rows: list[Row], chance: random.Random) -> Tampered:
    """A checkpoint that another key signed."""
    last = rows[-1]
    said = STRANGER.checkpoint(Head(last["sequence"], last["hash"], ""))
    return appended(rows, {**last, **event_row("checkpoint", None, said)})


def replayed_checkpoint(rows: list[Row], chance: random.Random) -> Tampered:
    """A true checkpoint of an earlier record, once more at the end."""
    earlier = [row for row in rows if row["kind"] == "checkpoint"]
    return appended(rows, {**rows[-1], **chance.choice(earlier), "score_id": None})


def moved_checkpoint(rows: list[Row], chance: random.Random) -> Tampered:
    """A checkpoint that says another number, hash or day than was signed."""
    row = chance.choice([row for row in rows if row["kind"] == "checkpoint"])
    row["body"] = other(row, "body", chance)
    row["payload_digest"] = payload_digest(row)
    row["hash"] = record_hash(row)
    return rows, {row["sequence"]}


def dropped(rows: list[Row], chance: random.Random) -> Tampered:
    """The contents of some records are gone, as if retention had dropped them."""
    first = chance.randrange(len(rows))
    some = rows[first : first + chance.randrange(1, 6)]
    for row in some:
        row.update(dict.fromkeys(PAYLOAD))
    return rows, {row["sequence"] for row in some}


def forged_retention(rows: list[Row], chance: random.Random) -> Tampered:
    """The contents of the first records are gone, and a record at the end says why."""
    through = chance.randrange(1, len(rows))
    gone = [row for row in rows[:through] if row["kind"] not in {"checkpoint", "retention"}]
    last = {**rows[-1], **event_row("retention", None, {"through": through, "days": 1})}
    after, touched = appended(rows, last)
    for row in gone:
        row.update(dict.fromkeys(PAYLOAD))
    return after, touched | {row["sequence"] for row in gone}


WAYS: tuple[Callable[[list[Row], random.Random], Tampered], ...] = (
    *(edit, edit, edit, emptied, consistent_edit, rewritten, renumbered, deleted, cut, swapped),
    *(swapped_contents, overwritten, repeated, forged_checkpoint, replayed_checkpoint),
    *(moved_checkpoint, dropped, forged_retention),
)
