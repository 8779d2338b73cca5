"""``GET /docs``: the OpenAPI document as a page for people, without a script.

Swagger UI would have to come from a public network, or be shipped and kept patched with everything
that its scripts bring. A page that only has to be read needs neither, and lets the
Content-Security-Policy forbid all scripts.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined

from service.access.scopes import ROUTES, Needs

router = APIRouter()
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:.8rem;overflow:auto;font-size:.85rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"
_PAGE: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>{{ style|safe }}</style></head><body>
<h1>{{ title }} {{ version }}</h1><p>{{ about }}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>
{% for one in operations %}
<h2 id="{{ one.id }}">{{ one.method }} {{ one.path }}</h2>
<p>{{ one.about }}</p><p>{{ one.needs }}</p>
{% if one.parameters %}<table><tr><th>in the query</th><th>meaning</th></tr>
{% for name, meaning in one.parameters %}<tr><td>{{ name }}</td><td>{{ meaning }}</td></tr>
{% endfor %}</table>{% endif %}
{% for media, said, text in one.examples %}<h3>{{ said }} ({{ media }})</h3><pre>{{ text }}</pre>
{% endfor %}
<table><tr><th>status</th><th>meaning</th></tr>
{% for status, meaning in one.answers %}<tr><td>{{ status }}</td><td>{{ meaning }}</td></tr>
{% endfor %}</table>
{% endfor %}
</body></html>
""")


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Every operation: who may, what is sent, what comes back."""
    document: dict[str, Any] = request.app.openapi()
    page = _PAGE.render(
        style=_STYLE,
        title=document["info"]["title"],
        version=document["info"]["version"],
        about=document["info"].get("description", ""),
        operations=[
            _operation(path, method, said)
            for path, methods in document["paths"].items()
            for method, said in methods.items()
        ],
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def _operation(path: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    bodies = said.get("requestBody", {}).get("content", {})
    examples = [
        (media, one.get("summary", name), _text(one["value"]))
        for media, body in bodies.items()
        for name, one in body.get("examples", {}).items()
    ]
    return {
        "id": said["operationId"],
        "method": method.upper(),
        "path": path,
        "about": said.get("description", said.get("summary", "")),
        "needs": _needs(ROUTES.get((method.upper(), path), frozenset())),
        "parameters": [
            (one["name"], one.get("description", "")) for one in said.get("parameters", [])
        ],
        "examples": examples,
        "answers": [(status, one["description"]) for status, one in said["responses"].items()],
    }


def _needs(needs: Needs) -> str:
    if needs is None:
        return "Needs no key."
    return f"Needs a key with the scope {' or '.join(sorted(needs))}."


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=1)
