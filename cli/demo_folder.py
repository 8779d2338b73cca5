"""The demo's folder: begun anew each time, and never somebody else's."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from claims.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

MARK: Final = ".preclear-demo"
_ISA_DATE: Final = slice(70, 76)  # ISA09, YYMMDD: every element of an ISA has a fixed width


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the parts of a demo lie."""

    root: Path

    @property
    def world(self) -> Path:
        """What `preclear synth` wrote: 837, 835, truth."""
        return self.root / "world"

    @property
    def fresh(self) -> Path:
        """The newest 837 files, put aside: claims that nobody learned from."""
        return self.root / "new-claims"

    @property
    def later(self) -> Path:
        """The remittances of the days that were put aside: not known yet."""
        return self.root / "later"

    @property
    def log(self) -> Path:
        """What the service said."""
        return self.root / "service.log"

    @property
    def key(self) -> Path:
        """The API key that the service makes for this machine."""
        return self.root / "var" / "local-key"

    @property
    def explanation(self) -> Path:
        """The page that explains one score."""
        return self.root / "explanation.html"

    def environment(self) -> dict[str, str]:
        """Settings that keep every step inside this folder."""
        return {
            "PRECLEAR_HOME": str(self.root / "var"),
            "PRECLEAR_MLRUNS": str(self.root / "mlruns"),
        }


def begin(root: Path) -> Folder:
    """Make ``root`` an empty demo folder; an earlier demo there is removed.

    Raises ``UserError`` when something else lies there, or it cannot be written.
    """
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        raise UserError(f"{root} is not a folder: name another with --folder.")
    try:
        if root.is_dir() and any(root.iterdir()):
            if not (root / MARK).is_file():
                raise UserError(
                    f"{root} holds something that is not a demo: name another with --folder."
                )
            shutil.rmtree(root)
        root.mkdir(parents=True, exist_ok=True)
        (root / MARK).write_text("Made by `preclear demo`; may be removed.\n", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{root} cannot be written ({error.strerror}): name another with --folder."
        ) from None
    return Folder(root)


def put_aside(folder: Folder, share: float = 0.04) -> str:
    """Move the newest files of the world aside, so that nobody learns from them.

    ``share`` of the 837 files, at least one, becomes ``folder.fresh``; the 835 files of those days
    go to ``folder.later``. Gives back the first day (YYMMDD) that was put aside.
    """
    sent = sorted((_day(file), file) for file in (folder.world / "837").iterdir())
    first = sent[-max(1, round(len(sent) * share))][0]
    folder.fresh.mkdir()
    folder.later.mkdir()
    for day, file in sent:
        if day >= first:
            file.rename(folder.fresh / file.name)
    for file in list((folder.world / "835").iterdir()):
        if _day(file) >= first:
            file.rename(folder.later / file.name)
    return first


def _day(file: Path) -> str:
    with file.open("rb") as source:
        return source.read(106)[_ISA_DATE].decode("latin-1")
