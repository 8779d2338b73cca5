"""What is known of a rule: its code, how grave it is, what it says, how a person mends it, whence.

Each rule family declares its rules as ``Known`` values and yields them ``at`` a field; so the page
``docs/edits.md`` and the tests see every code that can ever be found.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.score import Edit, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One rule. ``severity`` is what is usual; ``also`` the other one where both are met.

    An ``error`` is what a payer or its door truly stops or denies; all else is a ``warning``.
    Neither ``text`` nor ``mend`` ever holds a value of a claim.
    """

    code: str
    severity: Severity
    text: str
    mend: str
    source: str
    also: Severity | None = None

    def at(self, field: str, *, text: str = "", severity: Severity | None = None) -> Edit:
        """The rule broken at ``field``; ``text`` and ``severity`` where the case has its own."""
        return Edit(
            code=self.code,
            severity=severity or self.severity,
            field=field,
            text=text or self.text,
            mend=self.mend,
        )
