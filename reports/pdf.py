"""A page as a PDF, by WeasyPrint: no browser, and nothing is fetched from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claims.errors import UserError

if TYPE_CHECKING:
    from weasyprint import Document


class FetchError(ValueError):
    """A page asked for something outside itself."""


def pdf(page: str) -> bytes:
    """``page`` (HTML) as PDF bytes. Raises ``UserError`` where this machine lacks Pango."""
    made: bytes = laid_out(page).write_pdf()
    return made


def laid_out(page: str) -> Document:
    """The pages of ``page`` as they would be printed; ``.pages`` counts them."""
    try:
        from weasyprint import HTML
    except OSError as error:  # its libraries are the system's, found when it is imported
        raise UserError(
            "PDFs need the system's library Pango, which is not here: install it (Debian: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0), or write HTML."
        ) from error
    return HTML(string=page, base_url=None, url_fetcher=_refuse).render()


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise FetchError("a page is whole in itself: nothing is fetched")
