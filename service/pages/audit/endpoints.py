"""*Audit*: look a score up, read its record, check the chain."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.score import payer_id
from reports.logged import told
from service.audit.override import DECISIONS
from service.audit.searching import Wanted
from service.deps import Held
from service.pages.audit.verifying import verified
from service.pages.layout.form import read_form
from service.pages.layout.page import HEADERS, page
from service.pages.layout.route import PageRoute
from service.pages.score.view import detail
from service.pages.worklist.endpoints import of_claim, recorded
from service.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST: Final = 50
_SCORE_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of the search; what cannot be read is ``""``, and named in ``wrong``."""

    since: str
    until: str
    decision: str
    payer: str
    before: str
    wrong: tuple[str, ...]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """From the address; nothing of what cannot be read is kept."""
        wrong = []
        days = {}
        for name, label in (("since", "The first day"), ("until", "The last day")):
            days[name] = query.get(name, "")
            if days[name] and not _is_day(days[name]):
                days[name] = ""
                wrong.append(f"{label} must be a date such as 2026-03-31.")
        payer = payer_id(query.get("payer", ""))
        if query.get("payer") and not payer:
            wrong.append("A payer's id has 2 to 15 letters and digits.")
        decision, before = query.get("decision", ""), query.get("before", "")
        return cls(
            **days,
            decision=decision if decision in DECISIONS else "",
            payer=payer,
            before=before if _SCORE_ID.fullmatch(before) else "",
            wrong=tuple(wrong),
        )

    def wanted(self) -> Wanted:
        """As the log is asked."""
        return Wanted(
            since=dt.date.fromisoformat(self.since) if self.since else None,
            until=dt.date.fromisoformat(self.until) if self.until else None,
            decisions={self.decision} if self.decision else (),
            payer=self.payer,
            before=self.before,
        )


@router.get("/pages/audit")
async def search(request: Request, held: Held) -> Response:
    """The latest scores that are asked for."""
    asked = Asked.of(request.query_params)
    found = await asyncio.to_thread(held.repository.search, asked.wanted(), MOST + 1)
    kinds = await asyncio.to_thread(held.repository.kinds)
    return page(
        "audit/list.html.j2",
        asked=asked,
        found=found[:MOST],
        more=len(found) > MOST,
        kinds=kinds,
        decisions=DECISIONS,
    )


@router.post("/pages/audit/find")
async def find(request: Request, held: Held) -> Response:
    """A score by its id, or the scores of a claim by its number, which is hashed."""
    form = await read_form(request)
    text = form.text("which")
    if _SCORE_ID.fullmatch(text.lower()):
        return RedirectResponse(f"/pages/audit/{text.lower()}", 303, headers=HEADERS)
    found = await of_claim(request, held, text)
    return page("audit/found.html.j2", found=found)


@router.post("/pages/audit/verify")
async def verify(request: Request, held: Held) -> Response:
    """Check every hash, seal and signature of the log."""
    await read_form(request)
    found = await asyncio.to_thread(verified, held.repository)
    return page("audit/verified.html.j2", found=found, at=dt.datetime.now(dt.UTC))


@router.get("/pages/audit/{score_id}")
async def one(score_id: str, held: Held) -> Response:
    """One record: what was answered, what it rests on, what followed."""
    if not _SCORE_ID.fullmatch(score_id):
        raise Problem(404, "no-score", "There is no such score on record.")
    record = await recorded(held, score_id)
    events = await asyncio.to_thread(held.repository.events_of, [score_id])
    return page(
        "audit/one.html.j2", record=record, one=detail(record.answered()), said=told(events)
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
