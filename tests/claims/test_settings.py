from __future__ import annotations

from pathlib import Path

import pytest

from claims.errors import UserError
from claims.settings import PREFIX, Settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_defaults_stay_in_the_folder() -> None:
    settings = Settings.read()
    assert (settings.home, settings.mlruns) == (Path("var"), Path("mlruns"))
    assert settings.host == "127.0.0.1"
    assert settings.threshold is None


def test_the_environment_sets_and_an_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", "/elsewhere")
    monkeypatch.setenv("PRECLEAR_PORT", "9000")
    monkeypatch.setenv("PRECLEAR_API_DOCS", "0")
    settings = Settings.read(port=7000, host=None)
    assert (settings.home, settings.port, settings.host) == (Path("/elsewhere"), 7000, "127.0.0.1")
    assert settings.api_docs is False


def test_a_file_named_env_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PRECLEAR_PORT=9000\n")
    monkeypatch.chdir(tmp_path)
    assert Settings.read().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("THRESHOLD", "1.5"), ("LOG_LEVEL", "loud")],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(UserError, match=f"the setting PRECLEAR_{name} cannot be used"):
        Settings.read()
