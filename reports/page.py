"""What all pages for people share: the look (one style sheet), and how templates are filled in.

A page is one file: no script, nothing from a network, readable in print, in the dark and by a
screen reader. Its policy names the style sheet by digest and forbids all else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from models.wording import percent

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES: Final = Path(__file__).parent / "templates"
STYLE: Final = (TEMPLATES / "_style.css").read_text(encoding="utf-8")
"""The style sheet; its custom properties (``--text``, ``--accent``) hold for light and dark."""
STYLE_SOURCE: Final = (
    f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""The style sheet as a Content-Security-Policy names it."""
POLICY: Final = f"default-src 'none'; style-src {STYLE_SOURCE}"
"""The policy of a page, in the page itself; over HTTP ``frame-ancestors 'none'`` goes with it."""


@cache
def environment() -> Environment:
    """The templates of ``reports/templates``; a name that is not given is an error.

    Those that extend ``_base.html.j2`` need ``title``. Filters: ``percent``, ``plain`` (a name as
    words), ``signed``, ``dollars``.
    """
    found = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters.update({"percent": percent, "plain": plain, "signed": signed, "dollars": dollars})
    # The sheet is ours, and holds no value: it must not be escaped.
    found.globals.update({"policy": Markup(POLICY), "style": Markup(STYLE)})  # noqa: S704
    return found


def template(name: str) -> Template:
    """One of the templates."""
    return environment().get_template(name)


def plain(word: str) -> str:
    """A name of the answer as words.

    >>> plain("obtain_authorization")
    'Obtain authorization'
    """
    said = word.replace("_", " ")
    return said[:1].upper() + said[1:]


def dollars(amount: str) -> str:
    """Dollars of the answer, the minus sign before the dollar sign.

    >>> dollars("-3.93"), dollars("412.00")
    ('−$3.93', '$412.00')
    """
    return f"\N{MINUS SIGN}${amount[1:]}" if amount.startswith("-") else f"${amount}"


def signed(amount: float) -> str:
    """A push in log-odds, with its sign.

    >>> signed(0.714), signed(-2)
    ('+0.71', '−2.00')
    """
    return f"{amount:+.2f}".replace("-", "\N{MINUS SIGN}")
