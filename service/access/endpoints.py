"""``POST /oauth/token``: an API key against a token of minutes (RFC 6749, client credentials)."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final, cast
from urllib.parse import parse_qs, unquote_plus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from service.access.access import Access
from service.access.scopes import SCOPES
from service.body import read_body
from service.problem_document import ProblemDocument
from service.problems import MEDIA_TYPE, Problem

router = APIRouter(tags=["access"])
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_BYTES: Final = 8_192


class Token(BaseModel):
    """A token to be sent as ``Authorization: Bearer``."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: int = Field(description="Seconds.")
    scope: str = Field(description="Scopes, blank between them.")


class OAuthProblem(ProblemDocument):
    """A problem, with what RFC 6749 (5.2) has in its place."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


def _described(text: str) -> dict[str, Any]:
    return {"model": OAuthProblem, "description": text}


@router.post(
    "/oauth/token",
    operation_id="oauth_token",
    response_model=Token,
    responses={
        400: _described("The request is not one for client credentials."),
        401: _described("The client is not known, or its key is over."),
        503: {"model": ProblemDocument, "description": "The keys cannot be read now."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type"],
                        "properties": {
                            "grant_type": {"type": "string", "const": "client_credentials"},
                            "client_id": {"type": "string", "description": "The key's id."},
                            "client_secret": {"type": "string", "description": "The key."},
                            "scope": {"type": "string", "description": "Fewer than the key has."},
                        },
                    }
                }
            },
        }
    },
)
async def token(request: Request) -> JSONResponse:
    """Give a token for an API key: its id is the client's, the whole key its secret.

    The two stand in the form or in ``Authorization: Basic``. The token has the key's scopes, or
    those of them that ``scope`` names.
    """
    access = cast("Access", request.app.state.access)
    form = _form(request, await read_body(request, _MOST_BYTES))
    if form.get("grant_type") != "client_credentials":
        return _refuse(400, "unsupported_grant_type", "grant_type must be client_credentials.")
    client, secret = _client(request, form)
    try:
        key = access.key(secret)
    except Problem as problem:
        if problem.status != 401:
            raise
        key = None
    if key is None or key.key_id != client:
        return _refuse(401, "invalid_client", "The client's id or its key is not valid.")
    asked = frozenset(form.get("scope", "").split())
    if not asked <= frozenset[str](SCOPES) or not asked <= key.scopes:
        return _refuse(
            400, "invalid_scope", "The key has not all of the scopes that are asked for."
        )
    text, granted = access.grant(key, secret, asked)
    told = Token(
        access_token=text,
        expires_in=access.tokens.seconds,
        scope=" ".join(sorted(granted.scopes)),
    )
    return JSONResponse(told.model_dump())


def _form(request: Request, body: bytes) -> dict[str, str]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _FORM:
        return {}
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(said, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refuse(status: int, error: str, text: str) -> JSONResponse:
    kind = error.replace("_", "-")
    headers = {"WWW-Authenticate": 'Basic realm="preclear"'} if status == 401 else {}
    document = Problem(status, kind, text).document()
    told = {**document, "error": error, "error_description": text}
    return JSONResponse(told, status, headers=headers, media_type=MEDIA_TYPE)
