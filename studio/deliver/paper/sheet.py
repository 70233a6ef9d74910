"""A whole piece as a sheet of measures: parts on staves, and what stands above them, ready for a file format."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.deliver.midi import is_kit
from studio.deliver.paper.measures import Sign, is_silent, measures
from studio.deliver.paper.spelling import Name, chord_names, in_key, root_name
from studio.deliver.paper.staves import Clef, staves
from studio.deliver.paper.values import ticks
from studio.deliver.recording import Recording, Swing
from studio.instruments import INSTRUMENTS
from studio.score import ChordSpan, Part, Score, Section
from studio.theory.key import Key

ORDER = ("lead", "counter", "chords", "arpeggio", "pad", "bass", "drums")
"""Roles from the top of a full score to its foot. Effects have no notation."""
TUNES = ("lead", "counter", "arpeggio", "chords", "pad")
"""Roles whose line a lead sheet shows: the first that the piece has."""
DYNAMICS = ((0.15, "pp"), (0.32, "p"), (0.46, "mp"), (0.62, "mf"), (0.82, "f"), (1.01, "ff"))
"""Energies of sections below each limit, and how they are marked."""
RITARD_BEATS = 4.0
"""Changes to slower tempi no further apart than this are one ritard."""


@dataclass(frozen=True)
class Line:
    """One staff of a part: its clef, and for every voice its measures of signs."""

    clef: Clef
    voices: tuple[tuple[tuple[Sign, ...], ...], ...]


@dataclass(frozen=True)
class Player:
    """A part on paper: the ``part`` it shows, under a ``name`` of its own; ``dynamics`` by measure as (tick, mark)."""

    name: str
    part: Part
    lines: tuple[Line, ...]
    dynamics: Mapping[int, tuple[int, str]]


@dataclass(frozen=True)
class Pace:
    """A tempo from a tick of its measure on: ``bpm`` in quarter notes; ``mark`` is ``tempo``, ``rit.`` or empty."""

    tick: int
    bpm: float
    mark: str


@dataclass(frozen=True)
class Sheet:
    """A piece on paper. Mappings are by measure, 0 first; ticks count from the measure's beginning.

    ``keys`` holds the key of every measure, ``closes`` the measures after which a section ends.
    """

    score: Score
    swing: Swing
    players: tuple[Player, ...]
    keys: tuple[Key, ...]
    symbols: Mapping[int, tuple[tuple[int, ChordSpan], ...]]
    sections: Mapping[int, Section]
    paces: Mapping[int, tuple[Pace, ...]]
    closes: frozenset[int]

    @property
    def bar(self) -> int:
        """Ticks of a measure."""
        return ticks(self.score.meter.bar_beats)

    def named(self, pitch: int, tick: int) -> Name:
        """Return the name of a pitch heard at ``tick`` of the piece: by its chord, else by the key."""
        key = self.keys[min(tick // self.bar, len(self.keys) - 1)]
        chords = self.score.chords
        index = bisect_right(chords, tick, key=lambda span: ticks(span.start)) - 1
        if index >= 0 and tick < ticks(chords[index].end):
            names = chord_names(chords[index].chord, root_name(chords[index], key))
            if pitch % 12 in names:
                return names[pitch % 12]
        return in_key(pitch % 12, key)


def full_score(recording: Recording) -> Sheet:
    """Return every part that has notes and a notation, from the tune down to the drums."""
    score = recording.written or recording.score
    parts = sorted(
        (part for part in score.parts if part.role in ORDER and len(part.notes)),
        key=lambda part: ORDER.index(part.role),
    )
    return _sheet(score, recording.swing, parts, dynamics=True)


def lead_sheet(recording: Recording) -> Sheet:
    """Return the tune alone: in every section the line of the player who leads there, under the chord symbols."""
    score = recording.written or recording.score
    role = next((role for role in TUNES if any(part.role == role and len(part.notes) for part in score.parts)), "")
    leads = [part for part in score.parts if part.role == role and len(part.notes)]
    if not leads:
        return _sheet(score, recording.swing, [], dynamics=False)
    lines = []
    for section in score.sections:
        within = [_within(part, section) for part in leads]
        lines.append(max(within, key=len))
    longest = max(leads, key=lambda part: len(part.notes))
    tune = Part("melody", "Melody", role, longest.instrument, np.concatenate(lines))
    return _sheet(score, recording.swing, [tune] if len(tune.notes) else [], dynamics=False)


def _within(part: Part, section: Section) -> np.ndarray:
    onset = part.notes["onset"]
    return part.notes[(onset >= section.start - 1e-6) & (onset < section.end - 1e-6)]


def _sheet(score: Score, swing: Swing, parts: Sequence[Part], *, dynamics: bool) -> Sheet:
    bar = score.meter.bar_beats
    count = max(1, -int(-(score.end - 1e-6) // bar))
    starts = {round(section.start / bar): section for section in score.sections}
    keys = [score.key] * count
    for section in score.sections:
        first, last = round(section.start / bar), round(section.end / bar)
        keys[first:last] = [score.key.raised(section.lift)] * len(keys[first:last])
    names = _names(parts)
    players = tuple(_player(part, name, score, count, dynamics) for part, name in zip(parts, names, strict=True))
    return Sheet(
        score=score,
        swing=swing,
        players=players or (_resting(score, count),),
        keys=tuple(keys),
        symbols=_symbols(score, starts),
        sections=starts,
        paces=_by_measure(_paces(score), ticks(bar)),
        closes=frozenset(first - 1 for first in starts if first),
    )


def _names(parts: Iterable[Part]) -> list[str]:
    """Return a name for every part; those that share one are numbered."""
    plain = []
    for part in parts:
        known = INSTRUMENTS.get(part.instrument)
        plain.append(part.name or (known.name if known else part.id))
    numbers: dict[str, int] = defaultdict(int)
    names = []
    for name in plain:
        numbers[name] += 1
        names.append(f"{name} {numbers[name]}" if plain.count(name) > 1 else name)
    return names


def _player(part: Part, name: str, score: Score, count: int, dynamics: bool) -> Player:
    end = count * ticks(score.meter.bar_beats)
    lines = []
    for staff in staves(part, score.meter, end):
        voices = [measures(voice, score.meter, count) for voice in staff.voices]
        kept = (tuple(tuple(signs) for signs in voice) for voice in voices)
        lines.append(Line(staff.clef, tuple(kept)))
    return Player(name, part, tuple(lines), _marked(part, score) if dynamics else {})


def _resting(score: Score, count: int) -> Player:
    """Return an empty staff, for a lead sheet of a piece that has no tune: its chords still stand on it."""
    part = Part("melody", "Melody", "lead", "piano", np.zeros(0, score.parts[0].notes.dtype))
    rests = tuple(tuple(signs) for signs in measures((), score.meter, count))
    return Player("Melody", part, (Line(Clef("G", 2), (rests,)),), {})


def _marked(part: Part, score: Score) -> dict[int, tuple[int, str]]:
    """Return the dynamic marks of a part: at its first note in every section whose mark differs from the one before."""
    marks: dict[int, tuple[int, str]] = {}
    before, bar = "", ticks(score.meter.bar_beats)
    for section in score.sections:
        notes = _within(part, section)
        mark = next(mark for limit, mark in DYNAMICS if section.energy < limit)
        if len(notes) and mark != before:
            measure, tick = divmod(ticks(max(float(notes["onset"].min()), 0.0)), bar)
            marks[measure] = (tick, mark)
            before = mark
    return marks


def _symbols(score: Score, starts: Mapping[int, Section]) -> dict[int, tuple[tuple[int, ChordSpan], ...]]:
    """Return the chord symbols of every measure; one that goes on is written again only as a section begins."""
    found: dict[int, list[tuple[int, ChordSpan]]] = defaultdict(list)
    bar, before = ticks(score.meter.bar_beats), None
    for span in score.chords:
        measure, tick = divmod(ticks(span.start), bar)
        if span.chord != before or (not tick and measure in starts):
            found[measure].append((tick, span))
        before = span.chord
    return {measure: tuple(spans) for measure, spans in found.items()}


def _paces(score: Score) -> list[tuple[int, Pace]]:
    """Return the tempi with the ticks of the piece at which they begin."""
    result: list[tuple[int, Pace]] = []
    slowing, last, before = False, -np.inf, 0.0
    for beat, bpm in zip(score.tempo.beats, score.tempo.bpm, strict=True):
        slower = bool(result) and bpm < before and score.end - beat <= 4 * score.meter.bar_beats
        mark = "tempo" if not slower else "" if slowing and beat - last <= RITARD_BEATS else "rit."
        slowing, last, before = slower, beat, bpm
        if beat < score.end:
            result.append((max(ticks(beat), 0), Pace(0, bpm, mark)))
    return result


def _by_measure(paces: Iterable[tuple[int, Pace]], bar: int) -> dict[int, tuple[Pace, ...]]:
    found: dict[int, list[Pace]] = defaultdict(list)
    for tick, pace in paces:
        measure, within = divmod(tick, bar)
        found[measure].append(replace(pace, tick=within))
    return {measure: tuple(row) for measure, row in found.items()}


def sounding_voices(line: Line, measure: int) -> list[int]:
    """Return which voices of a staff are written in a measure: those with notes, else the first with its rest."""
    return [n for n, voice in enumerate(line.voices) if not is_silent(voice[measure])] or [0]


def is_percussion(player: Player) -> bool:
    """Whether a player's pitches are percussion keys."""
    return is_kit(player.part)
