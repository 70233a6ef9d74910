"""Four measures that tell music from noise: melodic coherence, harmonic consistency, rhythmic stability, sections.

Each axis is a logistic of a weighted sum of standardised features, weights never negative, scaled so that the fifth
percentile of real music stands exactly at the axis' threshold. Features and weights were fitted on real lead sheets
against ten corruptions of them (``studio.training.calibrate``); the numbers lie in ``gate.json``. Measured on the
written score, before performance moves anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from studio.review.leadsheet import LeadSheet, excerpt

THRESHOLDS = {"melodic": 0.80, "harmonic": 0.85, "rhythmic": 0.90, "structural": 0.80}
"""Axis → what real music reaches in nineteen of twenty pieces."""

WINDOW, HOP = 32, 16
"""Bars measured at a time, the length the gate was fitted on, and bars between two measurements."""

LEAST_NOTES, LEAST_CHORDS = 24, 3
"""Below this a window says nothing."""

LEAST_BARS = 16
"""A shorter piece is not asked for structure: of eight bars of real music one passage in five would have enough."""

WIDEST = 14
"""Intervals beyond this many semitones count as this one."""

INTERVAL_CREDIT = np.array([1, 1, 1, 0.9, 0.9, 0.65, 0.65, 0.65, 0.35, 0.35, 0.05, 0.05, 0.6] + [0.05] * 116)
"""Credit of a step of so many semitones."""

ROOT_MOTION = np.array([0, 0, 0.7, 0.7, 0.5, 1.0, 0, 0.9, 0.5, 0.7, 0.7, 0])
"""Credit of a root that moves up by so many semitones: fourths and fifths, seconds and thirds, then the rest."""

GRID = 0.25
"""Step of the rhythm grid in beats."""

Features = Mapping[str, float]


@dataclass(frozen=True)
class Axis:
    """One axis of the gate: features, their mean and spread, weights, and the line that scales their sum."""

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    slope: float
    offset: float

    def score(self, features: Features) -> float:
        """Return the axis' value 0–1."""
        values = (np.array([features[name] for name in self.names]) - self.mean) / self.spread
        return float(1 / (1 + np.exp(-(self.slope * float(values @ self.weights) + self.offset))))


@dataclass(frozen=True)
class Gate:
    """The four axes and the interval language they listen with: log2 odds of a step after a step, ``(29, 29)``."""

    axes: Mapping[str, Axis]
    intervals: NDArray[np.float64]


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return the fitted gate."""
    data = json.loads(Path(__file__).with_name("gate.json").read_text(encoding="utf-8"))
    axes = {
        name: Axis(
            tuple(row["names"]), np.array(row["mean"]), np.array(row["spread"]), np.array(row["weights"]),
            row["slope"], row["offset"],
        )
        for name, row in data["axes"].items()
    }  # fmt: skip
    return Gate(axes, np.array(data["intervals"]))


def measure(sheet: LeadSheet) -> dict[str, float] | None:
    """Return the axes of a piece, each the mean over its windows; ``None`` where there is no tune to measure.

    All four of ``THRESHOLDS``; without ``structural`` where the piece has fewer than ``LEAST_BARS`` bars.
    """
    listening = gate()
    rows = []
    for first in range(0, max(1, len(sheet.bars) - HOP), HOP):
        window = excerpt(sheet, first, WINDOW)
        if len(window.onset) >= LEAST_NOTES and len(window.chord_start) >= LEAST_CHORDS:
            found = features(window, listening.intervals)
            rows.append([axis.score(found) for axis in listening.axes.values()])
    if not rows:
        return None
    values = dict(zip(listening.axes, np.mean(rows, axis=0).round(4).tolist(), strict=True))
    if len(sheet.bars) < LEAST_BARS:
        del values["structural"]
    return values


def features(sheet: LeadSheet, intervals: NDArray[np.float64]) -> dict[str, float]:
    """Return every feature of a lead sheet of a few dozen bars, named ``axis.feature``."""
    groups = {
        "melodic": melodic(sheet, intervals), "harmonic": harmonic(sheet), "rhythmic": rhythmic(sheet),
        "structural": structural(sheet),
    }  # fmt: skip
    return {f"{axis}.{name}": float(value) for axis, group in groups.items() for name, value in group.items()}


# ------------------------------------------------------------------------------------------------------------ melodic
def melodic(sheet: LeadSheet, intervals: NDArray[np.float64]) -> dict[str, float]:
    """Steps and leaps, recurring motifs, range, and how likely the intervals are in real tunes."""
    step = np.diff(sheet.pitch)
    size = np.abs(step)
    leaps = np.flatnonzero(size[:-1] >= 5)
    after, same_way = size[leaps + 1], step[leaps] * step[leaps + 1] > 0
    resolved = (~same_way & (after <= 5)) | ((size[leaps] <= 7) & (after <= 4))
    coded = np.clip(step, -WIDEST, WIDEST) + WIDEST
    spans = sliding_window_view(sheet.pitch, 16)[::8] if len(sheet.pitch) >= 16 else sheet.pitch[None]
    width = np.ptp(spans, axis=1)
    varied = sheet.pitch.std() > 0
    return {
        "smooth": INTERVAL_CREDIT[np.minimum(size, 128)].mean(),
        "resolve": resolved.mean() if len(leaps) else 1.0,
        "motif3": _recurring(sheet, step, 3),
        "motif5": _recurring(sheet, step, 5),
        "range16": np.where(width <= 14, 1.0, np.maximum(0.0, 1 - (width - 14) / 12)).mean(),
        "acf": np.corrcoef(sheet.pitch[:-1], sheet.pitch[1:])[0, 1] if varied else 0.0,
        "idiom": intervals[coded[:-1], coded[1:]].mean(),
        "joins": _joins(sheet, size),
    }


def _joins(sheet: LeadSheet, size: NDArray[np.int64]) -> float:
    """Share of bar lines that the tune crosses by no more than a third."""
    crossing = np.diff(sheet.bar_of) == 1
    return float((size[crossing] <= 4).mean()) if crossing.any() else 0.5


def _recurring(sheet: LeadSheet, step: NDArray[np.int64], length: int) -> float:
    """Share of intervals covered by a run of ``length`` intervals and rhythm ratios that comes back."""
    gaps = np.maximum(np.diff(sheet.onset), 1e-3)
    ratio = np.append(np.round(2 * np.log2(gaps[1:] / gaps[:-1])), 0)
    symbols = np.clip(step, -12, 12) * 100 + np.clip(ratio, -20, 20)
    if len(symbols) < length:
        return 0.0
    runs = sliding_window_view(symbols, length)
    _, found, counts = np.unique(runs, axis=0, return_inverse=True, return_counts=True)
    covered = np.zeros(len(symbols), bool)
    for start in np.flatnonzero(counts[found.ravel()] > 1):
        covered[start : start + length] = True
    return float(covered.mean())


# ----------------------------------------------------------------------------------------------------------- harmonic
def harmonic(sheet: LeadSheet) -> dict[str, float]:
    """Chord tones by weight, non-chord tones that go somewhere, roots that move as roots do.

    A line that never sounds on a beat has no strong notes to be judged by: all of its notes stand for them.
    """
    weight = np.array([sheet.meter.weight(float(place)) for place in sheet.place])
    inside = sheet.chord_tones[sheet.chord_of, sheet.pitch % 12]
    mass = sheet.duration * (0.3 + weight)
    near_next = np.append(np.abs(np.diff(sheet.pitch)) <= 2, False)
    near_before = np.append(False, np.abs(np.diff(sheet.pitch)) <= 2)
    short, weak = sheet.duration <= 2.0, (weight < 0.5) & (sheet.duration <= 1.0)
    settled = (near_next & short) | (near_next & near_before) | (near_before & weak)
    strong = weight >= 0.55
    moves = np.diff(sheet.chord_root) % 12
    moves = moves[moves != 0]
    tones = (mass * inside).sum() / mass.sum()
    return {
        "tones": tones,
        "strong": (sheet.duration * inside)[strong].sum() / sheet.duration[strong].sum() if strong.any() else tones,
        "settled": 1 - (mass * (~inside & ~settled)).sum() / mass.sum(),
        "motion": ROOT_MOTION[moves].mean() if len(moves) else 0.5,
    }


# ----------------------------------------------------------------------------------------------------------- rhythmic
def rhythmic(sheet: LeadSheet) -> dict[str, float]:
    """Onsets on the grid and on the beat, bars that share a rhythm, few kinds of note length."""
    place = sheet.place
    on_grid = np.abs(place / GRID - np.round(place / GRID)) < 0.02
    on_triplets = np.abs(place * 3 - np.round(place * 3)) < 0.05
    patterns = _patterns(sheet)
    bars = patterns[patterns.any(axis=1)].astype(float)
    gaps = np.round(np.diff(sheet.onset) * 24)
    _, counts = np.unique(gaps, return_counts=True)
    share = counts / counts.sum()
    return {
        "grid": np.where(on_grid, 1.0, np.where(on_triplets, 0.9, 0.0)).mean(),
        "metric": float(np.mean([sheet.meter.weight(float(beat)) for beat in place])),
        "twin": _best_twin(bars),
        "groove": (1 - np.abs(np.diff(bars, axis=0)).mean(axis=1)).mean() if len(bars) > 1 else 0.0,
        "plain": max(0.0, 1 + float((share * np.log2(share)).sum()) / 5),
        "common": np.sort(share)[-4:].sum(),
    }


def _patterns(sheet: LeadSheet) -> NDArray[np.bool_]:
    """Return the onsets of every bar on the grid, ``(bars, steps)``."""
    steps = round(sheet.meter.bar_beats / GRID)
    grid = np.zeros((len(sheet.bars), steps), bool)
    grid[sheet.bar_of, np.clip(np.round(sheet.place / GRID).astype(int), 0, steps - 1)] = True
    return grid


def _best_twin(patterns: NDArray[np.float64]) -> float:
    """Mean likeness (Jaccard) of each bar's rhythm to the likest within eight bars."""
    if len(patterns) < 2:
        return 0.0
    both = patterns @ patterns.T
    total = patterns.sum(axis=1)
    likeness = both / np.maximum(total[:, None] + total[None] - both, 1e-9)
    apart = np.abs(np.subtract.outer(np.arange(len(patterns)), np.arange(len(patterns))))
    return float(np.where((apart > 0) & (apart <= 8), likeness, 0.0).max(axis=1).mean())


# --------------------------------------------------------------------------------------------------------- structural
def structural(sheet: LeadSheet) -> dict[str, float]:
    """Bars, pairs and phrases that come back, and stand out from the rest."""
    alike = likeness(sheet)
    sounding = np.flatnonzero(np.diag(alike) > 0)
    if len(sounding) < 4:
        return dict.fromkeys(("best", "contrast", "pair", "quad", "lag", "run", "phrase", "breath"), 0.0)
    apart = np.abs(np.subtract.outer(np.arange(len(alike)), np.arange(len(alike)))) >= 2
    best = np.where(apart, alike, 0.0).max(axis=1)[sounding]
    usual = np.array([alike[i][apart[i]].mean() for i in sounding])
    lags = [np.diagonal(alike, lag).mean() for lag in (2, 4, 8, 16) if len(alike) > lag + 4]
    return {
        "best": best.mean(),
        "contrast": (best - usual).mean(),
        "pair": _runs(alike, 2),
        "quad": _runs(alike, 4),
        "lag": max(lags, default=0.0) - alike[apart].mean(),
        "run": _longest(alike) / 8,
        "phrase": _phrase(alike),
        "breath": _breath(sheet),
    }


def _phrase(alike: NDArray[np.float64]) -> float:
    """How much more alike bars are at whole phrases' distance (4, 8, 12, 16 bars) than at others."""
    lags = [lag for lag in range(3, 18) if len(alike) > lag + 2]
    mean = {lag: float(np.diagonal(alike, lag).mean()) for lag in lags}
    whole = [value for lag, value in mean.items() if lag % 4 == 0]
    other = [value for lag, value in mean.items() if lag % 4]
    return float(np.mean(whole) - np.mean(other)) if whole and other else 0.0


def _breath(sheet: LeadSheet) -> float:
    """Share of the bars' differences in busyness that their place in four-bar phrases explains (eta squared)."""
    busy = np.bincount(sheet.bar_of, minlength=len(sheet.bars)).astype(float)
    spread = float(((busy - busy.mean()) ** 2).sum())
    if spread < 1e-9 or len(busy) < 8:
        return 0.0
    groups = [busy[place::4] for place in range(4)]
    return float(sum(len(group) * (group.mean() - busy.mean()) ** 2 for group in groups) / spread)


def likeness(sheet: LeadSheet) -> NDArray[np.float64]:
    """Return how alike any two bars are, 0–1, ``(bars, bars)``: rhythm, and pitch up to transposition."""
    steps = round(sheet.meter.bar_beats / GRID)
    pitch = np.full((len(sheet.bars), steps), np.nan)
    pitch[sheet.bar_of, np.clip(np.round(sheet.place / GRID).astype(int), 0, steps - 1)] = sheet.pitch
    heard = ~np.isnan(pitch)
    shift = pitch[:, None] - pitch[None]
    both = ~np.isnan(shift)
    common = both.sum(axis=2)
    either = np.maximum((heard[:, None] | heard[None]).sum(axis=2), 1)
    ordered = np.sort(shift, axis=2)
    middle = np.take_along_axis(ordered, np.maximum(common - 1, 0)[..., None] // 2, axis=2)
    count = np.maximum(common, 1)
    same = (np.where(both, shift, 1e3) == 0).sum(axis=2) / count
    moved = (both & (shift == middle)).sum(axis=2) / count
    near = (both & (np.abs(shift - middle) <= 2)).sum(axis=2) / count
    return (common / either) * (0.45 * np.maximum(same, 0.9 * moved) + 0.35 * near + 0.2)


def _runs(alike: NDArray[np.float64], length: int) -> float:
    """Mean likeness of each run of ``length`` bars to the likest run that does not overlap it."""
    count = len(alike) - length + 1
    if count <= length:
        return 0.0
    total = sum(alike[i : i + count, i : i + count] for i in range(length)) / length
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) >= length
    return float(np.where(apart, total, 0.0).max(axis=1).mean())


def _longest(alike: NDArray[np.float64]) -> float:
    """Return the longest stretch of bars, 8 at most, that comes back later much as it was."""
    best = 0
    for lag in range(2, len(alike)):
        run = 0
        for close in np.diagonal(alike, lag) >= 0.6:
            run = run + 1 if close else 0
            best = max(best, min(run, lag))
    return float(min(best, 8))
