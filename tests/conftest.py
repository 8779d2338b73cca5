"""Settings of all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

# Two shared cores: how long an example takes says nothing about the code.
settings.register_profile("preclear", deadline=None)
settings.load_profile("preclear")


def pytest_configure() -> None:
    """Hear interrupts, and let child processes hear them.

    A shell that starts us in the background makes us, and all that we start, deaf to SIGINT.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
