"""Claims as JSON in the words of others: the clearinghouses' *Professional Claims*, FHIR ``Claim``.

A dialect is turned into our flat form, as plain dicts, together with whence each field came; the
flat form's own checks then judge it, and what they say is told in the caller's words. What the
model has no use for is passed over. ``docs/dialects.md`` maps field to field.
"""

from claims.dialects.detect import Dialect, Translated, dialect_of, translated
from claims.dialects.paths import Paths

__all__ = ["Dialect", "Paths", "Translated", "dialect_of", "translated"]
