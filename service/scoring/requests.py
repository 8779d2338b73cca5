"""From the bytes of a request to claims, or to a problem for each that is none.

A claim comes flat (``{"claim_id": ..., "lines": [...], "as_of": ...}``), in a dialect of others
(``claims.dialects``), or in either form with what the front desk knows beside it
(``{"claim": {...}, "eligibility": {...}, "authorization": {...}}``).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from claims.dialects import Translated, translated
from service.access.caller import caller_id, purpose
from service.problems import FieldError, Problem, invalid
from service.scoring.claim_form import FIELD_NAMES, BesideRequest, ClaimRequest, to_claim
from service.scoring.names import BESIDE, faults_of, retold
from service.scoring.wording import field_errors

if TYPE_CHECKING:
    from claims.dialects import Paths
    from claims.types import Claim
    from models.score import Edit

_BOM: Final = b"\xef\xbb\xbf"
_PLACE: Final = re.compile(r"line (\d+) column (\d+)")
_MOST_ERRORS: Final = 20


class _TwiceError(ValueError):
    """One of the two would be silently lost, and readers differ in which."""


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _TwiceError


_NAMES_ONCE: Final = json.JSONDecoder(object_pairs_hook=_once, parse_int=len, parse_float=len)
"""Looks at names alone, for six microseconds a claim; pydantic's reader would take the last."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One claim to be scored, the day as of which it is judged, and a precision to be kept.

    ``edits`` were found elsewhere (by the guide's judge); ``paths`` tell the fields of the answer
    in the caller's words, where those are not ours; ``caller`` is the id of the key that the
    request came with, ``purpose`` its route.
    """

    claim: Claim
    as_of: dt.date
    precision: float | None = None
    edits: tuple[Edit, ...] = ()
    paths: Paths | None = None
    caller: str = field(default_factory=caller_id)
    purpose: str = field(default_factory=purpose)


def parse_json(body: bytes) -> object:
    """``body`` as plain Python values. Raises ``Problem`` (400) with the place when it is no JSON.

    NaN, Infinity, invalid UTF-8, numbers of thousands of digits, nesting beyond 200 levels and an
    object with the same name twice are no JSON here.
    """
    body = body.removeprefix(_BOM)
    try:
        parsed: object = from_json(body, allow_inf_nan=False)
        _NAMES_ONCE.decode(body.decode())
    except _TwiceError:
        text = "The body is not valid JSON: an object in it has the same name twice."
        raise Problem(400, "invalid-json", text) from None
    except ValueError as error:
        place = _PLACE.search(str(error))
        where = f" (line {place[1]}, column {place[2]})" if place else ""
        raise Problem(400, "invalid-json", f"The body is not valid JSON{where}.") from None
    return parsed


def ask(
    claim: Claim,
    asked: dt.date | None,
    default: dt.date | None,
    max_lines: int,
    paths: Paths | None = None,
) -> Ask:
    """``claim`` with the day to judge it: asked beside it, for the request, its submission, today.

    Raises ``Problem`` (413) when it has more than ``max_lines`` service lines.
    """
    if len(claim.lines) > max_lines:
        text = f"The claim has more than {max_lines} service lines, the most that one may have."
        raise Problem(413, "too-many-lines", text)
    day = asked or default or claim.submitted_on or dt.datetime.now(dt.UTC).date()
    return Ask(claim, day, paths=paths)


def parse_claim(parsed: object, max_lines: int, default: dt.date | None = None) -> Ask:
    """One claim in any form. Raises ``Problem`` (422, 413) naming the fields that are wrong.

    They are named as the caller wrote them.
    """
    if not isinstance(parsed, dict):
        raise invalid((FieldError("", "must be a JSON object"),))
    beside = BESIDE in parsed
    body, dialect = _flat(parsed, beside=beside)
    kind = BesideRequest if beside else ClaimRequest
    try:
        form = kind.model_validate(body)
    except ValidationError as error:
        listed = error.errors(include_url=False, include_input=False)[:_MOST_ERRORS]
        found = field_errors(listed, FIELD_NAMES)
        raise invalid(retold(found, dialect, beside=beside)) from None
    paths = None if dialect is None else dialect.paths
    return ask(to_claim(form), form.as_of, default, max_lines, paths)


def _flat(sent: dict[str, Any], *, beside: bool) -> tuple[dict[str, Any], Translated | None]:
    """What was sent with its claim in our flat form, and how it was translated, if it was.

    Raises ``Problem`` (422) naming what could not be understood.
    """
    claim = sent[BESIDE] if beside else sent
    if not isinstance(claim, dict):
        return sent, None
    found = translated(claim, f"{BESIDE}." if beside else "")
    if found is None:
        return sent, None
    if found.faults:
        raise invalid(faults_of(found))
    return ({**sent, BESIDE: found.claim} if beside else found.claim), found
