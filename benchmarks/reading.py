"""Reading 837 and 835 against a bare streamed split of the same file, and its peak memory.

The bare split cuts a stream into segments and each segment into elements, and does nothing else:
the least that any reader of X12 in Python does. Both are timed in turns, in CPU time.
"""

from __future__ import annotations

import datetime as dt
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from claims.types import (
    Adjustment,
    Authorization,
    Claim,
    OtherPayer,
    Patient,
    Payer,
    Payment,
    Provider,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Subscriber,
)
from claims.x12 import Envelope, read, write_835, write_837

CLAIMS = 20_000
TURNS = 9
MANY = 10
CHUNK = 1 << 16

_FIRST_DAY = dt.date(2024, 1, 1)
_ENVELOPE = Envelope(
    sender="CLEARINGHOUSE",
    receiver="PAYERS",
    created=dt.datetime(2024, 6, 1, 8, 0, tzinfo=dt.UTC),
)
_PROCEDURES = ("99213", "99214", "93000", "80053", "36415", "97110", "J1745", "20610")
_DIAGNOSES = ("M545", "E119", "I10", "J069", "F329", "Z0000")


def _day(number: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=number % 150)


def _claim(number: int) -> Claim:
    """Claims of one to four lines, for subscribers and dependants, some secondary."""
    born = dt.date(1940 + number % 60, 1 + number % 12, 1 + number % 28)
    own = number % 4 > 0
    day = _day(number)
    lines = tuple(
        ServiceLine(
            number=place + 1,
            procedure=_PROCEDURES[(number + place * 3) % 8],
            modifiers=("25",) if place == 0 and number % 2 else (),
            charge=Decimal(40 + (number * 7 + place * 31) % 400),
            units=Decimal(1 + number % 3),
            diagnosis_pointers=(1,) if number % 2 else (1, 2),
            service_from=day,
            control_number=f"{number}L{place}",
        )
        for place in range(1 + number % 4)
    )
    claim = Claim(
        claim_id=f"C{number:08}",
        payer=Payer(payer_id=f"P{number % 7:04}", name=f"PAYER {number % 7}", filing_code="CI"),
        submitted_on=dt.date(2024, 6, 1),
        charge=sum((line.charge for line in lines), Decimal(0)),
        place_of_service="11",
        accepts_assignment="A",
        subscriber=Subscriber(member_id=f"M{number * 7 % 9973:07}", sex="F", birth_date=born),
        patient=Patient(relationship="18", sex="F", birth_date=born)
        if own
        else Patient(relationship="19", sex="M", birth_date=dt.date(2012, 1 + number % 12, 5)),
        billing=Provider(npi="1000000001", taxonomy="207Q00000X"),
        rendering=Provider(npi=f"10000001{number % 23:02}", taxonomy="207Q00000X"),
        diagnoses=tuple(_DIAGNOSES[(number + at) % 6] for at in range(2 + number % 2)),
        lines=lines,
    )
    if number % 5 == 0:
        claim = replace(claim, authorization=Authorization(number=f"AUTH{number}"))
    if number % 9 == 0:
        other = OtherPayer(
            payer_id="P0099", filing_code="MB", position="P", paid=Decimal(20), adjudicated_on=day
        )
        claim = replace(claim, other_payers=(other,), payer=replace(claim.payer, position="S"))
    return claim


def _payment(number: int) -> tuple[Payment, list[Remittance]]:
    """A payment of fifty remittances."""
    payment = Payment(
        payer_id=f"P{number % 7:04}",
        payer_name=f"PAYER {number % 7}",
        payee_npi="1000000001",
        amount=Decimal(1000),
        method="ACH",
        payment_date=_day(number),
        trace=f"T{number}",
    )
    return payment, [_remittance(number * 50 + at) for at in range(50)]


def _remittance(number: int) -> Remittance:
    denied = number % 8 == 0
    lines = tuple(
        RemittanceLine(
            procedure=_PROCEDURES[(number + place * 3) % 8],
            charge=Decimal(40 + (number * 7 + place * 31) % 400),
            paid=Decimal(0) if denied else Decimal(30 + number % 90),
            units=Decimal(1),
            service_from=_day(number),
            control_number=f"{number}L{place}",
            adjustments=(Adjustment(group="CO", carc="197", amount=Decimal(60 + number % 99)),)
            if denied
            else (
                Adjustment(group="CO", carc="45", amount=Decimal(10 + number % 77)),
                Adjustment(group="PR", carc="2", amount=Decimal(number % 40)),
            ),
            remarks=("N130",) if denied else (),
        )
        for place in range(1 + number % 4)
    )
    return Remittance(
        claim_id=f"C{number:08}",
        status="1",
        charge=Decimal(100 + number % 900),
        paid=Decimal(60 + number % 700),
        patient_responsibility=Decimal(number % 40),
        filing_code="12",
        payer_claim_number=f"PC{number}",
        facility_code="11",
        frequency="1",
        rendering_npi=f"10000001{number % 23:02}",
        payer_received_on=_day(number),
        lines=lines,
    )


def _files() -> Iterator[tuple[str, bytes]]:
    out = io.BytesIO()
    start = time.process_time()
    write_837((_claim(number) for number in range(CLAIMS)), out, _ENVELOPE)
    spent = time.process_time() - start
    print(f"  wrote {CLAIMS:,} claims in {spent:.1f} s of CPU time, with making them up")
    yield "837", out.getvalue()
    out = io.BytesIO()
    write_835((_payment(number) for number in range(CLAIMS // 50)), out, _ENVELOPE)
    yield "835", out.getvalue()


def bare_split(stream: io.BytesIO) -> int:
    """Split a stream into segments and elements, and forget them; give the segments' number."""
    count = 0
    rest = ""
    while chunk := stream.read(CHUNK):
        segments = (rest + chunk.decode("latin-1")).split("~")
        rest = segments.pop()
        for segment in segments:
            segment.split("*")
        count += len(segments)
    return count


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()
    count = work()
    return time.process_time() - start, count


def _compare(kind: str, data: bytes) -> None:
    bare, ours = [], []
    for _ in range(TURNS):
        seconds, segments = _timed(lambda: bare_split(io.BytesIO(data)))
        bare.append(seconds)
        seconds, found = _timed(lambda: sum(1 for _ in read(data)))
        ours.append(seconds)
    ratios = sorted(b / o for b, o in zip(bare, ours, strict=True))
    plain, full = statistics.median(bare), statistics.median(ours)
    print(
        f"  {kind}: {found:,} read, {segments / CLAIMS:.0f} segments a claim: "
        f"bare split {CLAIMS / plain:,.0f} claims/s, ours {CLAIMS / full:,.0f} claims/s, "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def _peak(data: bytes, times: int) -> tuple[int, int]:
    """Read a file of ``times`` such interchanges in a process of its own: MiB at most, found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims"
        with path.open("wb") as stream:
            for _ in range(times):
                stream.write(data)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reading", str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
    mebibytes, found = done.stdout.split()
    return int(mebibytes), int(found)


def _read_and_tell(path: str) -> None:
    with Path(path).open("rb") as stream:
        found = sum(1 for _ in read(stream))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, found)


def main() -> None:
    """Print speeds, ratios and peak memory."""
    for kind, data in _files():
        _compare(kind, data)
        small, _ = _peak(data, 1)
        large, found = _peak(data, MANY)
        print(
            f"  {kind}: peak memory {small} MiB at {CLAIMS:,} claims, "
            f"{large} MiB at {CLAIMS * MANY:,} ({found:,} read)"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _read_and_tell(sys.argv[1])
    else:
        main()
