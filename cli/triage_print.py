"""Denials as a table for a biller."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from claims.denials.choose import VAGUE
from claims.denials.next_actions import NEXT_ACTIONS
from claims.denials.remarks import remark
from cli.tables import show
from models.triage import of_history

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from claims.denials.standing import Ledger
    from models.recovery import Recovery
    from models.triage import Triaged

SHOWN: Final = 40
_COLUMNS: Final = (
    "#", "claim", "line", "denied", "code", "why", "category", "next", "who", "by", "chance",
    "worth",
)  # fmt: skip
_SHORT: Final[dict[str, str]] = {name: words.short for name, words in NEXT_ACTIONS.items()}


def print_table(
    found: Sequence[Triaged], ledger: Ledger, day: dt.date, recovery: Recovery | None
) -> None:
    """Print the first of them, and what was counted."""
    if found:
        title = f"Denials as of {day}, the one most worth working first"
        show(title, _COLUMNS, [_row(one) for one in found[:SHOWN]], {"#", "denied", "worth"})
        if len(found) > SHOWN:
            print(f"... and {len(found) - SHOWN:,} more: --out or --json gives all.\n")
    amount = sum((Decimal(one.amount) for one in found), Decimal(0))
    print(
        f"{ledger.remittances:,} remittances, {ledger.denied:,} with a denial; "
        f"{len(found):,} denials stand, ${amount:,.2f} denied"
        + (f"; {ledger.superseded:,} were answered anew since" if ledger.superseded else "")
        + "."
    )
    for action, short in _SHORT.items():
        of = [one for one in found if one.next_action == action]
        if of:
            total = sum((Decimal(one.amount) for one in of), Decimal(0))
            print(f"  {short:22} {len(of):>6,}  ${total:>14,.2f}")
    told = of_history(recovery)
    if told is not None and told["seen"]:
        print(
            f"In the model's history {told['resent']:,} of {told['seen']:,} denials were sent "
            f"again within {told['days']} days, and {told['paid']:,} of those were paid."
        )


def _row(one: Triaged) -> tuple[str, ...]:
    code = f"{one.group.code}-{one.carc.code}"
    said = " ".join([code, *(said.code for said in one.remarks)])
    telling = [remark(said.code) for said in one.remarks] if one.carc.code in VAGUE else []
    first = [said.meaning for said in telling if not said.notice][:1]
    return (
        str(one.rank),
        one.claim_id,
        " ".join(map(str, one.lines)) or "all",
        f"{Decimal(one.amount):,.2f}",
        said,
        _cut("; ".join([*first, one.carc.text])),
        f"{one.category.replace('_', ' ')} ({one.mendable})",
        _SHORT[one.next_action],
        one.owner.replace("_", " "),
        _by(one),
        "" if one.chance is None else f"{100 * one.chance.probability:.0f} %",
        "" if one.expected_value is None else f"{Decimal(one.expected_value):,.0f}",
    )


def _by(one: Triaged) -> str:
    if one.deadline is None:
        return ""
    return one.deadline if one.days_left is None or one.days_left > 30 else f"{one.deadline} !"


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."
