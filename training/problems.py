"""Why training stops: one sentence that says what is wrong and how to mend it."""

from __future__ import annotations

from claims.errors import UserError


class TrainingError(UserError):
    """The data does not allow a model to be learned or judged; the message is for the user."""
