"""Three ways to the piano part of a held-out song: as it was written, by the rules, and by the texture model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from studio.brief import Brief
from studio.compose.accompaniment import write_arpeggio, write_chords
from studio.compose.bass import write_bass
from studio.compose.ensemble import Chair
from studio.compose.form import plan_form
from studio.compose.plan import Plan, layer_of
from studio.models.grammar import Floats
from studio.models.melody import QUALITIES, TICKS
from studio.models.player import Cache, Ints, Player
from studio.models.texture import (
    ADVANCES,
    DURATIONS,
    LOWEST_OCTAVE,
    OCTAVES,
    SILENCE,
    Ground,
    densities,
    pitch_of,
    snap,
)
from studio.score import ChordSpan, Section, TempoMap
from studio.score import notes as score_notes
from studio.styles import Ending
from studio.theory.chord import Chord
from studio.theory.key import Key
from studio.training.texture import Song
from studio.variations import Variations

METERS = ("4/4", "3/4", "6/8")
"""Meters that the rules have rows for."""

BARS = (16, 24)
"""An excerpt has from so many to so many bars of one length."""

FEWEST = 64
"""Notes of piano that an excerpt has at least."""

STRETCH = 8
"""Bars of one energy."""

ENERGIES = (0.32, 0.46, 0.62)
"""Energies of the stretches where nothing is told, as a romance has them."""

SCALE = (0.2, 0.4, 0.56, 0.6, 0.7, 0.85)
"""Energies of which the rules take the one nearest to the density told: who plays, and which row, hangs on them."""

RULED = {"dim": "o", "m7b5": "h7", "dim7": "o7", "aug": "+", "other": ""}
"""Chord quality of the models → of the composer, where they are spelled otherwise."""

LOWEST, HIGHEST, FULLEST = 28, 88, 6
"""The piano's register under a voice, and the most notes struck at once."""

TEMPERATURE, NUCLEUS = 1.0, 0.95
REMEMBERED, KEPT = 256, 128
"""Events that the model looks back on, and how many of them it keeps when there is no more room."""

Rows = list[tuple[int, int, int]]
"""Notes as (onset, duration, pitch), in ticks."""


@dataclass(frozen=True)
class Excerpt:
    """Bars of one length out of a song, from tick 0. ``piano``: what was written; ``density``: of every bar."""

    title: str
    song: Song
    ground: Ground
    bars: int
    piano: Rows

    @property
    def bar(self) -> int:
        """Ticks in a bar."""
        return round(self.song.meter.bar_beats * TICKS)

    @property
    def end(self) -> int:
        """The tick at which the excerpt ends."""
        return self.bars * self.bar

    @property
    def density(self) -> NDArray[np.int64]:
        """The context *density* of every bar as written, shape (bars,)."""
        onsets = np.array(sorted({onset for onset, _, _ in self.piano}), np.int64)
        starts = np.arange(self.bars + 1) * self.bar
        told = np.ones(self.bars, np.int64)
        told[onsets // self.bar] = densities(onsets, starts)
        return told


def excerpt(song: Song) -> Excerpt | None:
    """Return the first stretch of whole bars of a song; None where there is none with enough piano."""
    bar = round(song.meter.bar_beats * TICKS)
    edges = song.ground.frame.bars
    whole = np.diff(edges) == bar
    for first in np.flatnonzero(whole).tolist():
        run = int(np.argmin(np.append(whole[first:], False)))
        if run >= BARS[0] and str(song.meter) in METERS:
            found = _cut(song, first, min(run, BARS[1]), bar)
            return found if len(found.piano) >= FEWEST else None
    return None


def _cut(song: Song, first: int, bars: int, bar: int) -> Excerpt:
    frame, start = song.ground.frame, int(song.ground.frame.bars[first])
    chords, end = frame.chords.copy(), start + bars * bar
    sounding = max(int(np.searchsorted(chords[:, 0], start, side="right")) - 1, 0)
    chords = chords[sounding:]
    chords[:, 0] = np.maximum(chords[:, 0] - start, 0)
    tune = song.ground.tune - np.array([start, start, 0])
    moved = replace(frame, bars=frame.bars[first:] - start, chords=chords, upbeat=0)
    ground = Ground(moved, tune[tune[:, 0] >= 0], song.ground.tempo)
    piano = [(snap(on) - start, length, pitch) for on, length, pitch in song.piano if start <= snap(on) < end]
    return Excerpt(song.title, song, ground, bars, piano)


# ------------------------------------------------------------------------------------------------------ by rule
def by_rules(piece: Excerpt, *, told: bool, seed: int) -> Rows:
    """Return what the piano chairs of the romantic style play; ``told``: in each stretch about as dense as written."""
    energies = [ENERGIES[number % len(ENERGIES)] for number in range(-(-piece.bars // STRETCH))]
    if told:
        asked = _struck(piece.piano, piece)
        tried = [_struck(_played(piece, [energy] * len(energies), seed), piece) for energy in SCALE]
        energies = [
            SCALE[int(np.argmin([abs(counts[index] - asked[index]) for counts in tried]))]
            for index in range(len(energies))
        ]
    return _played(piece, energies, seed)


def _struck(rows: Rows, piece: Excerpt) -> NDArray[np.int64]:
    """Return the number of onsets in every stretch."""
    onsets = np.array(sorted({onset for onset, _, _ in rows}), np.int64)
    return np.bincount(onsets // (STRETCH * piece.bar), minlength=-(-piece.bars // STRETCH))


def _played(piece: Excerpt, energies: Sequence[float], seed: int) -> Rows:
    plan, chords = _plan(piece, energies, seed), _spans(piece)
    inside = piece.ground.tune[piece.ground.tune[:, 0] < piece.end]
    lead = score_notes([(on / TICKS, (end - on) / TICKS, pitch, 80) for on, end, pitch in inside])
    rows: Rows = []
    for chair in plan.chairs:
        streams = plan.streams(layer_of(chair), chair.id)
        if chair.role == "bass":
            written = write_bass(plan, chords, chair, streams)
        else:
            writer = {"chords": write_chords, "arpeggio": write_arpeggio}[chair.role]
            written = writer(plan, chords, chair, streams, lead=lead)
        rows += [
            (round(TICKS * note["onset"]), max(round(TICKS * note["duration"]), 1), int(note["pitch"]))
            for note in written
        ]
    return sorted(rows)


def _plan(piece: Excerpt, energies: Sequence[float], seed: int) -> Plan:
    """Return a plan with the song's meter, tempo, mode and bars, for the piano alone."""
    meter, frame = piece.song.meter, piece.ground.frame
    brief = Brief("classical", "romantic", 60.0, "moderate", seed, substyle="romantic", meter=meter)
    sections = []
    for number, energy in enumerate(energies):
        bars = min(STRETCH, piece.bars - number * STRETCH)
        start, beats = number * STRETCH * meter.bar_beats, bars * meter.bar_beats
        sections.append(Section(f"Song {number + 1}", "theme", start, beats, bars, energy))
    chairs = tuple(
        Chair(part, part.instrument)
        for part in brief.style.parts
        if part.instrument == "piano" and part.role in ("arpeggio", "chords", "bass")
    )
    return replace(
        plan_form(brief, Variations()), key=Key(9, "minor") if frame.is_minor else Key(0, "major"), meter=meter,
        tempo=TempoMap((0.0,), (piece.ground.tempo,)), sections=tuple(sections), ending=Ending("fade"), chairs=chairs,
    )  # fmt: skip


def _spans(piece: Excerpt) -> tuple[ChordSpan, ...]:
    rows = [row for row in piece.ground.frame.chords.tolist() if row[0] < piece.end]
    starts = [0, *(row[0] for row in rows[1:]), piece.end]
    named = [RULED.get(QUALITIES[quality], QUALITIES[quality]) for _, _, quality in rows]
    return tuple(
        ChordSpan(start / TICKS, (until - start) / TICKS, Chord(root, name, root), "")
        for (_, root, _), name, start, until in zip(rows, named, starts[:-1], starts[1:], strict=True)
    )


# ----------------------------------------------------------------------------------------------------- by model
@dataclass
class Hand:
    """Where the model stands in one song: ``low`` is what the next note of the chord being struck lies above."""

    piece: Excerpt
    now: int = 0
    low: int = LOWEST - 1
    struck: int = 0
    rows: Rows = field(default_factory=list)

    def root(self) -> int:
        """Return the pitch class of the root of the chord that sounds."""
        return int(self.piece.ground.root(np.array([self.now]))[0])

    def allowed(self, part: int, event: Sequence[int]) -> NDArray[np.bool_]:
        """Return which values of a part may follow, shape (values,); ``event`` holds the parts before it."""
        pitch = np.add.outer(np.arange(SILENCE), 12 * (np.arange(OCTAVES) + LOWEST_OCTAVE)) + self.root()
        clear = (pitch > self.low) & (pitch <= HIGHEST)
        if part == 0:
            return np.append(clear.any(axis=1), self.struck == 0 or not clear.any())
        if part == 1:
            return clear[event[0]] if event[0] != SILENCE else np.arange(OCTAVES) == 0
        free = np.ones(len(DURATIONS) if part == 2 else len(ADVANCES), bool)
        if part == 3:
            free[0] = event[0] != SILENCE and self.struck + 1 < FULLEST
        return free

    def take(self, event: Sequence[int]) -> None:
        """Write an event down and go where it leads."""
        degree, octave, duration, advance = event
        if degree != SILENCE:
            pitch = pitch_of(degree, octave, self.root())
            self.rows.append((self.now, DURATIONS[duration], pitch))
            self.low, self.struck = pitch, self.struck + 1
        if ADVANCES[advance]:
            self.now, self.low, self.struck = self.now + ADVANCES[advance], LOWEST - 1, 0


def by_model(model: Player, songs: Sequence[Excerpt], *, told: bool, seed: int) -> list[Rows]:
    """Return what the model plays to every excerpt, all at once; ``told``: with the density of every bar as written."""
    rng = np.random.default_rng(seed)
    hands = [Hand(piece) for piece in songs]
    density = [piece.density if told else np.zeros(piece.bars, np.int64) for piece in songs]
    before = np.tile(model.grammar.nothing, (len(songs), 1, 1))
    said, known = [before], []
    cache = Cache(model.size, len(songs), REMEMBERED)
    while any(hand.now < hand.piece.end for hand in hands):
        known.append(np.stack([_here(*pair) for pair in zip(hands, density, strict=True)])[:, None])
        if cache.step == REMEMBERED:
            cache = Cache(model.size, len(songs), REMEMBERED)
            state = model.trunk(np.concatenate(said[-KEPT:], 1), np.concatenate(known[-KEPT:], 1), cache)[:, -1:]
        else:
            state = model.trunk(said[-1], known[-1], cache)
        said.append(_event(model, state, hands, rng))
    return [[row for row in hand.rows if row[0] < hand.piece.end] for hand in hands]


def _here(hand: Hand, density: NDArray[np.int64]) -> NDArray[np.int64]:
    now = np.array([min(hand.now, hand.piece.end - 1)])
    return hand.piece.ground.context(now, density[now // hand.piece.bar])[0]


def _event(model: Player, state: Floats, hands: Sequence[Hand], rng: np.random.Generator) -> Ints:
    """Draw one event for every song, part by part within what is allowed, and let the hands play it."""
    event = np.zeros((len(hands), 1, len(model.grammar.parts)), np.int64)
    for part in range(event.shape[-1]):
        free = [hand.allowed(part, row) for hand, row in zip(hands, event[:, 0].tolist(), strict=True)]
        scores = model.logits(state, part, event)[:, 0] / TEMPERATURE
        event[:, 0, part] = drawn(np.where(np.stack(free), scores, -np.inf), rng)
    for hand, row in zip(hands, event[:, 0].tolist(), strict=True):
        if hand.now < hand.piece.end:
            hand.take(row)
    return event


def drawn(scores: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw a value in every row of log-scores from the likeliest that together have ``NUCLEUS`` of the chance."""
    chance = np.exp(scores - scores.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    order = np.argsort(-chance, axis=1, kind="stable")
    ranked = np.take_along_axis(chance, order, axis=1)
    ranked[np.cumsum(ranked, axis=1) - ranked >= NUCLEUS] = 0.0
    above = np.cumsum(ranked, axis=1) / ranked.sum(axis=1, keepdims=True)
    rank = (rng.random((len(scores), 1)) >= above).sum(axis=1)
    return np.take_along_axis(order, np.minimum(rank, scores.shape[1] - 1)[:, None], axis=1)[:, 0]


def excerpts(songs: Iterator[Song]) -> list[Excerpt]:
    """Return the excerpts of those songs that have one."""
    return [found for song in songs if (found := excerpt(song))]
