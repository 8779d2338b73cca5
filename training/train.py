"""History in, a judged and registered model out.

Each claim's features are those of its day of submission: ``features.build`` looks into the history
by the day on which an outcome became known, so that nothing learned later is used, although the
history holds the whole of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claims.dataset import Dataset
from claims.progress import Progress
from features import running
from models.card import FILE, TAG, Card, digest, text
from models.checked import checked
from models.denial import DenialModel
from models.registry import Registry
from training import champion, gates
from training.boosters import Settings, parameters
from training.card import measure
from training.code import code_version
from training.evaluation import Evaluation
from training.learn import Choose, Learned, learn
from training.prepare import Prepared, prepare
from training.recovery import learn_recovery
from training.trials import Ground
from training.tuning import Budget, Tuned, tune
from training.verdicts import Gate, refusal

if TYPE_CHECKING:
    from training.tracking import Trials


Render = Callable[[Card], Mapping[str, str]]
"""A card's renderings for people, by file name: ``training`` does not know ``reports``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run made. ``refusal`` is "" unless a promotion was asked for and refused.

    ``model`` is the registered one, ``judged`` its twin that ``evaluation`` is about;
    ``tuned`` is ``None`` unless a tuning was asked for.
    """

    evaluation: Evaluation
    model: DenialModel
    judged: DenialModel
    version: str
    promoted: bool
    refusal: str
    history: Path
    tuned: Tuned | None


def train(
    dataset: Dataset,
    *,
    registry: Registry,
    home: Path,
    settings: Settings,
    promote: bool,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
    budget: Budget | None = None,
    set_aside: Mapping[int, int] | None = None,
    render: Render | None = None,
    tags: Mapping[str, str] | None = None,
) -> Trained:
    """Train on ``dataset``, register the model, keep the running history, promote when asked.

    With a ``budget``, a better shape than that of ``settings`` is looked for first. Claims that are
    ``set_aside`` (key, and the day on which it was recorded that somebody worked on it) are neither
    learned from nor judged by, whatever became of them. ``tags`` are put on the run.

    The run keeps the model's card (``card.json``), and what ``render`` makes of it, by file name.
    A model that may not be promoted is registered all the same, with the reason as a tag. Raises
    ``TrainingError`` when the data does not allow a model.
    """
    prepared = prepare(dataset, progress, set_aside)
    data = dataset.digest()
    choose = None if budget is None else _tuner(registry, home, data, budget, progress)
    learned = learn(prepared, dataset.claims.num_rows, data, settings, progress, truth, choose)
    with progress.stage("Counting what was recovered"):
        learned = _recovering(dataset, prepared, learned)
    with progress.stage("Asking the gates"):
        learned = replace(learned, evaluation=gated(registry, learned, settings.seed))
    with progress.stage("Writing the model card"):
        card = measure(dataset, prepared, learned)
        files = {FILE: text(card), **(render(card) if render else {})}
    with progress.stage("Registering"):
        version = _register(registry, learned, files, tags or {})
        # Read back from where it was put: what is promoted is what a service will find there.
        checked(registry.resolve(version))
    history = running.save_base(prepared.history, dataset.tables(), data, home)
    reason = _decide(registry, learned, version) if promote else ""
    return Trained(
        evaluation=learned.evaluation,
        model=learned.registered.model,
        judged=learned.judged.model,
        version=version,
        promoted=promote and not reason,
        refusal=reason,
        history=history,
        tuned=learned.tuned,
    )


def _recovering(dataset: Dataset, prepared: Prepared, learned: Learned) -> Learned:
    """With what became of denials that were sent again, up to the end of the data."""
    until = prepared.examples.maturity.until
    recovery = learn_recovery(dataset, prepared.frame, prepared.labels, until)
    registered = learned.registered
    model = registered.model.recovering(recovery)
    return replace(learned, registered=replace(registered, model=model))


def _tuner(
    registry: Registry, home: Path, digest: str, budget: Budget, progress: Progress
) -> Choose:
    """Tune by Optuna, with the trials in the registry's MLflow."""
    code = code_version()
    name = f"tune {digest.removeprefix('sha256:')[:8]}"
    tags = {"preclear.data": digest, **code}

    def track(known: str) -> Trials:
        from training.tracking import Trials

        return Trials(registry, name, tags, known)

    def choose(ground: Ground) -> Tuned:
        return tune(
            ground,
            home=home,
            digest=digest,
            sources=code["preclear.sources"],
            budget=budget,
            track=track,
            progress=progress,
        )

    return choose


def _register(
    registry: Registry, learned: Learned, card: Mapping[str, str], tags: Mapping[str, str]
) -> str:
    from training.plots import draw
    from training.tracking import RunRecord, log

    made = learned.evaluation
    denied = learned.examples.denied[learned.split.test]
    tuned = {"preclear.tuning": learned.tuned.sentence} if learned.tuned else {}
    record = RunRecord(
        name=f"train {made.data_digest.removeprefix('sha256:')[:8]}",
        parameters=_parameters(learned),
        metrics=made.metrics(),
        tags={
            "preclear.data": made.data_digest,
            **code_version(),
            **_gate_tags(made.gates),
            **tuned,
            TAG: digest(card[FILE].encode()),
            **tags,
        },
        files={"evaluation.json": made.text(), **card},
        plots=draw(made, learned.predicted.probability, denied),
    )
    return log(registry, learned.registered.model, learned.judged.model, record)


def _parameters(learned: Learned) -> dict[str, str | int | float]:
    made = learned.evaluation
    settings = learned.settings
    chosen: dict[str, str | int | float] = {**parameters(settings), "trees": settings.trees}
    chosen |= {"rounds": learned.registered.rounds}
    chosen["half_life_days"] = "none" if settings.half_life is None else settings.half_life
    refit = () if made.refit is None else (made.refit.period,)
    for one in (*made.periods, *refit):
        chosen |= {f"{one.name}.first": one.first, f"{one.name}.last": one.last}
        chosen |= {f"{one.name}.examples": one.examples, f"{one.name}.denied": one.denied}
    return chosen


def _gate_tags(asked: tuple[Gate, ...]) -> dict[str, str]:
    return {
        f"preclear.gate.{one.name.replace(' ', '_')}": f"{one.verdict}: {one.sentence}"
        for one in asked
    }


def gated(registry: Registry, learned: Learned, seed: int) -> Evaluation:
    """The evaluation with what every gate said."""
    examples, test = learned.examples, learned.split.test
    rival = champion.find(
        registry,
        learned.registered.model.digest,
        learned.test_values,
        examples.day[test],
        examples.denied[test],
        gates.FEWEST,
    )
    tested = gates.Exam(
        evaluation=learned.evaluation,
        probability=learned.predicted.probability,
        denied=examples.denied[test],
        payer=examples.payer[test],
        payers=examples.payers,
        peers=learned.peers,
        seed=seed,
    )
    return replace(learned.evaluation, gates=gates.judge(tested, rival, learned.checks))


def _decide(registry: Registry, learned: Learned, version: str) -> str:
    """Promote the version, or say why not; either is kept with it."""
    reason = refusal(learned.evaluation.gates)
    if reason:
        registry.refuse(version, reason)
        return reason
    registry.promote(version, f"AUROC {learned.evaluation.overall.auroc:.3f} on its test period")
    return ""
