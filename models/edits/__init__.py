"""Rules that a claim must keep before any payer looks at it, apart from the model.

A broken rule foresees a *rejection* (stopped at the door), or says that the practice's own facts,
or what its payer is known to ask for, contradict the claim. One family of rules a file; what a
payer asks for and what CMS publishes is data (``rulebook``). Texts hold no value of the claim.
``docs/edits.md`` lists every code.
"""

from models.edits.find import FAMILIES, HOLDING, find_edits
from models.edits.providers import npi_valid
from models.edits.rulebook import Rulebook, load_rules, starter_rules

__all__ = [
    "FAMILIES", "HOLDING", "Rulebook", "find_edits", "load_rules", "npi_valid", "starter_rules",
]  # fmt: skip
