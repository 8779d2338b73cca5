"""*Denials*: after the answer: what to do about each, and what became of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from reports.denials.entered import ENTERED_KINDS, ROOT_CAUSES, Entered
from reports.denials.steps import STEPS
from service.access.caller import caller_id
from service.audit.denial_event import DENIAL, denial_event, entered_of
from service.deps import Held, Present
from service.outcomes.posted import Reading
from service.pages.denials.view import SHOWN, Denial, denials, states
from service.pages.layout.form import read_form
from service.pages.layout.page import HEADERS, page
from service.pages.layout.route import PageRoute
from service.pages.tables.running import NoTablesError
from service.problems import Problem
from service.triage.endpoints import triaged

if TYPE_CHECKING:
    from service.deps import State
    from service.outcomes.start import Opened
    from service.pages.layout.form import Form
    from service.pages.tables.running import Tables

router = APIRouter(route_class=PageRoute, include_in_schema=False)
DENIALS: Final = "/pages/denials"
_KEY: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_MOST: Final = 100_000


@router.get(DENIALS)
async def listed(request: Request, held: Held) -> Response:
    """Every denial with the state that it is in, newest first."""
    return await _list(request, held)


@router.post(DENIALS)
async def triage(request: Request, held: Held, serving: Present) -> Response:
    """What to do about each denial of an 835; at a wish it is taken in as outcomes too."""
    form = await read_form(request, held.settings.max_body_bytes)
    content = form.content("file")
    try:
        if not content.strip():
            raise Problem(422, "no-remittance", "Choose an 835.")
        day = dt.datetime.now(dt.UTC).date()
        told = await asyncio.to_thread(triaged, held, serving, content, day)
    except Problem as problem:
        return await _list(request, held, problem)
    taken = None
    if form.text("keep"):
        here = cast("Opened", request.app.state.outcomes)
        taken = await asyncio.to_thread(_take, here, held, content)
    return page("denials/triage.html.j2", told=told, taken=taken)


@router.post("/pages/denials/find")
async def find(request: Request) -> Response:
    """The denial of a claim, by its number, which is hashed and kept nowhere."""
    form = await read_form(request)
    if not form.text("claim"):
        raise Problem(422, "no-claim", "Enter the number of a claim.")
    here = cast("Opened", request.app.state.outcomes)
    key = here.keys.claim(form.text("claim"))
    return RedirectResponse(f"{DENIALS}/{key:016x}", 303, headers=HEADERS)


@router.get("/pages/denials/{key}")
async def one(key: str, request: Request, held: Held) -> Response:
    """The way of one denial."""
    return _one(await _denial(request, held, key))


@router.post("/pages/denials/{key}")
async def enter(key: str, request: Request, held: Held) -> Response:
    """Record what no 837 and no 835 says: an appeal, a write-off, the root cause."""
    form = await read_form(request)
    found = await _denial(request, held, key)
    try:
        entered = _entered(form, found)
    except ValueError:
        return _one(found, "Choose one of the list, and a day from the denial until today.")
    event = denial_event(entered, caller_id())
    await asyncio.to_thread(held.repository.append, [event])
    return RedirectResponse(f"{DENIALS}/{key}", 303, headers=HEADERS)


def _entered(form: Form, denial: Denial) -> Entered:
    """What the form says. Raises ``ValueError``."""
    cause = form.text("root_cause")
    day = dt.datetime.now(dt.UTC).date()
    if cause:
        return Entered(int(denial.key, 16), day, "root_cause", cause)
    kind = form.text("step")
    if kind not in ENTERED_KINDS:
        raise ValueError("no such step")
    chosen = dt.date.fromisoformat(form.text("day"))
    if not denial.known_on <= chosen <= day:
        raise ValueError("no such day")
    return Entered(int(denial.key, 16), chosen, kind)


async def found_denials(request: Request, held: State) -> list[Denial]:
    """Every denial. Raises ``NoTablesError``."""
    tables = cast("Tables", request.app.state.tables)
    events = await asyncio.to_thread(held.repository.of_kind, DENIAL, _MOST)
    name = (DENIAL, events[-1].sequence if events else 0)
    count = partial(denials, entered=entered_of(events))
    return await asyncio.to_thread(tables.counted, name, count)


async def _denial(request: Request, held: State, key: str) -> Denial:
    every = await found_denials(request, held) if _KEY.fullmatch(key) else []
    for one in every:
        if one.key == key:
            return one
    text = "No denial of that claim is known here."
    raise Problem(404, "no-denial", text)


async def _list(request: Request, held: State, problem: Problem | None = None) -> Response:
    none = ""
    try:
        every = await found_denials(request, held)
    except NoTablesError as error:
        every, none = [], str(error)
    state = request.query_params.get("state", "open")
    wanted = [one for one in every if state in ("all", one.state) or (state == "open" and one.open)]
    return page(
        "denials/list.html.j2",
        status=problem.status if problem else 200,
        problem=problem,
        absent=none,
        state=state if state in {"all", "open", *STEPS} else "open",
        states=states(every),
        every=every,
        found=wanted[:SHOWN],
        more=max(len(wanted) - SHOWN, 0),
        denied=sum(one.denied for one in wanted),
    )


def _one(found: Denial, wrong: str = "") -> Response:
    return page(
        "denials/one.html.j2",
        status=422 if wrong else 200,
        one=found,
        wrong=wrong,
        meanings=STEPS,
        kinds=[name for name in ENTERED_KINDS if name != "root_cause"],
        causes=ROOT_CAUSES,
        today=dt.datetime.now(dt.UTC).date(),
    )


def _take(here: Opened, held: State, content: bytes) -> object:
    reading = Reading(here.keys, held.catalogue)
    reading.feed(content)
    return here.service.take(reading.finish())
