"""What the KPIs count, as Arrow tables: the labels' arrays beside the columns of the tables.

``claim``: a row for each original claim answered for the first time. ``line``: a row for each of
their charged lines that was answered. ``sent``: a row for each original claim sent, answered or
not. ``denial``: a row for each denial with its way. ``remittance``: a row for each adjudication.
Money is whole cents, so that sums are exact; a day that is not known is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import NO_DAY, cents, days, numbers
from claims.categories import CATEGORIES, FACTS
from claims.denials.again import plain
from claims.labels import NEVER, PAID, PLACEHOLDER_ABOVE
from reports.denials.steps import CODE, NAMES
from reports.kpi.catalogue import PREVENTABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.dataset import Dataset
    from claims.labels import Labels
    from reports.denials.ways import Ways

    I64 = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_SOFT: Final = [FACTS[name].mendable == "soft" for name in CATEGORIES] + [False]
_PREVENTABLE: Final = [name in PREVENTABLE for name in CATEGORIES] + [False]
LAGS: Final = (7, 14, 30, 60, 90, 180, 365)
"""Upper ends, in days, of the bins of the filing lag."""


def facts(dataset: Dataset, labels: Labels, found: Ways, rework: float) -> dict[str, pa.Table]:
    """The tables by name; ``rework`` is what working one denial costs, in dollars."""
    who = _who(dataset)
    answered = np.flatnonzero(labels.example)
    claim = _claims(dataset, labels, answered, who)
    return {
        "claim": claim,
        "line": _lines(dataset, labels, who),
        "sent": _sent(dataset, labels),
        "denial": _denials(dataset, labels, found, who, rework),
        "remittance": _remittances(dataset),
    }


def _date(day: NDArray[np.int64] | NDArray[np.int32], known: Flags) -> pa.Array:
    return pa.array(day.astype(np.int32), mask=~known).cast(pa.date32())


def _first_stated(table: pa.Table, *names: str) -> pa.ChunkedArray:
    """The first of the columns that states something, ``""`` where none does."""
    found = plain(table[names[0]])
    for name in names[1:]:
        found = pc.if_else(pc.equal(found, ""), plain(table[name]), found)
    return found


def _who(dataset: Dataset) -> pa.Table:
    """Payer, provider, location and specialty of each claim; ``not stated`` where it says none.

    The provider is the rendering one, else the attending one, else who bills; the location the
    facility, else who bills; the specialty the taxonomy of the rendering provider, else of billing.
    """
    claims = dataset.claims
    columns = {
        "payer": _first_stated(claims, "payer_id", "payer_name"),
        "provider": _first_stated(claims, "rendering_npi", "attending_npi", "billing_npi"),
        "location": _first_stated(claims, "facility_npi", "billing_npi"),
        "specialty": _first_stated(claims, "rendering_taxonomy", "billing_taxonomy"),
    }
    return pa.table(
        {
            name: pc.if_else(pc.equal(column, ""), "not stated", column)
            for name, column in columns.items()
        }
        | {"payer_name": claims["payer_name"]}
    )


def _lag_bins(lag: I64, known: Flags) -> pa.Array:
    """The bin of each lag as text that sorts: ``000-007 days``."""
    edges = (-1, *LAGS)
    names = [f"{low + 1:03d}-{high:03d} days" for low, high in zip(edges, LAGS, strict=False)]
    names += [f"over {LAGS[-1]} days", "not stated"]
    place = np.searchsorted(np.array(LAGS), lag, side="left")
    place[~known | (lag < 0)] = len(names) - 1
    return pa.array(names).take(pa.array(place))


def _category(code: NDArray[np.int8]) -> pa.Array:
    return pa.array([*CATEGORIES, ""]).take(pa.array(code.astype(np.int64) % (len(CATEGORIES) + 1)))


def _claims(dataset: Dataset, labels: Labels, rows: I64, who: pa.Table) -> pa.Table:
    remit = labels.remittance[rows]
    outcome = labels.outcome[rows]
    category = labels.category[rows]
    submitted = days(dataset.claims["submitted_on"])[rows].astype(np.int64)
    service = days(dataset.claims["service_to"])[rows].astype(np.int64)
    known = labels.known_on[rows]
    mendable = np.array(_SOFT)[category]
    settled = (outcome == PAID) & ~_sent_later(dataset, labels)[rows]
    return pa.table(
        {
            "known_on": _date(known, known != NEVER),
            "outcome": pa.array(outcome.astype(np.int64)),
            "category": _category(category),
            "carc": pa.array(labels.carc[rows].tolist(), pa.string()),
            "charge": pa.array(cents(dataset.remittances["charge"])[remit]),
            "denied_charge": pa.array(cents(dataset.remittances["denied_amount"])[remit]),
            "clean": pa.array(((outcome == PAID) | ~mendable).astype(np.int64)),
            "first_pass": pa.array(settled.astype(np.int64)),
            "filing_lag": _lag_bins(submitted - service, service != NO_DAY),
        }
        | _columns(who.take(pa.array(rows)))
    )


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {name: table[name] for name in table.column_names}


def _sent_later(dataset: Dataset, labels: Labels) -> Flags:
    """Of each claim: whether its id was sent again (7, 8 or anew) on or after its first answer."""
    key = numbers(dataset.claims["claim_key"], np.uint64)
    submitted = days(dataset.claims["submitted_on"]).astype(np.int64)
    order = np.lexsort((submitted, key))
    # The last day on which each id was sent stands at the end of its run.
    last = np.r_[key[order][1:] != key[order][:-1], np.True_] if len(key) else np.zeros(0, np.bool_)
    ends = order[last]
    place = np.searchsorted(key[ends], key)
    latest = submitted[ends][place]
    again: Flags = (latest >= labels.known_on) & (latest > submitted) & (key != 0)
    return again


def _lines(dataset: Dataset, labels: Labels, who: pa.Table) -> pa.Table:
    owner = np.repeat(
        np.arange(dataset.claims.num_rows), numbers(dataset.claims["line_count"])
    ).astype(np.int64)
    charge = cents(dataset.lines["charge"])
    rows = np.flatnonzero(labels.example[owner] & (labels.line_denied >= 0) & (charge > 0))
    of = owner[rows]
    procedure = plain(dataset.lines["procedure"]).take(pa.array(rows))
    revenue = dataset.lines["revenue_code"].take(pa.array(rows))
    named = pc.if_else(
        pc.equal(procedure, ""), pc.binary_join_element_wise("revenue", revenue, " "), procedure
    )
    known = labels.known_on[of]
    return pa.table(
        {
            "known_on": _date(known, known != NEVER),
            "denied": pa.array((labels.line_denied[rows] == 1).astype(np.int64)),
            "category": _category(labels.line_category[rows]),
            "procedure": named,
            "charge": pa.array(charge[rows]),
        }
        | _columns(who.take(pa.array(of)))
    )


def _sent(dataset: Dataset, labels: Labels) -> pa.Table:
    """Each original claim once: the first of its id, not a placeholder, with its day of sending."""
    claims = dataset.claims
    submitted = days(claims["submitted_on"])
    key = numbers(claims["claim_key"], np.uint64)
    original = numbers(pc.is_in(claims["frequency"], pa.array(["1", ""])), np.bool_)
    replacement = numbers(pc.is_in(claims["frequency"], pa.array(["7", "8"])), np.bool_)
    order = np.lexsort((replacement, submitted, key))  # as claims.labels orders them
    ordered = key[order]
    begins = np.r_[np.True_, ordered[1:] != ordered[:-1]] if len(key) else np.zeros(0, np.bool_)
    first = np.zeros(len(key), np.bool_)
    sizes = np.diff(np.r_[np.flatnonzero(begins), len(key)])
    first[order[begins]] = sizes <= PLACEHOLDER_ABOVE
    rows = np.flatnonzero(first & original & (key != 0) & (submitted != NO_DAY))
    known = labels.known_on[rows]
    return pa.table(
        {
            "submitted_on": _date(submitted[rows], np.ones(len(rows), np.bool_)),
            "known_on": _date(known, known != NEVER),
            "charge": pa.array(cents(claims["charge"])[rows]),
        }
    )


def _denials(
    dataset: Dataset, labels: Labels, found: Ways, who: pa.Table, rework: float
) -> pa.Table:
    rows, never = found.claim, 2**31 - 1
    remit = labels.remittance[rows]
    category = labels.category[rows]
    known, worked, appealed = labels.known_on[rows], found.worked(), found.first("appealed")
    won, lost = found.first("appeal_won", "paid"), found.first("appeal_lost", "written_off")
    decided = np.minimum(won, lost)
    is_decided = (appealed != never) & (decided != never) & (decided >= appealed)
    return pa.table(
        {
            "known_on": _date(known, known != NEVER),
            "worked_on": _date(worked, worked != never),
            "appeal_decided_on": _date(decided, is_decided),
            "appeal_won": pa.array((won <= lost).astype(np.int64)),
            "state": pa.array(np.array(NAMES)[found.state].tolist(), pa.string()),
            "recovered": pa.array(np.where(found.state == CODE["paid"], found.recovered(), 0)),
            "rework_cost": pa.array(np.full(len(rows), round(rework * 100), np.int64)),
            "preventable": pa.array(np.array(_PREVENTABLE)[category].astype(np.int64)),
            "category": _category(category),
            "carc": pa.array(labels.carc[rows].tolist(), pa.string()),
            "root_cause": pa.array(list(found.root_cause), pa.string()),
            "denied_charge": pa.array(cents(dataset.remittances["denied_amount"])[remit]),
        }
        | _columns(who.take(pa.array(rows)))
    )


def _remittances(dataset: Dataset) -> pa.Table:
    table = dataset.remittances
    decides = np.flatnonzero(numbers(table["first_outcome"], np.bool_))
    known = days(table["known_on"])[decides]
    denied = pc.is_in(table["outcome"], pa.array(["denied", "partial"]))
    return pa.table(
        {
            "known_on": _date(known, known != NO_DAY),
            "denied": pa.array(np.asarray(denied)[decides].astype(np.int64)),
        }
    )
