"""Fits the musical gate: real lead sheets against ten corruptions of them, weights that are never negative."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from studio.review.leadsheet import LeadSheet, excerpt
from studio.review.musical import LEAST_CHORDS, THRESHOLDS, WIDEST, WINDOW, Axis, features
from studio.training.corpus import CorpusError, is_held_out, rows, sheet_of
from studio.training.corruptions import CORRUPTIONS

AGAINST = {
    "melodic": ("shuffled pitches", "random pitches", "random in scale", "unrelated bars"),
    "harmonic": ("random chords", "shuffled chords", "random pitches", "random in scale", "shuffled pitches"),
    "rhythmic": ("random times", "jittered", "shuffled durations"),
    "structural": ("unrelated bars", "random times", "shuffled pitches", "shuffled bars"),
}
"""Axis → the corruptions it learns to refuse."""

PER_SOURCE = 100
"""Pieces of each source on each side, so that no repertoire rules."""

LEAST_NOTES = 40
REGULAR = 0.02
TYPICAL = 0.97
"""What the median piece reaches; the fifth percentile reaches the threshold."""

Table = Mapping[str, list[dict[str, float]]]


def calibrate(corpus: Path, out: Path, *, seed: int = 1, per_source: int = PER_SOURCE) -> dict[str, Any]:
    """Fit the gate on the lead sheets in ``corpus``, write it to ``out`` and return its report on held-out pieces.

    Raises ``CorpusError`` when the corpus cannot be read.
    """
    kept: dict[tuple[str, bool], list[LeadSheet]] = defaultdict(list)
    for row in rows(corpus / "leadsheets.jsonl.xz"):
        kept[(row["src"], is_held_out(row))].append(sheet_of(row))
    if not kept:
        raise CorpusError(f"{corpus}: no lead sheets")
    rng = np.random.default_rng(seed)
    intervals = interval_language([sheet for (_, held), sheets in kept.items() if not held for sheet in sheets])
    tables = []
    for held in (False, True):
        chosen = [
            sheet for (_, side), sheets in kept.items() if side == held for sheet in _sample(sheets, per_source, rng)
        ]
        tables.append(spoil(chosen, intervals, rng))
    axes = {name: fit(name, tables[0]) for name in THRESHOLDS}
    fitted = {"axes": {name: _plain(axis) for name, axis in axes.items()}, "intervals": intervals.round(2).tolist()}
    out.write_text(json.dumps(fitted) + "\n", encoding="utf-8")
    return report(axes, tables[1])


def _sample(sheets: Sequence[LeadSheet], count: int, rng: np.random.Generator) -> list[LeadSheet]:
    """Return windows of up to ``count`` pieces that are long enough to judge."""
    windows = (excerpt(sheets[index], 0, WINDOW) for index in rng.permutation(len(sheets)))
    good = (
        w for w in windows if len(w.onset) >= LEAST_NOTES and len(w.bars) >= 12 and len(w.chord_start) > LEAST_CHORDS
    )
    return [window for window, _ in zip(good, range(count), strict=False)]


def interval_language(sheets: Sequence[LeadSheet]) -> NDArray[np.float64]:
    """Return log2 odds of a step after a step against chance, ``(29, 29)``, smoothed by the step's own frequency."""
    size = 2 * WIDEST + 1
    counts = np.zeros((size, size))
    for sheet in sheets:
        coded = np.clip(np.diff(sheet.pitch), -WIDEST, WIDEST) + WIDEST
        np.add.at(counts, (coded[:-1], coded[1:]), 1)
    alone = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * size)
    return np.log2((counts + 8 * alone) / (counts.sum(axis=1, keepdims=True) + 8) * size)


def spoil(sheets: Sequence[LeadSheet], intervals: NDArray[np.float64], rng: np.random.Generator) -> Table:
    """Return the features of real windows and of every corruption of them."""
    table: dict[str, list[dict[str, float]]] = {"real": [features(sheet, intervals) for sheet in sheets]}
    for name, corrupt in CORRUPTIONS.items():
        spoiled = (corrupt(sheet, rng, sheets) for sheet in sheets)
        table[name] = [features(sheet, intervals) for sheet in spoiled if len(sheet.onset) >= 16]
    return table


def fit(axis: str, table: Table) -> Axis:
    """Fit one axis: logistic regression with weights ≥ 0, classes balanced, then the scale."""
    names = tuple(name for name in table["real"][0] if name.startswith(f"{axis}."))
    real = _matrix(table["real"], names)
    bad = np.vstack([_matrix(table[name], names) for name in AGAINST[axis]])
    values = np.vstack([real, bad])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    standard = (values - mean) / spread
    label = np.concatenate([np.ones(len(real)), np.zeros(len(bad))])
    weight = np.where(label == 1, 0.5 / len(real), 0.5 / len(bad))

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = standard @ parameters[:-1] + parameters[-1]
        error = weight * (1 / (1 + np.exp(-score)) - label)
        value = (weight * (np.logaddexp(0, score) - label * score)).sum() + REGULAR * (parameters[:-1] ** 2).sum()
        return float(value), np.append(standard.T @ error + 2 * REGULAR * parameters[:-1], error.sum())

    start = np.append(np.full(len(names), 0.3), 0.0)
    bounds = [(0.0, None)] * len(names) + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    scores = (real - mean) / spread @ found[:-1]
    low, middle = np.percentile(scores, 5), np.percentile(scores, 60)
    odds = lambda value: float(np.log(value / (1 - value)))  # noqa: E731
    slope = max((odds(TYPICAL) - odds(THRESHOLDS[axis])) / (middle - low), 0.3)
    return Axis(names, mean, spread, found[:-1], slope, odds(THRESHOLDS[axis]) - slope * float(low))


def report(axes: Mapping[str, Axis], table: Table) -> dict[str, Any]:
    """Return the share of held-out real pieces and of each corruption that passes each axis, and all of them."""
    told: dict[str, Any] = {}
    for name, found in table.items():
        passed = {
            axis: np.array([fitted.score(row) >= THRESHOLDS[axis] for row in found]) for axis, fitted in axes.items()
        }
        told[name] = {axis: float(hits.mean()) for axis, hits in passed.items()}
        told[name]["all"] = float(np.logical_and.reduce(list(passed.values())).mean())
        told[name]["pieces"] = len(found)
    return told


def _matrix(found: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row[name] for name in names] for row in found])


def _plain(axis: Axis) -> dict[str, Any]:
    return {
        "names": list(axis.names), "mean": axis.mean.round(5).tolist(), "spread": axis.spread.round(5).tolist(),
        "weights": axis.weights.round(4).tolist(), "slope": round(axis.slope, 5), "offset": round(axis.offset, 5),
    }  # fmt: skip
