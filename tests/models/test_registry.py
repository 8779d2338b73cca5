from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from models import aliases
from models.aliases import RegistryError, resolve
from models.card import FILE, FORM, CardError, text
from models.registry import Registry

pytestmark = pytest.mark.xdist_group("mlflow")


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Making MLflow's tables takes seconds: make them once, and copy."""
    folder = tmp_path_factory.mktemp("store") / "mlruns"
    _ = Registry(folder).experiment_id
    return folder


@pytest.fixture
def registry(empty_store: Path, tmp_path: Path) -> Registry:
    shutil.copytree(empty_store, tmp_path / "mlruns")
    return Registry(tmp_path / "mlruns")


def _train(registry: Registry, auroc: float = 0.8) -> str:
    run = registry.client.create_run(registry.experiment_id)
    registry.client.log_metric(run.info.run_id, "test.auroc", auroc)
    registry.client.log_metric(run.info.run_id, "seconds", 1.0)
    bundle = registry.mlruns / "artifacts" / run.info.run_id / "artifacts" / "bundle"
    bundle.mkdir(parents=True)
    (bundle / "manifest.json").write_text("{}")
    card = {"form": FORM, "model": {"digest": f"sha256:{auroc}"}}
    (bundle.parent / FILE).write_text(text(card))
    return registry.register(bundle, run.info.run_id, None, bundle, f"sha256:{auroc}")


def test_paths_of_a_moved_folder_are_set_right(registry: Registry, empty_store: Path) -> None:
    experiment = registry.client.get_experiment(registry.experiment_id)
    assert experiment.artifact_location == str(registry.mlruns / "artifacts")
    assert registry.mlruns != empty_store


def test_a_new_model_is_the_challenger_and_a_promoted_one_the_champion(registry: Registry) -> None:
    first = _train(registry)
    assert registry.show(first).aliases == ("challenger",)
    assert registry.promote(first, "better than nothing").aliases == ("champion",)
    assert "promoted: better than nothing" in registry.show("champion").promotion
    second = _train(registry)
    assert registry.show("challenger").version == second
    assert registry.show("champion").version == first


def test_a_challenger_is_whoever_was_asked_for_but_never_the_champion(registry: Registry) -> None:
    first, second, third = (_train(registry) for _ in range(3))
    registry.promote(second, "test")
    assert registry.challenge(first).aliases == ("challenger",)
    assert registry.show(third).aliases == ()
    with pytest.raises(RegistryError, match="Version 2 is the champion"):
        registry.challenge("champion")
    # Who becomes the champion is no challenger any more.
    assert registry.promote("challenger", "won").aliases == ("champion",)


def test_rollback_goes_back_one_champion_at_a_time(registry: Registry) -> None:
    versions = [_train(registry) for _ in range(3)]
    for version in versions:
        registry.promote(version, "test")
    assert registry.rollback().version == versions[1]
    assert "rolled back to version 2" in registry.show(versions[2]).promotion
    assert registry.rollback().version == versions[0]
    with pytest.raises(RegistryError, match="No champion came before version 1"):
        registry.rollback()
    registry.promote(versions[2], "again")
    assert registry.rollback().version == versions[0]


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    version = _train(registry)
    registry.promote(version, "once")
    registry.promote(version, "twice")
    assert registry.champions() == [version]
    assert "once" in registry.show(version).promotion


def test_without_its_card_no_model_becomes_the_champion(registry: Registry) -> None:
    first, second = _train(registry), _train(registry)
    card = registry.resolve(second).bundle.parent / FILE
    content = card.read_text()
    card.unlink()
    with pytest.raises(CardError, match="Version 2 has no model card, without which"):
        registry.promote(second, "test")
    card.write_text(content.replace("sha256:", "sha256:other"))
    with pytest.raises(CardError, match="not the one that version 2 was registered with"):
        registry.promote(second, "test")
    assert registry.champions() == []
    registry.promote(first, "test")
    card.write_text(content)
    assert registry.promote(second, "test").aliases == ("champion",)
    (registry.resolve(first).bundle.parent / FILE).unlink()
    with pytest.raises(CardError, match="Version 1 has no model card"):
        registry.rollback()
    assert registry.show("champion").version == second


def test_a_refusal_is_kept_with_its_reason(registry: Registry) -> None:
    version = _train(registry)
    registry.refuse(version, "no better than chance")
    assert "refused: no better than chance" in registry.show(version).promotion
    with pytest.raises(RegistryError, match="no alias champion"):
        registry.resolve()


def test_list_is_newest_first_with_aliases_and_compare_shows_test_figures(
    registry: Registry,
) -> None:
    first, second = _train(registry, 0.8), _train(registry, 0.9)
    registry.promote(first, "test")
    entries = registry.entries()
    assert [entry.version for entry in entries] == [second, first]
    assert [entry.aliases for entry in entries] == [("challenger",), ("champion",)]
    (row,) = registry.compare("champion", "challenger")
    assert (row.metric, row.first, row.second) == ("test.auroc", 0.8, 0.9)


def test_reading_the_database_agrees_with_the_client(registry: Registry) -> None:
    for _ in range(2):
        _train(registry)
    registry.promote("1", "test")
    for alias in ("champion", "challenger"):
        theirs = registry.client.get_model_version_by_alias("denial", alias)
        ours = resolve(registry.mlruns, alias)
        assert ours.version == str(theirs.version)
        assert ours.digest == theirs.tags[aliases.DIGEST_TAG]
        assert str(ours.bundle) == theirs.source
        assert resolve(registry.mlruns, ours.version) == ours


def test_a_moved_folder_still_resolves(registry: Registry, tmp_path: Path) -> None:
    _train(registry)
    moved = tmp_path / "else where #1?"
    registry.mlruns.rename(moved)
    found = resolve(moved, "challenger")
    assert found.bundle.is_relative_to(moved)
    assert (found.bundle / "manifest.json").is_file()
    again = Registry(moved)
    assert _train(again) == "2"
    run = again.client.get_run(again.show("1").run_id)
    assert run.info.artifact_uri.startswith(str(moved))


def test_what_is_missing_is_said_in_one_sentence(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="There is no model registry in"):
        resolve(tmp_path / "nowhere")
    with pytest.raises(RegistryError, match="There is no model registry in"):
        Registry(tmp_path / "nowhere").show("1")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(RegistryError, match="no alias champion"):
        resolve(registry.mlruns)
    with pytest.raises(RegistryError, match="no version 7"):
        resolve(registry.mlruns, "7")
    _train(registry)
    found = resolve(registry.mlruns, "1")
    shutil.rmtree(found.bundle)
    with pytest.raises(RegistryError, match="bundle of version 1 is missing"):
        resolve(registry.mlruns, "1")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "mlflow.db").write_text("not a database at all, " * 100)
    with pytest.raises(RegistryError, match="cannot be read"):
        resolve(tmp_path / "broken")
    with pytest.raises(RegistryError, match="cannot be used"):
        Registry(tmp_path / "broken").entries()


@pytest.mark.parametrize("path", ["/etc", "../outside", "artifacts/../../outside", ""])
def test_a_path_that_leads_outside_is_refused(registry: Registry, path: str) -> None:
    version = _train(registry)
    with sqlite3.connect(registry.mlruns / "mlflow.db") as connection:
        connection.execute(
            "UPDATE model_version_tags SET value = ? WHERE key = ?", (path, aliases.BUNDLE_TAG)
        )
    connection.close()
    with pytest.raises(RegistryError, match="not registered by preclear"):
        resolve(registry.mlruns, version)


def test_aliases_import_no_mlflow() -> None:
    code = "import sys, models.aliases; sys.exit(any(m.startswith('mlflow') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
