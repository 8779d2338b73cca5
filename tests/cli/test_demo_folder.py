from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from claims.errors import UserError
from cli import demo_folder

if TYPE_CHECKING:
    from pathlib import Path


def _isa(day: str) -> bytes:
    element = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *{}*1200*^*00501"
    )
    return element.format(day).encode() + b"*000000001*0*P*:~"


def _world(root: Path, days: dict[str, str]) -> demo_folder.Folder:
    folder = demo_folder.begin(root)
    for kind in ("837", "835"):
        (folder.world / kind).mkdir(parents=True)
        for name, day in days.items():
            (folder.world / kind / f"{name}.{kind}").write_bytes(_isa(day))
    return folder


def test_an_earlier_demo_is_begun_anew(tmp_path: Path) -> None:
    root = tmp_path / "a" / "demo"
    folder = demo_folder.begin(root)
    (folder.root / "old").write_text("old")
    demo_folder.begin(root)
    assert [file.name for file in root.iterdir()] == [demo_folder.MARK]


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="--folder"):
        demo_folder.begin(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    demo_folder.begin(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(UserError):
        demo_folder.begin(tmp_path / "link")


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(UserError, match="not a folder"):
        demo_folder.begin(tmp_path / "demo")


def test_the_newest_days_are_put_aside_on_both_sides(tmp_path: Path) -> None:
    days = {"c": "251231", "a": "260105", "b": "260106", "d": "260101"}
    folder = _world(tmp_path / "demo", days)
    assert demo_folder.put_aside(folder, 0.5) == "260105"
    assert {file.name for file in folder.fresh.iterdir()} == {"a.837", "b.837"}
    assert {file.name for file in folder.later.iterdir()} == {"a.835", "b.835"}
    assert {file.stem for file in (folder.world / "837").iterdir()} == {"c", "d"}


def test_state_stays_inside_the_folder(tmp_path: Path) -> None:
    folder = demo_folder.begin(tmp_path / "demo")
    assert all(str(folder.root) in value for value in folder.environment().values())
    assert set(folder.environment()) == {"PRECLEAR_HOME", "PRECLEAR_MLRUNS"}
