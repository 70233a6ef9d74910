"""One part's notes as staves of voices: clefs, hands, chords, and how long each is written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.deliver.midi import is_kit
from studio.deliver.paper.grid import EMPTY, Grid, Tone, grid, tones
from studio.deliver.paper.values import DIVISIONS, ticks
from studio.deliver.percussion import stroke
from studio.instruments import INSTRUMENTS
from studio.score import Part
from studio.theory.meter import Meter

TWO_HANDED = ("keys",)
"""Families that are written on two staves when they play on both sides of middle C."""
MIDDLE_C = 60
HAND_SPAN = 12
ONE_VOICE_ROLES = ("lead", "counter", "bass")
ALIKE = 0.65
"""Notes of one chord that last at least this share of its longest are written as long."""
FILLS, FILLS_SHORT, STACCATO = 0.6, 0.4, 0.55
"""A note that sounds this share of the way to the next is written up to it; on the beat, where the way is a quarter at
most, the second share will do. A short note that sounds less than the third share of what is written gets a dot."""
ON_BOTH_STAVES = 7
"""Semitones that notes reach beyond middle C, both ways, where one staff would not hold them."""


@dataclass(frozen=True)
class Clef:
    """A clef by MusicXML's sign and line, ``octave`` −1 for one with an 8 below. Pitches are written as they sound."""

    sign: str
    line: int
    octave: int = 0


TREBLE, BASS, GUITAR, DOUBLE_BASS, HIGH, PERCUSSION = (
    Clef("G", 2), Clef("F", 4), Clef("G", 2, -1), Clef("F", 4, -1), Clef("G", 2, 1), Clef("percussion", 2),
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Notes struck together in one voice, written from ``start`` to ``end`` in ticks."""

    start: int
    end: int
    pitches: tuple[int, ...]
    staccato: bool = False


@dataclass(frozen=True)
class Staff:
    """A clef and its voices, each a row of events that do not overlap."""

    clef: Clef
    voices: tuple[tuple[Event, ...], ...]


def staves(part: Part, meter: Meter, end: int) -> tuple[Staff, ...]:
    """Return the staves of a part up to ``end`` in ticks."""
    place = grid(part.notes, meter)
    written = tones(part.notes, place, end)
    if is_kit(part):
        return (_drum_staff(written, meter),)
    known = INSTRUMENTS.get(part.instrument)
    voices = 1 if part.role in ONE_VOICE_ROLES else 2
    low, high = int(part.notes["pitch"].min()), int(part.notes["pitch"].max())
    both = low < MIDDLE_C - ON_BOTH_STAVES and high > MIDDLE_C + ON_BOTH_STAVES
    if known and known.family in TWO_HANDED and both:
        return tuple(
            Staff(clef, _voices(hand, place, voices, end))
            for clef, hand in zip((TREBLE, BASS), _hands(_grips(written, part.role, meter)), strict=True)
        )
    return (Staff(_clef(part), _voices(written, place, voices, end)),)


def _clef(part: Part) -> Clef:
    known, middle = INSTRUMENTS.get(part.instrument), float(np.median(part.notes["pitch"]))
    if known and known.family == "basses":
        return DOUBLE_BASS
    if known and known.family == "guitars":
        return GUITAR
    if middle >= MIDDLE_C + 28:
        return HIGH
    return TREBLE if middle >= MIDDLE_C - 2 else BASS if middle >= MIDDLE_C - 22 else DOUBLE_BASS


def _grips(written: Sequence[Tone], role: str, meter: Meter) -> list[list[Tone]]:
    """Return what one hand would take together: each chord, but of broken chords the whole bar."""
    if role != "arpeggio":
        return _struck(written)
    bars: dict[int, list[Tone]] = defaultdict(list)
    for tone in written:
        bars[tone.start // ticks(meter.bar_beats)].append(tone)
    return list(bars.values())


def _hands(grips: Sequence[Sequence[Tone]]) -> tuple[list[Tone], list[Tone]]:
    """Share the notes between two hands: what fits one hand goes to it whole, wider grips part at middle C."""
    right: list[Tone] = []
    left: list[Tone] = []
    for grip in grips:
        low, high = min(tone.pitch for tone in grip), max(tone.pitch for tone in grip)
        whole = high - low <= HAND_SPAN
        for tone in grip:
            (right if ((low + high) / 2 if whole else tone.pitch) >= MIDDLE_C else left).append(tone)
    return right, left


def _struck(written: Sequence[Tone]) -> list[list[Tone]]:
    """Return the tones in groups that begin together, each from low to high."""
    groups: dict[int, list[Tone]] = defaultdict(list)
    for tone in written:
        groups[tone.start].append(tone)
    return list(groups.values())


def _voices(written: Sequence[Tone], place: Grid, count: int, end: int) -> tuple[tuple[Event, ...], ...]:
    """Lay chords into ``count`` voices at most; a chord that finds no voice free ends the one that would end first."""
    rows: list[list[tuple[int, float, tuple[int, ...]]]] = [[]]
    for chord in _struck(written):
        for tones_ in _by_length(chord, count):
            start, stop = tones_[0].start, max(tone.end for tone in tones_)
            row = next((row for row in rows if _free(row, start)), None)
            if row is None and len(rows) < count:
                rows.append(row := [])
            if row is None:
                row = min((row for row in rows if row[-1][0] < start), key=lambda row: row[-1][1], default=None)
            if row is None:  # struck together, and no voice left: into the first
                first = rows[0].pop()
                rows[0].append((start, max(stop, first[1]), (*first[2], *(tone.pitch for tone in tones_))))
                continue
            row.append((start, stop, tuple(tone.pitch for tone in tones_)))
    return tuple(tuple(_written(row, place, end)) for row in rows)


def _by_length(chord: Sequence[Tone], count: int) -> list[list[Tone]]:
    """Return a chord as one group, or as two when some of its notes last much longer: the higher group first."""
    longest = max(tone.end - tone.start for tone in chord)
    long = [tone for tone in chord if tone.end - tone.start >= ALIKE * longest]
    short = [tone for tone in chord if tone.end - tone.start < ALIKE * longest]
    if count == 1 or not short:
        return [list(chord)]
    return sorted((long, short), key=lambda group: -max(tone.pitch for tone in group))


def _free(row: Sequence[tuple[int, float, tuple[int, ...]]], start: int) -> bool:
    """Whether a voice has ended at ``start``, or nearly."""
    if not row:
        return True
    begun, stop, _ = row[-1]
    return begun < start and stop - start <= max(6.0, 0.2 * (stop - begun))


def _written(row: Sequence[tuple[int, float, tuple[int, ...]]], place: Grid, end: int) -> list[Event]:
    """Return a voice's events with the lengths a reader expects: no rest between notes that nearly touch."""
    events = []
    for index, (start, stop, pitches) in enumerate(row):
        following = row[index + 1][0] if index + 1 < len(row) else end
        room, sounds = following - start, stop - start
        on_beat = start % place.pulse == 0 and room <= DIVISIONS
        if sounds >= FILLS * room or (on_beat and sounds >= FILLS_SHORT * room) or room <= EMPTY:
            stop_at = following
        else:
            stop_at = min(max(place.after(stop), place.after(start + 1.5)), following)
        short = stop_at - start <= DIVISIONS and sounds < STACCATO * (stop_at - start)
        events.append(Event(start, stop_at, tuple(sorted(set(pitches))), short))
    return events


def _drum_staff(written: Sequence[Tone], meter: Meter) -> Staff:
    """Return hands above, feet below; every stroke is written up to the next, or to the end of its pulse."""
    pulse = ticks(meter.pulse_beats)
    voices = []
    for foot in (False, True):
        struck = _struck([tone for tone in written if stroke(tone.pitch).foot == foot])
        starts = [chord[0].start for chord in struck]
        events = []
        for chord, following in zip(struck, [*starts, None][1:], strict=True):
            pulse_end = (chord[0].start // pulse + 1) * pulse
            stop = pulse_end if following is None else min(following, pulse_end)
            events.append(Event(chord[0].start, stop, tuple(tone.pitch for tone in chord)))
        voices.append(tuple(events))
    return Staff(PERCUSSION, tuple(voice for voice in voices if voice) or ((),))
