"""What people enter about a denial: what no 837 and no 835 says.

An appeal goes by letter, fax or portal; a write-off is posted in the practice's own books; the root
cause is somebody's finding. All of it is chosen from closed lists: into a free text somebody would
sooner or later write a patient's name.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from claims.keys import Keys

EnteredKind = Literal[
    "appealed", "appeal_won", "appeal_lost", "paid", "adjusted", "written_off", "root_cause"
]
ENTERED_KINDS: Final[tuple[EnteredKind, ...]] = get_args(EnteredKind)
ROOT_CAUSES: Final[Mapping[str, str]] = {
    "registration": "member, coverage or payer taken down wrongly at the front desk",
    "authorization": "an authorization or referral not asked for, not on the claim, or not fitting",
    "coding": "a diagnosis, procedure or modifier not as the record has it",
    "charge_entry": "a charge, unit, date or provider keyed wrongly",
    "documentation": "the record does not hold, or was not sent with, what the payer asks for",
    "late": "the claim went out after the limit",
    "sent_twice": "the claim was sent although it was with the payer already",
    "enrollment": "the provider was not, or not yet, enrolled",
    "coverage": "the plan does not cover it; the member was not told before",
    "payer_error": "the payer processed it wrongly",
    "unknown": "nobody could tell",
}
_COLUMNS: Final = ("claim_id", "day", "event", "root_cause")


@dataclass(frozen=True, slots=True)
class Entered:
    """One thing that a person entered about the denial of the claim ``claim_key``.

    ``root_cause`` is a key of ``ROOT_CAUSES``, ``""`` unless ``kind`` is ``root_cause``.
    """

    claim_key: int
    day: dt.date
    kind: EnteredKind
    root_cause: str = ""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a kind or cause that is on no list."""
        if self.kind not in ENTERED_KINDS:
            raise ValueError(f"no event of a denial is called {self.kind!r}")
        if (self.kind == "root_cause") != (self.root_cause in ROOT_CAUSES):
            raise ValueError("a root cause is one of the list, and no other event has one")


def read_entered(path: Path, keys: Keys) -> list[Entered]:
    """The events of a CSV with the columns claim_id, day, event and root_cause.

    Raises ``UserError`` that names the line, and never a piece of it.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            lacking = [name for name in _COLUMNS[:3] if name not in (rows.fieldnames or ())]
            if lacking:
                raise UserError(
                    f"{path} lacks the column {lacking[0]}: its first line must name "
                    f"{', '.join(_COLUMNS)}"
                )
            return [_entered(row, f"{path}, line {rows.line_num}", keys) for row in rows]
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error):
        raise UserError(f"{path} is no CSV in UTF-8: save it as one") from None


def _entered(row: Mapping[str, str | None], where: str, keys: Keys) -> Entered:
    claim_id = (row["claim_id"] or "").strip()
    if not claim_id:
        raise UserError(f"{where}: claim_id is empty: give the id that the claim was sent with")
    try:
        day = dt.date.fromisoformat((row["day"] or "").strip())
    except ValueError:
        raise UserError(f"{where}: day is no date: write it as YYYY-MM-DD") from None
    kind = (row["event"] or "").strip()
    if kind not in ENTERED_KINDS:
        raise UserError(f"{where}: event must be one of {', '.join(ENTERED_KINDS)}")
    cause = (row.get("root_cause") or "").strip()
    if kind == "root_cause" and cause not in ROOT_CAUSES:
        raise UserError(f"{where}: root_cause must be one of {', '.join(ROOT_CAUSES)}")
    given = cause if kind == "root_cause" else ""
    return Entered(keys.claim(claim_id), day, kind, given)
