"""The one exception that a person is meant to read."""

from __future__ import annotations


class UserError(Exception):
    """What is wrong, where, and how to mend it, in one sentence; the command line prints it as is.

    The sentence may name a file, a segment number and a claim id, and nothing else of a claim.
    """
