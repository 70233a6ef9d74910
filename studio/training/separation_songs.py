"""Songs for the separation network: composed and rendered here, and sung by the singer for training.

A song is four sources that sound together: drums, bass, vocals, other. Nothing is mixed or mastered: levels,
equalisers, sides and pairings are drawn when examples are made from it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from studio.audio import SAMPLE_RATE, Audio, ratio, silence
from studio.brief import MOODS, Brief
from studio.compose import compose
from studio.instruments import INSTRUMENTS
from studio.models.separation import SOURCES
from studio.score import Part, Score
from studio.seeds import stream
from studio.sound import render_part
from studio.styles import genres
from studio.training.separation_singing import Floats, Voice, sing

SECONDS = 30
UNSUNG = 0.2
"""Share of songs without a singer."""

LEAD_KEPT = 0.35
"""Share of sung songs in which an instrument plays along with the voice."""

LOW_RANGE, HIGH_RANGE = (45, 67), (55, 79)
"""Where low and high voices sing, MIDI pitches."""

VOCAL_LEVEL = 0.1
"""RMS of a sung line before levels are drawn, like that of an instrument at −20 LUFS."""

Stems = NDArray[np.int16]
"""Sources × channels × frames."""


@dataclass(frozen=True)
class Songs:
    """Which songs: how many of every genre, and from which seed on."""

    name: str
    of_genre: int
    seed: int

    def briefs(self) -> list[Brief]:
        """Return what is composed, by turns of genres."""
        rows = [(genre, self.seed + number) for number in range(self.of_genre) for genre in sorted(genres())]
        return [
            Brief.from_mapping(
                {"genre": genre, "mood": MOODS[(seed + i) % len(MOODS)], "duration": SECONDS, "seed": seed * 100 + i}
            )
            for i, (genre, seed) in enumerate(rows)
        ]


def render(songs: Songs, folder: Path, library: Path | None = None) -> Iterator[Path]:
    """Compose and render what is not yet in ``folder``; yield every song's file, an array of 16-bit samples.

    ``library`` is a sound library to play from instead of the one in use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _playing(library):
        for number, brief in enumerate(songs.briefs()):
            path = folder / f"{songs.name.replace(' ', '-')}-{number:03}-{brief.genre}.npy"
            if not path.exists():
                part = path.with_suffix(".part")
                with part.open("wb") as file:
                    np.save(file, stems(brief))
                part.replace(path)
            yield path


def stems(brief: Brief) -> Stems:
    """Return the sources of a song, shape ``(4, 2, frames)`` in the order of ``SOURCES``, as 16-bit samples."""
    piece, rng = compose(brief), stream(brief.seed, "separation")
    score = piece.performance
    groups = {name: silence(score.frames) for name in SOURCES}
    lead = _tune(score) if rng.random() >= UNSUNG else None
    if lead is not None:
        groups["vocals"] += _sung(lead, score, rng)
    chairs = {chair.id: chair.style for chair in piece.plan.chairs}
    for part in score.parts:
        if part is lead and rng.random() >= LEAD_KEPT:
            continue
        style = chairs.get(part.id.partition("#")[0])
        level, pan = (style.level, style.pan) if style else (-6.0, 0.0)
        pan = float(np.clip(pan + rng.normal(0.0, 0.15), -1.0, 1.0))
        sound = render_part(part, score, seed=brief.seed) * np.float32(ratio(level + rng.normal(0.0, 2.0)))
        groups[source_of(part)] += _placed(sound, pan)
    wet = [_in_a_room(groups[name], name, rng) for name in SOURCES]
    peak = max(1e-6, float(np.abs(np.sum(wet, axis=0)).max()), *(float(np.abs(source).max()) for source in wet))
    return np.stack([np.round(source * (30_000 / peak)).astype(np.int16) for source in wet])


def source_of(part: Part) -> str:
    """Return the source that a part belongs to: by its role; choirs are vocals."""
    if part.role in ("drums", "bass"):
        return part.role
    return "vocals" if INSTRUMENTS[part.instrument].family == "voices" else "other"


@contextmanager
def _playing(library: Path | None) -> Iterator[None]:
    before = os.environ.get("SOUND_LIBRARY")
    if library:
        os.environ["SOUND_LIBRARY"] = str(library)
    try:
        yield
    finally:
        os.environ.pop("SOUND_LIBRARY", None)
        if before is not None:
            os.environ["SOUND_LIBRARY"] = before


def _tune(score: Score) -> Part | None:
    """Return the part that is sung: the lead with most notes, else a counter line."""
    for role in ("lead", "counter"):
        found = [part for part in score.parts if part.role == role and len(part.notes) >= 8]
        if found:
            return max(found, key=lambda part: len(part.notes))
    return None


def _sung(part: Part, score: Score, rng: np.random.Generator) -> Audio:
    """Return a part's line sung by one voice or several, shape ``(2, frames)``."""
    onsets, lengths, pitches = _line(part, score)
    low = bool(rng.random() < 0.5)
    bottom, top = LOW_RANGE if low else HIGH_RANGE
    pitches = pitches - 12 * np.round((np.median(pitches) - (bottom + top) / 2) / 12)
    pitches = np.where(pitches > top + 3, pitches - 12, np.where(pitches < bottom - 3, pitches + 12, pitches))
    voice = Voice.drawn(rng, low=low)
    main = sing(onsets, lengths, pitches, score.frames, voice, rng)
    sound = _placed(np.stack([main, main]), float(rng.normal(0.0, 0.05)))
    if rng.random() < 0.3:  # doubled to the sides, as choruses are
        for side in (-0.8, 0.8):
            late = onsets + np.abs(rng.normal(0.0, 0.015, len(onsets)))
            take = sing(late, lengths, pitches, score.frames, voice, rng)
            sound += _placed(np.stack([take, take]), side) * np.float32(rng.uniform(0.2, 0.6))
    if rng.random() < 0.3:  # another voice an octave away
        other = Voice.drawn(rng, low=not low)
        take = sing(onsets, lengths, pitches + (12 if low else -12), score.frames, other, rng)
        sound += _placed(np.stack([take, take]), float(rng.uniform(-0.6, 0.6))) * np.float32(rng.uniform(0.2, 0.6))
    loud = np.sqrt(np.mean(np.square(sound[:, np.abs(sound).max(axis=0) > 1e-4]))) or 1.0
    return (sound * (VOCAL_LEVEL / loud)).astype(np.float32)


def _line(part: Part, score: Score) -> tuple[Floats, Floats, Floats]:
    """Return a part's upper line in seconds, one note at a time."""
    order = np.lexsort((-part.notes["pitch"], np.round(part.notes["onset"], 2)))
    chosen = part.notes[order]
    first = np.concatenate([[True], np.diff(np.round(chosen["onset"], 2)) > 0.1])
    chosen = chosen[first]
    onsets = np.maximum(0.0, score.tempo.seconds(chosen["onset"]))
    ends = score.tempo.seconds(chosen["onset"] + chosen["duration"])
    ends[:-1] = np.minimum(ends[:-1], onsets[1:] - 0.02)
    return onsets, np.maximum(0.06, ends - onsets), chosen["pitch"].astype(float)


def _placed(sound: Audio, pan: float) -> Audio:
    """Return a stereo sound moved to a side, −1 to 1, at constant power."""
    angle = (pan + 1.0) * np.pi / 4
    return sound * np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * np.float32(np.sqrt(2.0))


def _in_a_room(sound: Audio, name: str, rng: np.random.Generator) -> Audio:
    """Return a source with some reverberation: decaying noise, different on both sides; basses stay dry."""
    seconds, wet = rng.uniform(0.3, 2.2), ratio(rng.uniform(-26.0, -10.0)) if name != "bass" else 0.0
    frames = round(seconds * SAMPLE_RATE)
    tail = rng.normal(0.0, 1.0, (2, frames)) * 10.0 ** (-3.0 * np.arange(frames) / frames)
    tail[:, : round(0.012 * SAMPLE_RATE)] = 0.0
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    room = oaconvolve(sound, tail.astype(np.float32), axes=1)[:, : sound.shape[1]]
    return (sound + wet * room).astype(np.float32)
