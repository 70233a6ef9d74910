"""Standard MIDI File, type 1, 480 ticks a quarter note: tempo, meter, key, sections and chords, then a track per part.

Sections are markers; chord symbols are text events of the first track."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo
from numpy.typing import NDArray

from studio.deliver.recording import Recording
from studio.instruments import INSTRUMENTS, Instrument
from studio.score import CONTROLS, Part, Score
from studio.theory.key import Key

TICKS = 480
DRUM_CHANNEL = 9
TONE_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
MODULATION = 1
BEND_RANGE = 12
"""Semitones to either side, set at the head of every track that bends (RPN 0)."""
VIBRATO_RANGE = 0.5
"""Semitones to either side at the top of the modulation wheel, General MIDI's recommendation."""
CURVE_TICKS = 20
"""Automation lanes become a staircase of this many ticks."""
PICK_UP = 0.125
"""A note that begins more beats than this before beat 0 is a pick-up; less is a push, and is put on the beat."""
FULL_VOLUME = 100
"""Controller 7 at 0 dB, General MIDI's own default; GM reads it as 40 log₁₀(value / 127)."""

CONTROLLERS: Mapping[str, int] = {"vibrato": MODULATION, "sustain": 64, "volume": 7, "expression": 11}
"""Automation lane → the controller that carries it."""

KEY_TEXT, ROLE_TEXT, END_MARKER = "Key: ", "Role: ", "End"
"""How text events begin that say what a key signature and a track name cannot, and the marker after the last bar."""

MAJOR_KEYS = ("Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#")
MINOR_KEYS = ("Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m")
"""Key signatures from six flats to six sharps."""

PATCH_PROGRAMS: Mapping[str, int] = {
    "sub-bass": 38, "house-bass": 38, "synth-bass": 38, "808-bass": 39, "reese": 39, "acid": 38,
    "supersaw": 81, "saw-lead": 81, "mono-lead": 81, "square-lead": 80, "pluck": 81, "pulse": 80, "stab": 62,
    "fm-keys": 5, "fm-bell": 14, "warm-pad": 89, "glass-pad": 92, "dark-pad": 93, "sweep-pad": 95, "drone": 97,
    "synth-strings": 50, "synth-brass": 62, "braam": 63,
    "808": 25, "909": 24, "electronic": 24, "lofi": 25,
    "riser": 119, "downlifter": 119, "impact": 116, "reverse-cymbal": 119,
    "noise-sweep": 119, "sub-drop": 118, "cymbal-swell": 119, "reverse-piano": 119,
    "vinyl": 122, "tape-hiss": 122, "rain": 96,
}  # fmt: skip
"""The General MIDI program (or GS drum kit) nearest to each of our own patches."""

# Events of one tick: endings first, then what a note depends on, then the notes.
ENDING, SETTING, STARTING = 0, 1, 2
Event = tuple[int, int, Message | MetaMessage]


def write_midi(recording: Recording, path: Path) -> None:
    """Write the score to ``path``; the same score gives the same bytes."""
    midi_file(recording.score).save(path)


def midi_file(score: Score) -> MidiFile:
    """Return ``score`` as a MIDI file. Beat 0 is tick 0; a pick-up puts whole bars in front of it."""
    shift = pick_up_beats(score)
    file = MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks.append(_track(_conductor(score, shift)))
    for part, (port, channel) in zip(score.parts, channels(score.parts), strict=True):
        file.tracks.append(part_track(part, port, channel, shift))
    return file


def pick_up_beats(score: Score) -> float:
    """Return how many beats of whole bars a pick-up needs in front of beat 0; 0 without one."""
    earliest = min((float(part.notes["onset"].min()) for part in score.parts if len(part.notes)), default=0.0)
    bars = math.ceil(-earliest / score.meter.bar_beats) if earliest < -PICK_UP else 0
    return bars * score.meter.bar_beats


def normalised(lane: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values of an automation lane as shares 0–1 of what MIDI can say; 0.5 is a bend at rest."""
    if lane == "bend":
        values = 0.5 + values / (2 * BEND_RANGE)
    elif lane == "vibrato":
        values = values / VIBRATO_RANGE
    elif lane == "sustain":
        values = (values >= 0.5).astype(float)
    elif lane == "volume":
        values = FULL_VOLUME / 127 * 10.0 ** (values / 40.0)
    return np.clip(values, 0.0, 1.0)


def part_track(part: Part, port: int, channel: int, shift: float) -> MidiTrack:
    """Return a part as a track with the time between messages in ticks; beat 0 stands ``shift`` beats into it."""
    return _track(_part(part, port, channel, shift))


def channels(parts: tuple[Part, ...]) -> list[tuple[int, int]]:
    """Return (port, channel) of each part: drums on channel 10, the others on the fifteen that are left.

    A sixteenth part goes to a second port, as does a second kind of drum kit.
    """
    tones, kits, result = 0, dict[str, int](), []
    for part in parts:
        if is_kit(part):
            result.append((kits.setdefault(part.instrument, len(kits)), DRUM_CHANNEL))
        else:
            result.append((tones // len(TONE_CHANNELS), TONE_CHANNELS[tones % len(TONE_CHANNELS)]))
            tones += 1
    return result


def is_kit(part: Part) -> bool:
    """Whether a part's pitches are drum keys."""
    known = INSTRUMENTS.get(part.instrument)
    return known.is_kit if known else part.role == "drums"


def program(instrument: Instrument | None) -> int:
    """Return the General MIDI program (or kit) that stands for an instrument; an unknown one is a piano."""
    if instrument is None:
        return 0
    return PATCH_PROGRAMS.get(instrument.patch, 0) if instrument.patch else instrument.program


def key_signature(key: Key) -> str:
    """Return the signature as MIDI names it; a mode takes that of the major or minor key with the same notes."""
    return (MINOR_KEYS if key.is_minor else MAJOR_KEYS)[key.fifths + 6]


def _track(events: Iterator[Event]) -> MidiTrack:
    """Return events at absolute ticks as a track with the time between them, closed by its end."""
    track, now = MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=0))
    return track


def _tick(beat: float) -> int:
    return max(0, round(beat * TICKS))


def _conductor(score: Score, shift: float) -> Iterator[Event]:
    meter = score.meter
    yield 0, SETTING, MetaMessage("track_name", name=_latin(score.title))
    clocks = round(24 * meter.pulse_beats)
    yield (
        0,
        SETTING,
        MetaMessage(
            "time_signature", numerator=meter.numerator, denominator=meter.denominator, clocks_per_click=clocks
        ),
    )
    for beat, key in _keys(score):
        tick = _tick(beat + shift) if beat else 0
        yield tick, SETTING, MetaMessage("key_signature", key=key_signature(key))
        yield tick, SETTING, MetaMessage("text", text=f"{KEY_TEXT}{key}")
    for index, (beat, bpm) in enumerate(zip(score.tempo.beats, score.tempo.bpm, strict=True)):
        yield _tick(beat + shift) if index else 0, SETTING, MetaMessage("set_tempo", tempo=bpm2tempo(bpm))
    for section in score.sections:
        yield _tick(section.start + shift), SETTING, MetaMessage("marker", text=_latin(section.name))
    for span in score.chords:
        symbol = span.chord.symbol(flats=score.key.uses_flats)
        yield _tick(span.start + shift), SETTING, MetaMessage("text", text=symbol)
    yield _tick(score.end + shift), STARTING, MetaMessage("marker", text=END_MARKER)


def _keys(score: Score) -> Iterator[tuple[float, Key]]:
    """Yield the key of the piece at beat 0, then every change of it with its beat."""
    yield 0.0, score.key
    lift = 0
    for section in score.sections:
        if section.lift != lift:
            lift = section.lift
            yield section.start, score.key.raised(lift)


def _part(part: Part, port: int, channel: int, shift: float) -> Iterator[Event]:
    known = INSTRUMENTS.get(part.instrument)
    yield 0, SETTING, MetaMessage("track_name", name=_latin(part.name or (known.name if known else part.id)))
    yield 0, SETTING, MetaMessage("instrument_name", name=_latin(known.name if known else part.instrument))
    yield 0, SETTING, MetaMessage("text", text=f"{ROLE_TEXT}{part.role}")
    if port:
        yield 0, SETTING, MetaMessage("midi_port", port=port)
    yield 0, SETTING, Message("program_change", channel=channel, program=program(known))
    if len(part.controls.get("bend", ())):
        for control, value in ((101, 0), (100, 0), (6, BEND_RANGE), (38, 0)):
            yield 0, SETTING, Message("control_change", channel=channel, control=control, value=value)
    for lane in CONTROLS:
        if len(part.controls.get(lane, ())):
            yield from _automation(lane, part, channel, shift)
    yield from _notes(part, channel, shift)


def _notes(part: Part, channel: int, shift: float) -> Iterator[Event]:
    """A note that begins while its own key still sounds ends the earlier one first: MIDI knows one per key."""
    spans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for onset, duration, pitch, velocity in part.notes.tolist():
        start = _tick(onset + shift)
        spans[pitch].append((start, max(start + 1, _tick(onset + duration + shift)), velocity))
    for pitch, notes in sorted(spans.items()):
        notes.sort()
        following = [start for start, _, _ in notes[1:]] + [notes[-1][1]]
        for (start, end, velocity), after in zip(notes, following, strict=True):
            if end > after:
                end = after
            if end <= start:  # two notes of one key on one tick: the louder, later in the order, stands
                continue
            yield start, STARTING, Message("note_on", channel=channel, note=pitch, velocity=velocity)
            yield end, ENDING, Message("note_off", channel=channel, note=pitch, velocity=64)


def _automation(lane: str, part: Part, channel: int, shift: float) -> Iterator[Event]:
    """A lane's lines as steps; a value that does not change is not repeated."""
    curve = part.controls[lane]
    first, last = _tick(curve["beat"][0] + shift), _tick(curve["beat"][-1] + shift)
    corners = {_tick(beat + shift) for beat in curve["beat"]}
    ticks = np.array(sorted(corners | set(range(first, last, CURVE_TICKS))))
    just_after = 1e-6  # where a lane jumps, the value it jumps to
    values = np.interp(ticks / TICKS - shift + just_after, curve["beat"], curve["value"])
    shares = normalised(lane, values)
    steps = np.minimum(np.rint(16384 * (shares - 0.5)), 8191) if lane == "bend" else np.rint(127 * shares)
    changes = np.append(True, np.diff(steps) != 0)
    for tick, step in zip(ticks[changes].tolist(), steps[changes].astype(int).tolist(), strict=True):
        yield tick, SETTING, _control(lane, step, channel)


def _control(lane: str, step: int, channel: int) -> Message:
    if lane == "bend":
        return Message("pitchwheel", channel=channel, pitch=step)
    return Message("control_change", channel=channel, control=CONTROLLERS[lane], value=step)


def _latin(text: str) -> str:
    """MIDI texts are Latin-1; what it lacks becomes a question mark."""
    return text.encode("latin-1", "replace").decode("latin-1")
