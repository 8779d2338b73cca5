"""A registered model, checked in all that can be checked before it answers for claims."""

from __future__ import annotations

from pathlib import Path

from models.aliases import RegistryError, Resolved
from models.denial import DenialModel


def checked(resolved: Resolved, folder: Path | None = None) -> DenialModel:
    """The model that ``resolved`` names, read from ``folder`` (default: its own bundle).

    Its files are those of its manifest, the manifest is the one that was registered, and it answers
    its golden rows as when it was made. Raises ``UserError`` with one sentence where not.
    """
    folder = folder or resolved.bundle
    if folder.is_symlink():
        raise RegistryError(f"The bundle {folder} is a link; it is not used.")
    model = DenialModel.load(folder)
    if model.digest != resolved.digest:
        raise RegistryError(
            f"The bundle {folder} is not the one that was registered as version "
            f"{resolved.version}: restore it, or train again."
        )
    model.golden.check(model)
    return model
