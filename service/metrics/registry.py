"""The metrics of this process, and how to add one.

With several workers each writes its values to files of its own, which any of them adds up when it
is asked (``workers.py``). So a gauge must say how it is put together: give it
``multiprocess_mode="livesum"`` (or another ``live...``), so that a dead worker's is left out.
Labels hold words of the program's own alone (a route's template, a decision, a version): nothing
that came with a request, no key, no caller, nothing of a claim.
What all workers share, such as a figure that is read from the database, is no metric of a process:
hand a function to ``Scrape.register`` instead.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry

from service.metrics.workers import join

WORKERS: Final = join()
"""This process's part in a run of several workers: joined here, before any metric is made."""
REGISTRY: Final = CollectorRegistry()
"""Every metric of a worker is made with ``registry=REGISTRY``; docs/operations.md lists them."""
