"""The list of features as a page: ``docs/features.md`` is made from the catalogue.

Run ``python -m features.document`` to write it anew; a test holds page and catalogue together.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from features.catalog import FEATURES
from features.kinds import PRIOR_RATE, PRIOR_STRENGTH, RECENT_DAYS, STRENGTH

PAGE: Final = Path("docs/features.md")

_HEAD: Final = f"""# Features

What the model may know of a claim as of the day it is judged. This page is made from
`features/catalog.py` (`python -m features.document`).

- **As of**: only what happened on *earlier* days counts: remittances by the day they became known,
  claims by the day they were sent. The day of judging itself is left out.
- **Rates** are smoothed: `(denied + {STRENGTH:g} x broader rate) / (seen + {STRENGTH:g})`: each
  key leans on the next broader one, the broadest on {PRIOR_RATE:g} as if {PRIOR_STRENGTH:g} claims
  had said so. `recent` is the rate of the last {RECENT_DAYS} days, leaning on that over all time.
- **Expected**: the finest rates for late filing, ended coverage, the same claim sent again and an
  authorization that does not fit lean on what public rules let one expect (`features/expected.py`)
  where that is above the broader rate, until the payer's own answers outweigh it.
- **Shares** say how usual a detail is over all payers:
  `(seen + 1/2) / (seen of the broader key + 1)`.
- **Service lines**: of each kind of key over lines, the claim takes the line with the highest
  rate, with that line's own count, and the lowest share.
- Never used: paid and allowed amounts, names, addresses, birth dates, free text, anything that the
  payer says of this claim.

| feature | factor | meaning |
|---|---|---|
"""


def page() -> str:
    """Render the page as Markdown."""
    rows = [f"| `{f.name}` | {f.factor} | {f.meaning} |" for f in FEATURES]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page())
