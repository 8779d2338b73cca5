"""The booster of service lines: which of a claim's lines is the one that is denied.

It learns from the labelled lines of the very claims that the claims' booster learns from, each with
its claim's weight. The last forward fold chooses its rounds and calibrates it, on the lines of
claims with several: a line that stands alone has its claim's probability (``models.lines``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.progress import Progress
from features.build_lines import LINE_NAMES, build_lines
from features.frame import Frame
from features.history import History
from models.calibration import Calibration
from models.causes import mix
from models.lines import LineModel, LineParts, coherent
from training import boosters
from training.boosters import Material, Settings, Track
from training.causes import causes, numbered
from training.examples import Examples, Known
from training.line_figures import LineFigures, line_figures
from training.prepare import Prepared
from training.splits import Fold
from training.thinning import thinned

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGE: Final = 400_000
"""Lines above which paid ones are sampled: of features, 270 MB. All denied ones are kept."""
JUDGED: Final = 200_000
"""Lines above which the claims that are judged by are drawn at random."""
LEAST_LEARNED: Final = (300, 30)
LEAST_FORETOLD: Final = (100, 20)
"""Labelled lines, and of these denied and paid ones each, below which no booster is trained."""
_CHUNK: Final = 16_384
_TAKEN: Final = 8 * _CHUNK  # claims taken at once: each taking costs a pass over the whole frame


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of a dataset whose claims are ``examples``; ``history`` is what they look into.

    ``denied`` (m) is -1 where it is not known, ``category`` a place in ``CATEGORIES`` or -1; lines
    ``starts[row]`` to ``starts[row + 1]`` are those of the claim at ``row``. ``kept`` are the
    features of the lines ``kept_lines``, where they are few enough to be built once for all.
    """

    frame: Frame
    history: History
    examples: Examples
    denied: I8
    category: I8
    starts: I64
    settings: Settings
    kept_lines: I64
    kept: F32

    def of(self, places: I64) -> tuple[I64, I64]:
        """The lines of the examples at ``places`` (ascending), and of which of these each is."""
        rows = self.examples.rows[places]
        first, sizes = self.starts[rows], self.starts[rows + 1] - self.starts[rows]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.repeat(first, sizes) + within, np.repeat(np.arange(len(rows)), sizes)

    def alone(self, lines: I64) -> Flags:
        """Which of ``lines`` stand alone on their claim."""
        of = self.frame.line_claim[lines]
        return np.asarray(self.starts[of + 1] - self.starts[of] == 1)

    def values(self, lines: I64) -> F32:
        """The features of ``lines`` (ascending), each as of its claim's day."""
        if len(self.kept_lines):
            return self.kept[np.searchsorted(self.kept_lines, lines)]
        return _built(self.frame, self.history, self.starts, lines)


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """Lines of claims with several, foretold out of time: raw scores, and what each stands for."""

    lines: I64
    weight: F64
    raw: F64

    def joined(self, later: Foretold) -> Foretold:
        """These and ``later`` ones."""
        return Foretold(
            np.concatenate((self.lines, later.lines)),
            np.concatenate((self.weight, later.weight)),
            np.concatenate((self.raw, later.raw)),
        )


def _built(frame: Frame, history: History, starts: I64, lines: I64) -> F32:
    values = np.empty((len(lines), len(LINE_NAMES)), np.float32)
    claims = np.unique(frame.line_claim[lines])
    for begin in range(0, len(claims), _TAKEN):
        taken = claims[begin : begin + _TAKEN]
        wider = frame.take(taken)
        for first in range(0, len(taken), _CHUNK):
            rows = np.arange(first, min(first + _CHUNK, len(taken)))
            of = taken[rows]
            made = build_lines(wider.take(rows), history)
            # Place of each line of these claims among the rows just made.
            before = np.cumsum(starts[of + 1] - starts[of]) - (starts[of + 1] - starts[of])
            low, high = np.searchsorted(lines, (starts[of[0]], starts[of[-1] + 1]))
            mine = np.searchsorted(of, frame.line_claim[lines[low:high]])
            values[low:high] = made[before[mine] + lines[low:high] - starts[of[mine]]]
    return values


def lines_of(prepared: Prepared, settings: Settings, progress: Progress) -> Lines | None:
    """The labelled lines of the examples; ``None`` where no claim with several has any."""
    frame, labels, examples = prepared.frame, prepared.labels, prepared.examples
    starts = frame.starts
    asked = np.zeros(len(frame), np.bool_)
    asked[examples.rows] = True
    wanted = np.flatnonzero(asked[frame.line_claim] & (labels.line_denied >= 0))
    several = np.diff(starts)[frame.line_claim[wanted]] > 1
    if np.count_nonzero(labels.line_denied[wanted[several]]) < LEAST_FORETOLD[1]:
        return None
    few = wanted if len(wanted) <= LARGE else np.zeros(0, np.int64)
    with progress.stage("Building features of lines"):
        kept = _built(frame, prepared.history, starts, few)
    return Lines(
        frame, prepared.history, examples, labels.line_denied, labels.line_category, starts,
        settings, few, kept,
    )  # fmt: skip


def known_lines(of: Lines, known: Known, most: int = LARGE) -> tuple[I64, F64]:
    """Labelled lines of the claims ``known``, with their weights; paid ones sampled where many.

    Claims are sampled first (all with a denied line are kept), so that features need not be built
    for all; then lines, so that what is held stays within twice the denied ones, or ``most``.
    """
    lines, at = of.of(known.places)
    weight = known.weight
    labelled = of.denied[lines] >= 0
    lines, at = lines[labelled], at[labelled]
    if len(lines) <= most:
        return lines, weight[at]
    hit = np.bincount(at, of.denied[lines] > 0, len(known.places)) > 0
    every, seed = np.arange(len(hit)), of.settings.seed
    claims, heavy = thinned(every, hit, weight, seed, max(1, most * len(hit) // len(lines)))
    weight = np.zeros(len(hit))
    weight[claims] = heavy
    kept = weight[at] > 0
    lines, weight = lines[kept], weight[at[kept]]
    return thinned(lines, of.denied[lines] > 0, weight, seed, most)


def _enough(of: Lines, lines: I64, least: tuple[int, int]) -> bool:
    hits = int((of.denied[lines] > 0).sum())
    return len(lines) >= least[0] and min(hits, len(lines) - hits) >= least[1]


def _material(of: Lines, known: Known) -> Material:
    age = boosters.weights(of.examples.day[known.places], of.settings.half_life)
    lines, weight = known_lines(of, Known(known.places, known.weight * age))
    denied, category = of.denied[lines] > 0, of.category[lines]
    found = causes(denied, category)
    label = numbered(found, denied, category)
    return Material(of.values(lines), label, weight, found, LINE_NAMES)


def _later(of: Lines, known: Known) -> tuple[I64, F64]:
    """The labelled lines of claims with several that were foretold."""
    lines, weight = known_lines(of, known)
    several = ~of.alone(lines)
    return lines[several], weight[several]


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """How lines of the test period did, and their out-of-time answers for the calibration."""

    figures: LineFigures | None
    out: Foretold


@dataclass(frozen=True, slots=True, eq=False)
class LineRecipe:
    """Lines, how many rounds did best on those of the last fold, and what was foretold of them."""

    of: Lines
    rounds: int
    out: Foretold

    def fit(self, train: Known, progress: Progress, tested: Tested | None = None) -> LineParts:
        """Learn from the lines of ``train``; ``tested`` lines calibrate too."""
        of, out = self.of, self.out if tested is None else self.out.joined(tested.out)
        with progress.stage("Learning which line is denied", self.rounds) as advance:
            made = boosters.grow(_material(of, train), self.rounds, of.settings, advance)
        day = of.examples.day[np.searchsorted(of.examples.rows, of.frame.line_claim[out.lines])]
        weight = out.weight * boosters.weights(day, of.settings.half_life)
        calibration = Calibration.fit(out.raw, of.denied[out.lines] > 0, weight)
        return LineParts(made.text, made.causes.names, calibration)

    def test(self, model: LineModel, test: I64, whole: F64) -> Tested:
        """Judge ``model`` by the claims with several lines among the examples ``test``.

        ``whole`` are these claims' probabilities. Of many, as many are drawn by the seed as have
        ``JUDGED`` lines.
        """
        of = self.of
        asked = _drawn(of, test)
        lines, at = of.of(test[asked])
        raw = np.empty(len(lines))
        for first in range(0, len(asked), _CHUNK):
            low, high = np.searchsorted(at, (first, first + _CHUNK))
            raw[low:high] = model.raw(_built(of.frame, of.history, of.starts, lines[low:high]))
        shown = coherent(model.calibration.apply(raw), whole[asked], at)
        examples = of.examples
        known = (examples.known_on[test[asked]] <= examples.maturity.until)[at]
        known &= of.denied[lines] >= 0
        return Tested(
            line_figures(shown, whole[asked], of.denied[lines], at, of.settings.seed),
            # Mature claims: they stand for nobody else.
            Foretold(lines[known], np.ones(int(known.sum())), raw[known]),
        )


def _drawn(of: Lines, test: I64) -> I64:
    """Places among ``test`` (ascending) of the claims with several lines that are judged by."""
    rows = of.examples.rows[test]
    sizes = of.starts[rows + 1] - of.starts[rows]
    asked = np.flatnonzero(sizes > 1)
    total = int(sizes[asked].sum())
    if total <= JUDGED:
        return asked
    random = np.random.default_rng(of.settings.seed)
    return np.sort(random.choice(asked, JUDGED * len(asked) // total, replace=False))


def rehearse(
    prepared: Prepared, fold: Fold, settings: Settings, progress: Progress
) -> LineRecipe | None:
    """Let the fold foretell its lines; ``None`` where there is too little to learn, or to tell."""
    of = lines_of(prepared, settings, progress)
    if of is None:
        return None
    lines, weight = _later(of, fold.later)
    learned, _ = known_lines(of, fold.train)
    if not _enough(of, learned, LEAST_LEARNED) or not _enough(of, lines, LEAST_FORETOLD):
        return None
    values, denied = of.values(lines), of.denied[lines] > 0
    with progress.stage("Foretelling lines out of time", settings.trees) as advance:
        track = Track(_material(of, fold.train), values, denied, weight, settings)
        rounds = boosters.together((track,), settings.trees, choose=True, advance=advance)
        raw = mix(track.raw(values, rounds, boosters.cores(settings.threads))).raw
    return LineRecipe(of, rounds, Foretold(lines, weight, raw))
