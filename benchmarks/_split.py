"""Where the time of one score goes: each part by itself, on the same claims."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from claims.keys import load_keys
from claims.settings import Settings
from features.build import build
from features.frame import Frame
from models.costs import Costs
from models.edits import find_edits, load_rules
from models.explain import explain
from models.frames import join
from models.score import to_dict
from models.subject import Subjects
from models.whatif import variants
from service.audit.repository import AuditRepository
from service.audit.writer import AuditWriter
from service.scoring.requests import Ask, parse_claim, parse_json
from service.scoring.service import About, ScoringService
from service.serving.serving import Ground, Serving
from service.start import open_history, open_model

ROUNDS = 5


def split(settings: Settings, bodies: list[bytes]) -> list[tuple[str, float]]:
    """(part, seconds a claim) over ``bodies``."""
    keys = load_keys(settings.home)
    model, reference = open_model(settings)
    history = open_history(settings)
    ground = Ground(keys, load_rules(settings), Costs.of(settings))
    serving = ground.serving(model, reference, history)
    scorer = serving.scorer
    asks = [parse_claim(parse_json(body), settings.max_lines) for body in bodies]
    frames = [Frame.from_claims([ask.claim], keys) for ask in asks]
    alone = [build(frame, history) for frame in frames]
    mended = [variants(frame) for frame in frames]
    both = [
        join([frame, more.frame]) if len(more) else frame
        for frame, more in zip(frames, mended, strict=True)
    ]
    scored = [scorer.score([ask.claim], ask.as_of)[0] for ask in asks]
    each = range(len(bodies))

    parts: list[tuple[str, float]] = []

    def part(name: str, work: Callable[[int], object], less: float = 0.0) -> float:
        seconds = _seconds(work, each)
        parts.append((name, max(seconds - less, 0.0)))
        return seconds

    part("parse the claim", lambda i: parse_claim(parse_json(bodies[i]), settings.max_lines))
    part("make its frame", lambda i: Frame.from_claims([asks[i].claim], keys))
    own = part("features", lambda i: build(frames[i], history))
    predicted = part("predict, and the category", lambda i: model.predict(alone[i]))
    part(
        "explain (exact TreeSHAP)",
        lambda i: explain(Subjects.read(alone[i]), model.contributions(alone[i])).row(
            0, risky=True
        ),
    )
    part("edits", lambda i: find_edits(asks[i].claim, asks[i].as_of))

    def what_ifs(i: int) -> None:
        variants(frames[i])
        model.scores(build(both[i], history))

    part("what-ifs", what_ifs, less=own + predicted)
    part("serialise", lambda i: json.dumps(to_dict(scored[i].score)).encode())
    whole = _seconds(lambda i: scorer.score([asks[i].claim], asks[i].as_of), each)
    inside = sum(seconds for name, seconds in parts if name not in ("parse the claim", "serialise"))
    parts.append(("lines, advice, wording", max(whole - inside, 0.0)))
    parts += _audit(serving, settings, asks, each)
    return parts


def _audit(
    serving: Serving, settings: Settings, asks: list[Ask], each: range
) -> list[tuple[str, float]]:
    """Making a record, and writing it alone (a commit each, to the disk)."""
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        repository = AuditRepository(Path(folder) / "audit.db")
        writer = AuditWriter(repository)
        service = ScoringService(load_keys(settings.home), writer, About("", ""))
        scored = [serving.scorer.score([ask.claim], ask.as_of)[0] for ask in asks]
        make = _seconds(lambda i: service._answer(asks[i], scored[i], serving), each)
        both = _seconds(
            lambda i: writer.submit([service._answer(asks[i], scored[i], serving)[1]]).result(),
            each,
        )
        service.close()
        writer.close()
        repository.close()
    return [("make the audit record", make), ("commit it, alone", both - make)]


def _seconds(work: Callable[[int], object], each: range) -> float:
    """Seconds a claim: of each claim the quickest of the rounds, then the mean over the claims.

    The quickest, because whatever else the machine does can only add.
    """
    least = [float("inf")] * len(each)
    for _ in range(ROUNDS):
        for place in each:
            began = time.perf_counter()
            work(place)
            least[place] = min(least[place], time.perf_counter() - began)
    return mean(least)
