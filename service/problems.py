"""What is answered when something is wrong: RFC 9457 problem+json, with no piece of the claim.

A problem says what, where (the path of a field, in our own field names) and how to mend it. What
the client sent is never repeated: no value, no unknown field name, no path of the request.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.scoring.wording import field_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger("preclear.service")

_DETAILS: Final[dict[int, str]] = {
    400: "The request cannot be read.",
    404: "There is nothing at this address; see /openapi.json for what there is.",
    405: "This address does not take this method; the Allow header names those it takes.",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its path (``lines[0].charge``, ``""`` the whole) and what it is."""

    field: str
    text: str


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer other than 200. ``detail`` is one sentence; ``kind`` ends the ``type`` URN."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        instance: str = "",
    ) -> None:
        """``headers`` go out with the answer; ``instance`` names this one failure in the log."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.instance = instance

    def document(self) -> dict[str, object]:
        """The problem as RFC 9457 has it, with our ``errors``."""
        body: dict[str, object] = {
            "type": f"urn:preclear:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "text": e.text} for e in self.errors]
        if self.instance:
            body["instance"] = self.instance
        return body

    def response(self) -> JSONResponse:
        """The problem as an HTTP answer."""
        return JSONResponse(
            self.document(), self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def invalid(errors: tuple[FieldError, ...], what: str = "claim") -> Problem:
    """422: the ``what`` was understood, but these fields are wrong."""
    first = errors[0]
    where = f"{first.field} {first.text}" if first.field else f"The {what} {first.text}"
    more = f" ({len(errors) - 1} more in errors)" if len(errors) > 1 else ""
    return Problem(422, f"invalid-{what}", f"{where}{more}.", errors)


def unavailable(detail: str, kind: str = "unavailable", seconds: int = 1) -> Problem:
    """503 with ``Retry-After``: the same request may succeed later."""
    return Problem(503, kind, detail, headers={"Retry-After": str(seconds)})


def internal(error: Exception) -> Problem:
    """500: logs the type of ``error`` and its line of code alone, under an id that is answered."""
    instance = f"urn:uuid:{uuid.uuid4()}"
    _log.error("failed: %s at %s, problem %s", *_what_and_where(error), instance)
    text = "The service failed on this request; `instance` names the failure in its log."
    return Problem(500, "internal", text, instance=instance)


async def _answer_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type alone
    return error.response()


async def _answer_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    status = error.status_code
    detail = _DETAILS.get(status, f"{HTTPStatus(status).phrase}.")
    kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    allow = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return Problem(status, kind, detail, headers=allow).response()


async def _answer_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    found = tuple(FieldError(*pair) for pair in field_errors(error.errors(), known_at=1))
    return invalid(found, "request").response()


def _what_and_where(error: Exception) -> tuple[str, str]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__, "unknown"
    code = trace.tb_frame.f_code
    return type(error).__name__, f"{Path(code.co_filename).name}:{trace.tb_lineno}"


def install(app: FastAPI) -> None:
    """Replace FastAPI's and Starlette's error answers, and catch what nobody caught."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_middleware(LastResort)


class LastResort:
    """Answers 500 for any exception that nobody caught.

    A message or a traceback may quote a claim, and Starlette's own handler lets the server log
    both; so the exception ends here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer with a problem and an id if that raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as error:
            problem = internal(error)
            if started:
                # The status is out: without an end of the body the server cuts the connection,
                # and the client sees that the answer is not whole.
                return
            await problem.response()(scope, receive, send)
