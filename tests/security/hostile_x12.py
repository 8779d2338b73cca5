"""Good 837s and 835s, and a thousand ways to break them."""

from __future__ import annotations

import codecs
import random
from collections.abc import Callable
from typing import Final

MARK: Final = "QZXCANARY"
"""Stands in every name and number of a claim; it may stand in no error and no log."""
_ISA: Final = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    "*260304*0900*^*00501*000000001*0*P*:"
)


def _whole(kind: str, guide: str, body: list[str]) -> list[str]:
    group = "HP" if kind == "835" else "HC"
    return [
        _ISA, f"GS*{group}*SENDER*RECEIVER*20260304*0900*1*X*{guide}",
        f"ST*{kind}*0001*{guide}", *body, f"SE*{len(body) + 2}*0001", "GE*1*1",
        "IEA*1*000000001",
    ]  # fmt: skip


def _claim(number: int) -> list[str]:
    return [
        f"HL*{number + 2}*1*22*0", "SBR*P*18*******CI",
        f"NM1*IL*1*{MARK}L{number}*{MARK}F{number}****MI*{MARK}M{number}",
        f"N3*{number} {MARK} STREET", "DMG*D8*19310719*F", "NM1*PR*2*PAYER*****PI*62308",
        f"CLM*{MARK}C{number}*248***11:B:1*Y*A*Y*Y", "DTP*435*D8*20260301", f"REF*G1*{MARK}A",
        f"PWK*03*EL***AC*{MARK}P", "HI*ABK:E119*ABF:I10",
        f"NM1*82*1*{MARK}*{MARK}****XX*1245319599", "PRV*PE*PXC*207Q00000X", "SBR*S*18*******MB",
        "CAS*CO*45*12.5*1", "AMT*D*30", "OI***Y***Y", f"NM1*IL*1*{MARK}*{MARK}****MI*{MARK}",
        "NM1*PR*2*OTHER*****PI*60054", "LX*1", "SV1*HC:99214:25*210*UN*1***1:2",
        "DTP*472*D8*20260302", f"REF*6R*{MARK}R", f"REF*F4*{MARK}X", "SVD*60054*30*HC:99214**1",
        "CAS*CO*45*12.5", "DTP*573*D8*20260303", "LIN**N4*00093072601", "LX*2",
        "SV1*HC:83036*38*UN*1***1", "DTP*472*RD8*20260302-20260302",
    ]  # fmt: skip


def claims_837(count: int = 3) -> list[str]:
    """An 837P of so many claims, each with its own subscriber; the segments."""
    head = [
        "BHT*0019*00*1*20260304*0900*CH", f"NM1*41*2*{MARK}*****46*123456",
        f"PER*IC*{MARK}*TE*5555550100", f"NM1*40*2*{MARK}*****46*654321", "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X", f"NM1*85*2*{MARK}*****XX*1234567893", "N3*1 MAIN STREET",
        "N4*COLUMBUS*OH*432150000", "REF*EI*123456789",
    ]  # fmt: skip
    body = head + [segment for number in range(count) for segment in _claim(number)]
    return _whole("837", "005010X222A1", body)


def institutional_837() -> list[str]:
    """An 837I of one claim; the segments."""
    good = claims_837(1)
    swap = {
        "CLM*": f"CLM*{MARK}C0*248***11:A:1**A*Y*Y",
        "DTP*435": "DTP*434*RD8*20260301-20260303",
        "HI*": "HI*ABK:E119*BE:01:::2.5*DR:470",
        "NM1*82": f"NM1*71*1*{MARK}*{MARK}****XX*1245319599",
        "SV1*HC:99214": "SV2*0300*HC:99214*210*UN*1",
        "SV1*HC:83036": "SV2*0301*HC:83036*38*UN*1",
        "GS*": "GS*HC*SENDER*RECEIVER*20260304*0900*1*X*005010X223A2",
        "ST*": "ST*837*0001*005010X223A2",
    }
    changed = [
        next((new for head, new in swap.items() if one.startswith(head)), one) for one in good
    ]
    at = next(place for place, one in enumerate(changed) if one.startswith("DTP*434"))
    changed.insert(at, "CL1*1*9*01")
    return changed


def _remittance(number: int) -> list[str]:
    return [
        f"CLP*{MARK}C{number}*1*248*96.40*25*12*{MARK}N{number}*11*1", "CAS*CO*45*1",
        f"NM1*QC*1*{MARK}*{MARK}****MI*{MARK}M", f"NM1*82*1*{MARK}*****XX*1245319599",
        "MOA***MA01", f"REF*1W*{MARK}W", "DTM*050*20260305", "SVC*HC:99214:25*210*96.40**1",
        "DTM*472*20260302", "CAS*CO*45*88.60**97*1*2", "CAS*PR*3*25", f"REF*6R*{MARK}R",
        "LQ*HE*M62", "SVC*HC:83036*38*0**1", "DTM*472*20260302", "CAS*CO*16*38", "LQ*HE*MA130",
    ]  # fmt: skip


def remittances_835(count: int = 3) -> list[str]:
    """An 835 of so many answers, each denying something; the segments."""
    head = [
        "BPR*I*96.40*C*ACH************20260318", f"TRN*1*{MARK}T*1123456789",
        "DTM*405*20260318", "N1*PR*EXAMPLE HEALTH PLAN", "REF*2U*62308",
        f"N1*PE*{MARK}*XX*1234567893", "LX*1",
    ]  # fmt: skip
    body = head + [segment for number in range(count) for segment in _remittance(number)]
    return _whole("835", "005010X221A1", [*body, f"PLB*1234567893*20261231*WO:{MARK}*-12.5"])


def joined(segments: list[str], terminator: str = "~\n") -> bytes:
    """The segments as a file."""
    return (terminator.join(segments) + terminator).encode("latin-1", "replace")


_NUMBERS: Final = [
    "-1", "-99999999999.99", "99999999999", "1E9", "1e-400", "NaN", "Infinity", "-0", "0", "0.005",
    "9" * 400, "1_000", "１２", "٣", "0x10", "+5", ".", "-", "1,000", "$5",
]  # fmt: skip
_DAYS: Final = [
    "00000000", "00010101", "99991231", "20260230", "19000101", "20261301", "2026", "99999999",
    "20260302-", "-20260302", "99991231-00010101", "２０２６０３０２", "202603021200", "260302",
]  # fmt: skip
_ODD: Final = [
    "\x00", "\x1a", "\x7f", "\x85", "\ufeff", "A" * 5_000, ":" * 500, "^" * 500, "'\"<>&;--",
    "%s%n{0}", "\u202e", "é" * 40, " " * 300, "../../etc/passwd", "ISA", "CLM", "\r", "\t",
]  # fmt: skip


def _element(segments: list[str], chance: random.Random, texts: list[str]) -> None:
    """Put one of ``texts`` in place of an element."""
    place = chance.randrange(len(segments))
    elements = segments[place].split("*")
    elements[chance.randrange(len(elements)) or -1] = chance.choice(texts)
    segments[place] = "*".join(elements)


def _in_place(segments: list[str], chance: random.Random, heads: tuple[str, ...]) -> int:
    fit = [place for place, one in enumerate(segments) if one.startswith(heads)]
    return chance.choice(fit) if fit else chance.randrange(len(segments))


def _amounts(segments: list[str], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        place = _in_place(segments, chance, ("CLM", "SV", "CAS", "AMT", "CLP", "SVC", "BPR", "PLB"))
        elements = segments[place].split("*")
        fit = [at for at, text in enumerate(elements) if text.replace(".", "").isdigit()]
        elements[chance.choice(fit or [-1])] = chance.choice(_NUMBERS)
        segments[place] = "*".join(elements)


def _days(segments: list[str], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        place = _in_place(segments, chance, ("DTP", "DTM", "DMG", "BHT", "GS", "ISA", "BPR"))
        elements = segments[place].split("*")
        fit = [at for at, text in enumerate(elements) if len(text) >= 6 and text[:6].isdigit()]
        elements[chance.choice(fit or [-1])] = chance.choice(_DAYS)
        segments[place] = "*".join(elements)


def _cut(segments: list[str], chance: random.Random) -> None:
    del segments[chance.randrange(len(segments)) + 1 :]


def _drop(segments: list[str], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 5)):
        del segments[chance.randrange(len(segments))]
        segments[:] = segments or ["~"]


def _double(segments: list[str], chance: random.Random) -> None:
    first = chance.randrange(len(segments))
    part = segments[first : first + chance.randint(1, 30)]
    at = chance.randrange(len(segments))
    segments[at:at] = part * chance.choice([1, 1, 2, 40])


def _shuffle(segments: list[str], chance: random.Random) -> None:
    first = chance.randrange(len(segments))
    part = segments[first : first + chance.randint(2, 60)]
    chance.shuffle(part)
    segments[first : first + len(part)] = part


def _deep(segments: list[str], chance: random.Random) -> None:
    """Levels that never end, that are their own parents, or that are numbered absurdly."""
    count = chance.choice([3, 50, 2_000])
    levels = [f"HL*{n}*{chance.choice([n - 1, n, n + 1, ''])}*22*1" for n in range(2, count)]
    levels += [f"HL*{'9' * 50}*-1*{chance.choice(['20', '22', '23', '99', ''])}*1"]
    at = chance.randrange(len(segments))
    segments[at:at] = levels


def _flood(segments: list[str], chance: random.Random) -> None:
    """One segment again and again."""
    place = _in_place(segments, chance, ("LX", "SV", "HI", "CAS", "REF", "SVC", "LQ", "PWK", "DTP"))
    segments[place:place] = [segments[place]] * chance.choice([100, 1_000, 4_000])


def _inside(segments: list[str], chance: random.Random) -> None:
    """An envelope, or its end, where none may be."""
    heads = ["ISA", "GS", "ST", "SE", "GE", "IEA"]
    added = [one for one in segments if one.startswith(chance.choice(heads))] or [_ISA]
    if chance.random() < 0.4:
        added = [_ISA.replace("*", chance.choice("|+\x1d*")).replace(":", chance.choice(">:^"))]
    at = chance.randrange(len(segments))
    segments[at:at] = added * chance.choice([1, 2, 30])


def _another(segments: list[str], chance: random.Random) -> None:
    """The body of the other kind of transaction in the midst."""
    other = remittances_835(1) if chance.random() < 0.5 else claims_837(1)
    at = chance.randrange(len(segments))
    segments[at:at] = other[chance.randrange(4) :]


def _texts(segments: list[str], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 4)):
        _element(segments, chance, chance.choice([_ODD, _NUMBERS, _DAYS, [""]]))


SEGMENTS: Final[tuple[Callable[[list[str], random.Random], None], ...]] = (
    _amounts, _days, _cut, _drop, _double, _shuffle, _deep, _flood, _inside, _another, _texts,
)  # fmt: skip
WITHIN: Final = (_amounts, _days, _cut, _drop, _double, _shuffle, _flood, _texts)
"""What can be done to the segments of one claim without touching another."""


def flip(body: bytes, chance: random.Random) -> bytes:
    """Some bits the other way."""
    found = bytearray(body)
    for _ in range(chance.choice([1, 3, 30])):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _slice(body: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.randrange(len(body)) for _ in range(2))
    return chance.choice([body[:last], body[first:], body[first:last], body[:first] + body[last:]])


def _delimiters(body: bytes, chance: random.Random) -> bytes:
    wrong = chance.choice([b"|", b"\n", b"\x00", b"A", b"1", b" ", b"\xff", b"~", b"*", b":", b""])
    return body.replace(chance.choice([b"*", b"~", b":", b"^"]), wrong)


def _coded(body: bytes, chance: random.Random) -> bytes:
    text = body.decode("latin-1")
    coding = chance.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp037"])
    marks = [b"", b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE]
    return chance.choice(marks) + text.encode(coding)


def _wrapped(body: bytes, chance: random.Random) -> bytes:
    around = [b"\x00" * 999, b"\xef\xbb\xbf" * 3, b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"\n" * 5_000]
    around += [b"Content-Type: text/plain\r\n\r\n", b'{"claims": [', b"<?xml version='1.0'?>"]
    return chance.choice(around) + body + chance.choice([b"", b"\x1a", b"\x00" * 999, body[:200]])


def _giant(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body))
    filling = chance.choice([b"A", b"9", b"*", b"~", b":", b"^", b"\x00", b"ISA", b"~HL*"])
    size = chance.choice([2_000, 70_000, 1_200_000]) // len(filling)
    return body[:at] + filling * size + body[at:]


BYTES: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    flip, _slice, _delimiters, _coded, _wrapped, _giant,
)  # fmt: skip


def broken(number: int, good: list[list[str]]) -> bytes:
    """The broken body of that number: the same each time. ``good``: the files to break."""
    chance = random.Random(f"hostile {number}")
    segments = list(chance.choice(good))
    body = b""
    while not body:
        for _ in range(chance.choice([0, 1, 1, 2, 3])):
            chance.choice(SEGMENTS)(segments, chance)
        body = joined(segments, chance.choice(["~\n", "~\n", "~", "~\r\n"]))
        if chance.random() < 0.5:
            body = chance.choice(BYTES)(body, chance)
    return body
