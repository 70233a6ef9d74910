"""Accompaniment: struck chords, held pads and broken chords, under the lead and out of its way."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.patterns import Step
from studio.compose.plan import Plan, Streams
from studio.compose.timeline import EPSILON, Changes, Onset, bars, final_beats, onsets, plays_final
from studio.compose.turns import STRAIN
from studio.compose.voicing import voice
from studio.score import ChordSpan, Notes, notes
from studio.theory.chord import Chord

COMPING = ("rootless", "shell", "drop2", "quartal")
"""Voicings of players who comp where music swings: they choose freely where to strike, and reach over into the next
chord."""

SWINGING = 0.6

ANTICIPATED = 0.4
"""Share of a comping player's last half beats that already sound the next chord."""

CLASH = 2
"""The top of the bed keeps further than this many semitones from a note the lead holds."""

RUBS = (-1, 1, 13)
"""Semitones from a voice of the bed up to a held note of the lead that rub: that voice is left out."""

MOVED = ("octave", "fifths", "power")
TURNED_OVER = ("close", "open", "spread", "drop2")
GROWLS = 48
"""Voicings of pads that move by an octave every other strain, those whose top may go down one, and the MIDI pitch below
which it may not."""

HELD = 1.0
"""From this many beats on a note of the lead counts as held."""

PAD_OVERLAP = 0.08
"""Beats by which a pad's chord reaches into the next."""

SHIFTS = (0, 4, -4, 7, -7)
"""Semitones by which the register of a bed is narrowed, from below or above, every time it is drawn again."""

Rows = list[tuple[float, float, int, int]]


def write_chords(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, streams: Streams, *, lead: Notes) -> Notes:
    """Return a part of struck or strummed chords; without patterns, one for every change."""
    bed = _Bed(plan, chords, chair, lead)
    comping = _comps(plan, chair)
    rows: Rows = []
    found = onsets(plan, chair, streams, restless=comping) if chair.style.patterns else _held(plan, chair, bed.changes)
    if not comping:
        found = _every_chord(found, bed.changes, chair)
    for onset in found:
        index, end = _chord_struck(onset, bed.changes, streams, comping)
        length = onset.step.beats if onset.literal else onset.gap * chair.style.length
        length = min(length, onset.gap, max(end - onset.beat, EPSILON))
        pitches = bed.pitches(index, onset.beat, length)
        if chair.style.voicing == "guitar" and plan.meter.weight(onset.step.beat) <= 0.35 and len(pitches) > 3:
            pitches = pitches[-max(3, round(0.6 * len(pitches))) :]  # up-strokes catch the upper strings
        rows += _chord(pitches, onset.beat, length, chair, onset.step)
    return notes(rows + bed.final())


def _comps(plan: Plan, chair: Chair) -> bool:
    feel = plan.style.feel
    swings = feel.swing >= SWINGING and feel.swing_unit == "eighth"
    return swings and chair.style.voicing in COMPING and len(chair.style.patterns) > 1


def write_pad(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, streams: Streams, *, lead: Notes) -> Notes:
    """Return a part of held chords, each sounding to its end; patterns gate it."""
    bed = _Bed(plan, chords, chair, lead)
    rows: Rows = []
    gated = bool(chair.style.patterns)
    found = onsets(plan, chair, streams) if gated else _held(plan, chair, bed.changes)
    for onset in _every_chord(found, bed.changes, chair):
        index, end = _chord_struck(onset, bed.changes, streams, False)
        length = min(onset.gap, end - onset.beat)
        if gated:
            length = min(onset.step.beats if onset.literal else length * chair.style.length, length)
        else:
            length += PAD_OVERLAP * (onset.beat + length < plan.final - EPSILON)
        pitches = bed.pitches(index, onset.beat, length, other=bool(onset.bar.number // STRAIN % 2))
        rows += _chord(pitches, onset.beat, length, chair, onset.step)
    return notes(rows + bed.final())


def _elsewhere(pitches: tuple[int, ...], chair: Chair) -> tuple[int, ...]:
    """Lay a pad's chord otherwise, so that no strain is like the last: octaves and fifths an octave away, where there
    is room, else without their top; the top of fuller chords an octave down, where it is free and does not growl."""
    low, high = chair.register
    if chair.style.voicing in MOVED:
        room = next((octave for octave in (12, -12) if low <= pitches[0] + octave and pitches[-1] + octave <= high), 0)
        return tuple(pitch + room for pitch in pitches) if room or len(pitches) < 3 else pitches[:-1]
    top = pitches[-1] - 12
    free = top >= max(low, GROWLS) and all(abs(top - pitch) > CLASH for pitch in pitches)
    if chair.style.voicing not in TURNED_OVER or len(pitches) < 3 or not free:
        return pitches
    return tuple(sorted((top, *pitches[:-1])))


def write_arpeggio(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, streams: Streams, *, lead: Notes) -> Notes:
    """Return a part of broken chords: digits are degrees above a root, ``x`` climbs through the voicing."""
    bed = _Bed(plan, chords, chair, lead)
    if not chair.style.patterns:
        return notes([])
    roots = _roots([span.chord for span in chords], chair)
    rows: Rows = []
    climbed = 0
    for onset in onsets(plan, chair, streams):
        index = bed.changes.index(onset.beat)
        if onset.step.symbol.isdigit():
            pitch = _degree(chords[index].chord, onset.step.symbol, roots[index], chair)
        elif onset.step.symbol == "x":
            voicing = bed.voicings[index]
            climbed = 0 if onset.step.beat < EPSILON else climbed + 1
            pitch = voicing[climbed % len(voicing)]
        else:  # an approach or ghost in a broken chord is its root
            pitch = roots[index]
        length = onset.step.beats if onset.literal else onset.gap * chair.style.length
        accent = 1.0 if plan.meter.weight(onset.step.beat) >= 0.6 else 0.92
        rows.append((onset.beat, min(length, onset.gap), pitch, round(chair.style.velocity * accent)))
    return notes(rows + bed.final())


class _Bed:
    """The voicings of one chair for every chord of the piece, and the lead they make room for."""

    def __init__(self, plan: Plan, chords: Sequence[ChordSpan], chair: Chair, lead: Notes) -> None:
        self.plan, self.chair, self.lead = plan, chair, lead
        self.changes = Changes(chords)
        self.voicings = self._voiced([span.chord for span in chords])
        self._ends = lead["onset"] + lead["duration"]

    def _voiced(self, chords: Sequence[Chord]) -> list[tuple[int, ...]]:
        """Voice all chords; sections drawn again take voicings that lie a little higher or lower."""
        turns = [self.plan.turn("accompaniment", self.plan.section_at(span.start)) for span in self.changes.spans]
        low, high = self.chair.register
        laid = {}
        for turn in set(turns):
            shift = SHIFTS[turn % len(SHIFTS)]
            laid[turn] = voice(chords, self.chair.style.voicing, low + max(shift, 0), high + min(shift, 0))
        return [laid[turn][index] for index, turn in enumerate(turns)]

    def pitches(self, index: int, beat: float, length: float, *, other: bool = False) -> tuple[int, ...]:
        """Return the voicing of chord ``index`` (``other``: laid otherwise), its top moved away from what the lead
        holds meanwhile, without what rubs against it."""
        pitches = _elsewhere(self.voicings[index], self.chair) if other else self.voicings[index]
        span = self.changes.spans[index]
        bar = np.floor((beat + EPSILON) / self.plan.bar) * self.plan.bar
        start = max(min(span.start, beat), bar)  # the same inversion all through a chord, or a bar of it
        end = max(min(span.end, bar + self.plan.bar), beat + length)
        overlap = np.minimum(self._ends, end) - np.maximum(self.lead["onset"], start)
        held = self.lead["pitch"][(overlap >= 0.5 - EPSILON) & (self.lead["duration"] >= HELD - EPSILON)].tolist()
        for _ in range(2):
            if len(pitches) < 3 or not any(0 <= pitches[-1] - pitch <= CLASH for pitch in held):
                break
            top, below = pitches[-1], pitches[:-1]
            room = top - 12 not in below and top - 12 >= self.chair.register[0]
            pitches = tuple(sorted((*below, top - 12))) if room else below
        clear = tuple(pitch for pitch in pitches if not any(tone - pitch in RUBS for tone in held))
        return clear if len(clear) > 1 else pitches

    def final(self) -> Rows:
        """Return the last chord, if the chair has one to play."""
        if not plays_final(self.plan, self.chair):
            return []
        beat, length = self.plan.final, final_beats(self.plan)
        pitches = self.pitches(self.changes.index(beat), beat, length)
        return _chord(pitches, beat, length, self.chair, Step(0.0, length, "x"))


def _chord(pitches: Sequence[int], beat: float, length: float, chair: Chair, step: Step) -> Rows:
    velocity = round(min(max(chair.style.velocity * step.accent, 12), 127))
    return [(beat, length, pitch, velocity) for pitch in pitches]


def _held(plan: Plan, chair: Chair, changes: Changes) -> list[Onset]:
    """One onset for every chord; the same chord again is held on, up to four bars, and struck with each section."""
    found: list[Onset] = []
    for bar in bars(plan, chair):
        starts = sorted({bar.start} | {span.start for span in changes.within(bar.start, bar.start + plan.bar)})
        for start, until in zip(starts, [*starts[1:], bar.start + plan.bar], strict=True):
            last = found[-1] if found else None
            if (
                last
                and bar.number
                and abs(last.beat + last.gap - start) < EPSILON
                and changes.at(last.beat).chord == changes.at(start).chord
                and until - last.beat <= 4 * plan.bar + EPSILON
            ):
                found[-1] = Onset(last.beat, until - last.beat, last.step, last.bar, False)
            else:
                found.append(Onset(start, until - start, Step(start - bar.start, until - start, "x"), bar, False))
    return found


def _every_chord(found: Sequence[Onset], changes: Changes, chair: Chair) -> list[Onset]:
    """Add an onset at every change that happens while an onset's time runs and that no later onset announces."""
    result: list[Onset] = []
    for onset in found:
        end = onset.beat + (onset.step.beats if onset.literal else onset.gap)
        inside = [
            span
            for span in changes.within(onset.beat + 0.5 + EPSILON, end - 0.5 + EPSILON)
            if span.chord != changes.at(span.start - 2 * EPSILON).chord
        ]
        if chair.style.length < 0.5 and not onset.literal:
            inside = []  # short strokes are placed by their pattern alone
        edges = [onset.beat, *(span.start for span in inside), onset.beat + onset.gap]
        for start, until in pairwise(edges):
            sounding = min(until, end) - start
            step = Step(onset.step.beat + start - onset.beat, sounding, onset.step.symbol)
            result.append(Onset(start, until - start, step, onset.bar, onset.literal))
    return result


def _chord_struck(onset: Onset, changes: Changes, streams: Streams, comping: bool) -> tuple[int, float]:
    """Return the number of the chord that an onset sounds and the beat where it must give way.

    An onset on the last half beat of a chord that lasts over the change belongs to the next chord.
    """
    index = changes.index(onset.beat)
    span = changes.spans[index]
    following = index + 1
    while following < len(changes.spans) and changes.spans[following].chord == span.chord:
        span = changes.spans[following]
        following += 1
    if following == len(changes.spans):
        return index, span.end
    reaches = span.end - onset.beat <= 0.5 + EPSILON and onset.beat + onset.gap > span.end + EPSILON
    if (
        reaches
        and onset.beat > span.start + EPSILON
        and (not comping or streams(onset.bar.section).random() < ANTICIPATED)
    ):
        return following, changes.spans[following].end
    return index, span.end


def _roots(chords: Sequence[Chord], chair: Chair) -> list[int]:
    """Return the root each broken chord stands on: near the last one, low in the register."""
    low, high = chair.register
    home = low + min(6.0, (high - low) / 3)
    roots: list[int] = []
    for chord in chords:
        first = low + (chord.root - low) % 12
        places = range(first, max(high - 7, first) + 1, 12)
        near = roots[-1] if roots else home
        roots.append(min(places, key=lambda pitch: abs(pitch - near) + abs(pitch - home)))
    return roots


def _degree(chord: Chord, symbol: str, root: int, chair: Chair) -> int:
    """Return the pitch of a degree above ``root``: 8 and 9 lie an octave up."""
    lift = {"8": 12, "9": 12}.get(symbol, 0)
    semitones = {"2": 2, "4": 5}.get(symbol)
    tone = (chord.root + semitones) % 12 if semitones is not None else chord.degree(int(symbol))
    pitch = root + (tone - root) % 12 + lift
    low, high = chair.register
    while pitch > high and pitch - 12 >= low:
        pitch -= 12
    return pitch
