"""PDFs, one at a time: a page takes a core for a moment, and scores must not wait for it."""

from __future__ import annotations

import asyncio
from typing import Final

from reports.pdf import pdf
from service.problems import unavailable

AT_ONCE: Final = 1
WAITING: Final = 8


class Printer:
    """Makes PDFs of pages for one process: ``AT_ONCE`` in threads, at most ``WAITING`` waiting."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._asked = 0

    async def pdf(self, page: str) -> bytes:
        """``page`` as a PDF. Raises ``Problem`` (503) while too many wait."""
        if self._asked >= AT_ONCE + WAITING:
            raise unavailable("Many PDFs are being made; ask again, or ask for HTML.", "busy", 2)
        self._asked += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(pdf, page)
        finally:
            self._asked -= 1
