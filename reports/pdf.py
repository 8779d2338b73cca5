"""A page as a PDF, by WeasyPrint: no browser, and nothing is fetched from anywhere."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from claims.errors import UserError

if TYPE_CHECKING:
    from weasyprint import Document


MOST_PAGES: Final = 2
"""A page that takes more is set once more in the smallest print that still reads well."""
_TIGHT: Final = (
    "@page { margin: 8mm 9mm 10mm !important }"
    "html, body { font-size: 6.6pt !important; line-height: 1.2 !important }"
    "h2 { font-size: 7.8pt !important } h3 { font-size: 6.8pt !important }"
    ".small, caption, thead th, .told, .figures dt, .record, .bars li, .meter"
    " { font-size: 6.2pt !important }"
    ".record .exact, code { font-size: 5.9pt !important }"
    ".figures dd { font-size: 8.5pt !important } p { margin-bottom: 1.5pt !important }"
    "section { margin-top: 2.5pt !important; padding-top: 2pt !important }"
    "li { margin-bottom: 0.5pt !important } td, th { padding-top: 0.5pt !important;"
    " padding-bottom: 0.5pt !important }"
)


class FetchError(ValueError):
    """A page asked for something outside itself."""


def pdf(page: str, *, short: bool = True) -> bytes:
    """``page`` (HTML) as PDF bytes; a ``short`` one is kept to ``MOST_PAGES`` by smaller print.

    Raises ``UserError`` where this machine lacks Pango.
    """
    made: bytes = laid_out(page, short=short).write_pdf()
    return made


def laid_out(page: str, *, short: bool = True) -> Document:
    """The pages of ``page`` as they would be printed; ``.pages`` counts them."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:  # its libraries are the system's, found when it is imported
        raise UserError(
            "PDFs need the system's library Pango, which is not here: install it (Debian: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0), or write HTML."
        ) from error
    # It warns of each property that only a screen knows, and tells fonts apart, step by step.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    fetcher = _refusing()
    whole = HTML(string=page, base_url=None, url_fetcher=fetcher)
    found = whole.render()
    if not short or len(found.pages) <= MOST_PAGES:
        return found
    return whole.render(stylesheets=[CSS(string=_TIGHT, url_fetcher=fetcher)])


@cache
def _refusing() -> Any:
    """What WeasyPrint asks for whatever a page names: it fetches nothing."""
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        def fetch(self, url: str, headers: object = None) -> Any:
            raise FetchError("a page is whole in itself: nothing is fetched")

    return Refusing(allowed_protocols=())
