"""Private copies of models: ``PRECLEAR_HOME/models/<digest>/``, for the service's user alone.

A registry may lie on a shared disk, where files change, vanish or are put there by others. So what
serves is a copy, made and verified byte by byte (``models.bundle``), found again by its digest when
the next worker starts, and read from nowhere else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from models import bundle
from models.aliases import RegistryError, Resolved
from models.bundle import BundleError
from models.checked import checked

if TYPE_CHECKING:
    from models.denial import DenialModel
    from models.score import ModelRef

FOLDER: Final = "models"
SERVED: Final = "served.json"
_DIGEST: Final = re.compile("sha256:([0-9a-f]{64})")
_KEPT: Final = 4
_YOUNG: Final = 600.0  # seconds in which another worker may still be loading what it copied


class PrivateModels:
    """The copies in ``home``. Several processes may use them at once."""

    def __init__(self, home: Path) -> None:
        self.root: Final = home / FOLDER

    def load(self, resolved: Resolved) -> DenialModel:
        """The model that ``resolved`` names, checked, from a copy that is made if there is none.

        Raises ``UserError`` with one sentence; nothing is left behind then.
        """
        found = _DIGEST.fullmatch(resolved.digest)
        if found is None:
            raise RegistryError(
                f"Version {resolved.version} was registered without a digest: train it again."
            )
        folder = self.root / found[1]
        try:
            self._ready()
            if os.path.lexists(folder):
                with suppress(BundleError, RegistryError):
                    return _loaded(resolved, folder)
                _remove(folder)  # a copy that was damaged
            self._copy(resolved, folder)
            return _loaded(resolved, folder)
        except OSError as error:
            raise UserError(
                f"The model cannot be copied to {folder} ({error.strerror}): make room there, or "
                "make it writable."
            ) from None

    def served(self, reference: ModelRef) -> None:
        """Remember that this model served. Raises ``OSError``."""
        content = json.dumps({"version": reference.version, "digest": reference.digest})
        handle, name = tempfile.mkstemp(prefix=".", dir=self.root)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(name).replace(self.root / SERVED)

    def last(self) -> tuple[Resolved, DenialModel] | None:
        """The model that served last, from its copy; ``None`` where it is not to be had."""
        try:
            said = json.loads((self.root / SERVED).read_bytes())
            version, digest = str(said["version"]), str(said["digest"])
            found = _DIGEST.fullmatch(digest)
            if found is None:
                return None
            resolved = Resolved(version, self.root / found[1], digest)
            return resolved, _loaded(resolved, resolved.bundle)
        except (OSError, ValueError, KeyError, TypeError, UserError):
            return None

    def tidy(self) -> None:
        """Remove copies but the few that were used last, and what a dead process left half done."""
        with suppress(OSError):
            found = [(path.lstat().st_mtime, path) for path in self.root.iterdir()]
            found.sort(reverse=True)
            copies = [pair for pair in found if _DIGEST.fullmatch(f"sha256:{pair[1].name}")]
            staged = [pair for pair in found if pair[1].name.startswith(".")]
            for changed, path in (*copies[_KEPT:], *staged):
                if time.time() - changed > _YOUNG:
                    _remove(path)

    def _ready(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.root.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise UserError(
                f"{self.root} is no folder of the user that serves: move it away; it is made anew."
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            self.root.chmod(0o700)

    def _copy(self, resolved: Resolved, folder: Path) -> None:
        staged = Path(tempfile.mkdtemp(prefix=".", dir=self.root))
        try:
            bundle.copy(resolved.bundle, staged, resolved.digest)
            staged.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another worker was quicker
                raise
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _loaded(resolved: Resolved, folder: Path) -> DenialModel:
    model = checked(resolved, folder)
    with suppress(OSError):
        os.utime(folder)  # tidy goes by when it was used last
    return model


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
