"""History in, a judged and registered model out.

Each claim's features are those of its day of submission: ``features.build`` looks into the history
by the day on which an outcome became known, so that nothing learned later is used, although the
history holds the whole of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from claims.dataset import Dataset
from claims.progress import Progress
from models.denial import DenialModel
from models.registry import Registry
from training import champion, gates, running
from training.boosters import Settings, parameters
from training.code import code_version
from training.evaluation import Evaluation
from training.learn import Learned, learn
from training.prepare import prepare
from training.verdicts import Gate, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run made. ``refusal`` is "" unless a promotion was asked for and refused.

    ``model`` is the registered one, ``judged`` its twin that ``evaluation`` is about.
    """

    evaluation: Evaluation
    model: DenialModel
    judged: DenialModel
    version: str
    promoted: bool
    refusal: str
    history: Path


def train(
    dataset: Dataset,
    *,
    registry: Registry,
    home: Path,
    settings: Settings,
    promote: bool,
    progress: Progress,
    truth: Mapping[int, float] | None = None,
) -> Trained:
    """Train on ``dataset``, register the model, keep the running history, promote when asked.

    A model that may not be promoted is registered all the same, with the reason as a tag. Raises
    ``TrainingError`` when the data does not allow a model.
    """
    prepared = prepare(dataset, progress)
    digest = dataset.digest()
    learned = learn(prepared, dataset.claims.num_rows, digest, settings, progress, truth)
    with progress.stage("Asking the gates"):
        learned = replace(learned, evaluation=gated(registry, learned, settings.seed))
    with progress.stage("Registering"):
        version = _register(registry, learned, settings)
    history = running.save(prepared.history, home)
    reason = _decide(registry, learned, version) if promote else ""
    return Trained(
        evaluation=learned.evaluation,
        model=learned.registered.model,
        judged=learned.judged.model,
        version=version,
        promoted=promote and not reason,
        refusal=reason,
        history=history,
    )


def _register(registry: Registry, learned: Learned, settings: Settings) -> str:
    from training.plots import draw
    from training.tracking import RunRecord, log

    made = learned.evaluation
    denied = learned.examples.denied[learned.split.test]
    record = RunRecord(
        name=f"train {made.data_digest.removeprefix('sha256:')[:8]}",
        parameters=_parameters(learned, settings),
        metrics=made.metrics(),
        tags={"preclear.data": made.data_digest, **code_version(), **_gate_tags(made.gates)},
        files={"evaluation.json": made.text()},
        plots=draw(made, learned.predicted.probability, denied),
    )
    return log(registry, learned.registered.model, learned.judged.model, record)


def _parameters(learned: Learned, settings: Settings) -> dict[str, str | int | float]:
    made = learned.evaluation
    chosen: dict[str, str | int | float] = {**parameters(settings)}
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
