"""Whether the texture model accompanies better than the rules: both beside what was written, on held-out songs."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.models.files import FOLDER, load
from studio.models.melody import QUALITIES, TICKS
from studio.models.texture import encode
from studio.training import dataset
from studio.training.accompanists import Excerpt, Rows, by_model, by_rules, excerpts
from studio.training.corpus import CHORD_TONES, side
from studio.training.dataset import Dataset
from studio.training.ngrams import KneserNey
from studio.training.texture import songs

ORDER = 6
"""Of the n-grams that tell how usual a texture is."""

RESAMPLED = 2000
"""Draws of the songs by which the interval of a difference is told."""

Array = NDArray[np.float64]


# --------------------------------------------------------------------------------------- what a texture is like
def chord_tones(rows: Rows, piece: Excerpt) -> float:
    """Share of notes that belong to the chord."""
    onsets, pitches = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    chords = piece.ground.frame.chords
    index = np.maximum(np.searchsorted(chords[:, 0], onsets, side="right") - 1, 0)
    above = (pitches - chords[index, 1]) % 12
    tones = [CHORD_TONES.get(name, CHORD_TONES[""]) for name in QUALITIES]
    return float(np.mean([step in tones[quality] for step, quality in zip(above, chords[index, 2], strict=True)]))


def density(rows: Rows, piece: Excerpt) -> float:
    """Onsets in a bar, as a power of two."""
    return float(np.log2(len({row[0] for row in rows}) / piece.bars))


def placement(rows: Rows, piece: Excerpt) -> Array:
    """Share of the onsets on every tick of the bar, shape (ticks,)."""
    onsets = np.array(sorted({row[0] for row in rows}))
    return np.bincount(onsets % piece.bar, minlength=piece.bar) / len(onsets)


def register(rows: Rows, _piece: Excerpt) -> Array:
    """Pitches at every hundredth of the notes from the lowest up, shape (101,), in semitones."""
    return np.percentile([row[2] for row in rows], np.arange(101))


def groove(rows: Rows, piece: Excerpt) -> float:
    """Likeness (Jaccard) of the onsets of a bar to those of the bar before, in the mean."""
    bars = [{row[0] % piece.bar for row in rows if row[0] // piece.bar == bar} for bar in range(piece.bars)]
    pairs = [(a, b) for a, b in pairwise(bars) if a | b]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs]))


def motion(rows: Rows, _piece: Excerpt) -> float:
    """Semitones from a note to the nearest note of the beat before, in the mean."""
    beats: dict[int, set[int]] = {}
    for onset, _, pitch in rows:
        beats.setdefault(onset // TICKS, set()).add(pitch)
    moves = [
        min(abs(pitch - other) for other in beats[beat - 1])
        for beat, pitches in beats.items()
        if beat - 1 in beats
        for pitch in pitches
    ]
    return float(np.mean(moves)) if moves else 0.0


def struck(rows: Rows, _piece: Excerpt) -> float:
    """Notes at an onset, in the mean."""
    return len(rows) / len({row[0] for row in rows})


def sounding(rows: Rows, piece: Excerpt) -> float:
    """Notes that sound at a time, in the mean, without pedal."""
    return sum(min(row[1], piece.end - row[0]) for row in rows) / piece.end


def clashes(rows: Rows, piece: Excerpt) -> float:
    """Share of notes that are struck a semitone from the tune, in any octave, of those struck under it."""
    onsets = np.array([row[0] for row in rows])
    tune, _ = piece.ground.sounding(onsets)
    under = tune >= 0
    apart = (np.array([row[2] for row in rows]) - tune)[under] % 12
    return float(np.isin(apart, (1, 11)).mean()) if under.any() else 0.0


MEASURES: Mapping[str, Callable[[Rows, Excerpt], float | Array]] = {
    "chord tones (share)": chord_tones,
    "onsets a bar (log2)": density,
    "places in the bar": placement,
    "register (semitones)": register,
    "bar like the last": groove,
    "motion (semitones)": motion,
    "notes at an onset": struck,
    "notes sounding": sounding,
    "clashes with the tune (share)": clashes,
}
USUAL = "nats an event"


def distance(one: float | Array, other: float | Array) -> float:
    """Return how far two values of a measure lie apart: profiles of places by half their sum of differences, pitches
    by the mean (the earth mover's distance), numbers by their difference."""
    apart = np.abs(np.asarray(one) - np.asarray(other))
    return float(apart.sum() / 2 if measured_by_places(one) else apart.mean())


def measured_by_places(value: float | Array) -> bool:
    """Whether a value is a profile of places, not a number nor the 101 pitches of a register."""
    return np.shape(value) not in ((), (101,))


# -------------------------------------------------------------------------------------------------- comparison
def compare(
    pieces: Sequence[Excerpt], ways: Mapping[str, Sequence[Rows]], counted: KneserNey
) -> Mapping[str, Mapping[str, tuple[Array, Array]]]:
    """Return way → measure → its values (registers: their means) and distances from what was written, each (songs,).

    The first of ``ways`` is what was written.
    """
    written = next(iter(ways.values()))
    table: dict[str, dict[str, tuple[Array, Array]]] = {}
    usual = {name: np.array([surprise(*pair, counted) for pair in zip(rows, pieces, strict=True)])
             for name, rows in ways.items()}  # fmt: skip
    for name, played in ways.items():
        row = table.setdefault(name, {})
        for measure, measured in MEASURES.items():
            own = [measured(*pair) for pair in zip(played, pieces, strict=True)]
            real = [measured(*pair) for pair in zip(written, pieces, strict=True)]
            apart = [distance(*pair) for pair in zip(own, real, strict=True)]
            row[measure] = np.array([_mean(value) for value in own]), np.array(apart)
        row[USUAL] = usual[name], np.abs(usual[name] - next(iter(usual.values())))
    return table


def _mean(value: float | Array) -> float:
    """Return a number for a value: not a number for shares of places, which have no mean worth telling."""
    return float("nan") if measured_by_places(value) else float(np.mean(value))


def surprise(rows: Rows, piece: Excerpt, counted: KneserNey) -> float:
    """Return the nats per event of a texture under n-grams of the training songs."""
    frame = piece.ground.frame
    ground = replace(piece.ground, frame=replace(frame, bars=frame.bars[: piece.bars + 1]))
    events, context = encode(rows, ground)
    data = Dataset(events.astype(np.int16), context.astype(np.int16), np.array([0, len(events)]), [""])
    return counted.loss(data)


def strangers(pieces: Sequence[Excerpt]) -> list[Rows]:
    """Return for every excerpt the piano of the next one in its meter, cut or repeated to its length."""
    found = []
    for index, piece in enumerate(pieces):
        others = [*pieces[index + 1 :], *pieces[:index]]
        other = next((other for other in others if other.song.meter == piece.song.meter), piece)
        twice = [(on + turn * other.end, length, pitch) for turn in (0, 1) for on, length, pitch in other.piano]
        found.append([row for row in twice if row[0] < piece.end])
    return found


def interval(differences: Array) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean."""
    draws = np.random.default_rng(1).choice(differences, (RESAMPLED, len(differences))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def told_table(table: Mapping[str, Mapping[str, tuple[Array, Array]]], rules: str, model: str) -> str:
    """Return the comparison of two ways as Markdown: means, mean distances from the written, who is nearer."""
    written, others = next(iter(table)), list(table)[1:]
    nearer = {True: "model", False: "rules", None: "open"}
    lines = [
        f"| | {written} | " + " | ".join(f"{name}: mean, distance" for name in others) + " | nearer |",
        "|---|---|" + "---|" * (len(others) + 1),
    ]
    for measure in table[written]:
        low, high = interval(table[rules][measure][1] - table[model][measure][1])
        verdict = nearer[None if low <= 0 <= high else low > 0]
        means = {name: np.mean(row[measure][0]) for name, row in table.items()}
        said = {name: "–" if np.isnan(mean) else f"{mean:.2f}" for name, mean in means.items()}
        cells = [f"{said[name]}, {np.mean(table[name][measure][1]):.2f}" for name in others]
        lines.append(f"| {measure} | {said[written]} | {' | '.join(cells)} | {verdict} ({low:+.2f} … {high:+.2f}) |")
    return "\n".join(lines)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``run``."""
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the packed corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder where the data of `texture` was prepared")
    parser.add_argument("--weights", type=Path, default=FOLDER, help="folder with texture.safetensors")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> None:
    """Accompany the test songs by rule and by model and print how far each lies from what was written."""
    model = load("texture", options.weights)
    counted = KneserNey(dataset.load(options.work / "texture.npz")["train"], ORDER)
    pieces = excerpts(song for song in songs(options.corpus) if side(song.title) == "test")
    print(f"{len(pieces)} held-out songs, {sum(piece.bars for piece in pieces)} bars", flush=True)
    for told, words in ((False, "Nothing told of the density:"), (True, "Density told:")):
        ways = {
            "written": [piece.piano for piece in pieces],
            "rules": [by_rules(piece, told=told, seed=options.seed) for piece in pieces],
            "model": by_model(model, pieces, told=told, seed=options.seed),
            "another song": strangers(pieces),
        }
        print(f"\n{words}\n\n{told_table(compare(pieces, ways, counted), 'rules', 'model')}", flush=True)
