"""What must be there before the first claim is scored: model, history, keys, audit log."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from claims.carc import load_catalogue
from claims.errors import UserError
from claims.keys import load_keys
from features.history import History, HistoryError
from models.aliases import CHAMPION, MODEL, resolve
from models.checked import checked
from models.costs import Costs
from models.denial import FEATURE_NAMES, DenialModel
from models.edits import load_rules
from models.record import names_digest
from models.score import ModelRef
from service.audit.digest import code_digest
from service.audit.repository import AuditRepository
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter
from service.deps import State
from service.scoring.service import About, ScoringService
from service.scoring.streams.places import Places
from service.serving.histories import RunningHistory
from service.serving.holder import Holder
from service.serving.opening import Opening
from service.serving.serving import Ground
from service.serving.shadow import Shadow
from service.serving.watch import Watch

if TYPE_CHECKING:
    from claims.settings import Settings

_log = logging.getLogger("preclear.service")


class StartError(UserError):
    """The service cannot start; one sentence that says how to mend it."""


def code_version() -> str:
    """The program's version, as each record states it."""
    try:
        return f"preclear {version('preclear')}"
    except PackageNotFoundError:
        return "preclear (not installed)"


def open_history(settings: Settings) -> History:
    """The running history of the installation. Raises ``StartError``."""
    try:
        return RunningHistory(settings.home).open()
    except HistoryError as error:
        raise StartError(str(error)) from None


def open_model(settings: Settings, wanted: str = CHAMPION) -> tuple[DenialModel, ModelRef]:
    """The model that the registry names, checked, with the threshold of the settings if any.

    Raises ``UserError``: no registry, no such model, a bundle that is not what was registered.
    """
    resolved = resolve(settings.mlruns, wanted)
    model = checked(resolved)
    if settings.threshold is not None:
        model = replace(model, threshold=settings.threshold)
    return model, ModelRef(name=MODEL, version=resolved.version, digest=model.digest)


def start(settings: Settings) -> tuple[State, AuditWriter]:
    """All that a serving process holds. Raises ``UserError`` with one sentence."""
    keys = load_keys(settings.home)
    opening = Opening(settings)
    model, reference = opening.first()
    history = open_history(settings)
    repository = AuditRepository.of(settings)
    rules = load_rules(settings)
    ground = Ground(keys, rules, Costs.of(settings))
    about = About(names_digest(FEATURE_NAMES), code_version())
    code_digest()  # reads the program's files, now and not with the first claim
    writer = AuditWriter(repository)
    holder = Holder(ground, ground.serving(model, reference, history))
    opening.served(reference)
    shadow = Shadow(writer, settings.shadow_share)
    running = RunningHistory(settings.home)
    watch = Watch(opening, holder, running, shadow, settings.model_poll_seconds)
    state = State(
        settings=settings,
        catalogue=load_catalogue(settings.carc_csv),
        profiles=rules.profiles,
        code_version=about.code_version,
        feature_count=len(FEATURE_NAMES),
        repository=repository,
        scoring=ScoringService(keys, writer, about, shadow),
        streams=Places(settings.max_streams),
        serving=holder,
        watch=watch,
        shadow=shadow,
    )
    watch.start()
    return state, writer


def stop(state: State, writer: AuditWriter) -> None:
    """Finish what is under way, sign the end of the audit log and give everything back."""
    state.watch.close()
    state.scoring.close()
    state.shadow.close()
    writer.close()
    try:
        state.repository.checkpoint()
    except AuditError as error:
        _log.error("the audit log was not signed at the end: %s", error)
    state.repository.close()
