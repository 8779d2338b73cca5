"""What OpenAPI says of keys, scopes, repeated requests and the refusals that any route may give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from service.access.scopes import MEANINGS
from service.idempotency.middleware import ROUTES as REPEATABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.access.scopes import Needs

_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, or a token got for one at /oauth/token.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "clientCredentials": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(MEANINGS)}},
    },
}
_REFUSALS: Final = {
    "401": "No key, or one that is not valid, expired or revoked.",
    "403": "The key has not the scope that this asks for.",
    "429": "The key asks more often than it may; Retry-After says when to come back.",
    "503": "The service cannot answer now; Retry-After says when to come back.",
}
_BODY_REFUSALS: Final = {
    "400": "The request cannot be read.",
    "408": "The body did not come in time.",
    "413": "The body is too large.",
}
_REPEAT_REFUSALS: Final = {
    "409": "A request with this Idempotency-Key is being answered; Retry-After says when to ask.",
    "422": "The request was understood, but is wrong, or its Idempotency-Key is another one's.",
}
_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A text of your own for this request: sent again with it, the same request has the same "
        "answer and is recorded once."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
}


def describe(document: dict[str, Any], routes: Mapping[tuple[str, str], Needs]) -> None:
    """Add to ``document`` who may, and what is answered to who may not."""
    document.setdefault("components", {})["securitySchemes"] = _SCHEMES
    for path, methods in document.get("paths", {}).items():
        for method, said in methods.items():
            needs = routes.get((method.upper(), path), frozenset())
            refusals: dict[str, str] = {}
            if needs is not None:
                scopes = sorted(needs)
                said["security"] = [
                    {"bearer": []},
                    {"apiKey": []},
                    *({"clientCredentials": [scope]} for scope in scopes),
                ]
                refusals |= _REFUSALS
            if method == "post":
                refusals |= _BODY_REFUSALS
            if method == "post" and path in REPEATABLE:
                refusals |= _REPEAT_REFUSALS
                said.setdefault("parameters", []).append(_HEADER)
            for status, text in refusals.items():
                said["responses"].setdefault(status, _problem(text))
            for status, answer in said["responses"].items():
                if status >= "400" and "application/json" in answer.get("content", {}):
                    # FastAPI's `model` of an answer says so; all of ours are problems.
                    content = answer["content"]
                    content["application/problem+json"] = content.pop("application/json")


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
