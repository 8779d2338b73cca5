"""Why training stops: one sentence that says what is wrong and how to mend it."""

from __future__ import annotations


class CannotTrain(Exception):  # noqa: N818 - it is a refusal, told to the user as it stands
    """The data does not allow a model to be learned or judged; the message is for the user."""
