"""MIDI files back into scores: ours with sections, chords and roles, others with what they hold."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from mido import Message, MetaMessage, MidiFile, tempo2bpm
from mido.midifiles.meta import KeySignatureError
from numpy.typing import NDArray

from studio.deliver.midi import (
    DRUM_CHANNEL,
    END_MARKER,
    KEY_TEXT,
    MAJOR_KEYS,
    MINOR_KEYS,
    MODULATION,
    ROLE_TEXT,
    VIBRATO_RANGE,
)
from studio.errors import StudioError
from studio.instruments import INSTRUMENTS
from studio.score import ROLES, SECTION_KINDS, ChordSpan, Notes, Part, Score, Section, TempoMap, automation, notes
from studio.theory.chord import Chord
from studio.theory.key import Key
from studio.theory.meter import Meter

UNKNOWN_ENERGY = 0.5
BASS_PROGRAMS = range(32, 40)
CHORDAL = 1.5
"""Notes an onset on average from which an unlabelled track is taken for chords."""

Timed = list[tuple[float, Message | MetaMessage]]


class MidiError(StudioError):
    """A file is not MIDI that can be read, or holds no note."""


def read_midi(path: Path) -> Score:
    """Read the Standard MIDI File at ``path``.

    What ``write_midi`` wrote comes back with its sections, chords and roles; their numerals, energies and the lanes of
    automation but vibrato do not. From other files come notes, vibrato (the modulation wheel), tempi, the first meter
    and key; each channel of a track is a part, and the whole is one section. Raises ``MidiError``.
    """
    try:
        file = MidiFile(path)
    except FileNotFoundError:
        raise MidiError(f"{path}: there is no such file") from None
    except (OSError, EOFError, ValueError, IndexError, KeyError, KeySignatureError) as error:
        raise MidiError(f"{path}: not a MIDI file that can be read ({error})") from None
    tracks = [_timed(track, file.ticks_per_beat) for track in file.tracks]
    parts = tuple(part for number, track in enumerate(tracks) for part in _parts(number, track))
    if not parts:
        raise MidiError(f"{path}: no note in it")
    events = sorted((event for track in tracks for event in track if event[1].is_meta), key=lambda event: event[0])
    return _score(events, _title(file) or path.stem, parts)


def _timed(track: list[Message | MetaMessage], ticks: int) -> Timed:
    """Return the events of a track at absolute beats."""
    now, result = 0, []
    for message in track:
        now += message.time
        result.append((now / ticks, message))
    return result


def _title(file: MidiFile) -> str:
    return file.tracks[0].name.strip() if file.tracks else ""


def _score(events: Timed, title: str, parts: tuple[Part, ...]) -> Score:
    first = {message.type: message for _, message in reversed(events)}
    signature = first.get("time_signature")
    meter = Meter(signature.numerator, signature.denominator) if signature else Meter(4, 4)
    texts = [(beat, message.text) for beat, message in events if message.type == "text"]
    keys = [(beat, Key.parse(text.removeprefix(KEY_TEXT))) for beat, text in texts if text.startswith(KEY_TEXT)]
    key = keys[0][1] if keys else _signature_key(first["key_signature"].key if "key_signature" in first else "C")
    sounding = max(float(np.max(part.notes["onset"] + part.notes["duration"])) for part in parts)
    markers = [(beat, message.text) for beat, message in events if message.type == "marker"]
    sections = _lifted(_sections(markers, meter, sounding), keys)
    tempo = _tempo(events)
    duration = float(tempo.seconds(max(sounding, sections[-1].end)))
    return Score(title, key, meter, tempo, duration, sections, _chords(texts, sections[-1].end), parts)


def _signature_key(name: str) -> Key:
    """Return the key of a MIDI signature; seven accidentals are one that ours never has, but still a key."""
    names = MINOR_KEYS if name.endswith("m") else MAJOR_KEYS
    enharmonic = {"C#": "Db", "Cb": "B", "A#m": "Bbm", "Abm": "G#m"}
    name = enharmonic.get(name, name)
    return Key.parse(name if name in names else "C")


def _tempo(events: Timed) -> TempoMap:
    changes = {0.0: 120.0}
    changes.update({beat: tempo2bpm(message.tempo) for beat, message in events if message.type == "set_tempo"})
    return TempoMap(tuple(changes), tuple(changes.values()))


def _sections(markers: list[tuple[float, str]], meter: Meter, sounding: float) -> tuple[Section, ...]:
    """Return the stretches between markers; without any, the whole piece as one unnamed section."""
    end = max((beat for beat, text in markers if text == END_MARKER), default=sounding)
    starts = [(beat, text) for beat, text in markers if text != END_MARKER and beat < end] or [(0.0, "")]
    edges = [*(beat for beat, _ in starts[1:]), max(end, starts[-1][0])]
    return tuple(
        Section(name, _kind(name), start, edge - start, round((edge - start) / meter.bar_beats), UNKNOWN_ENERGY)
        for (start, name), edge in zip(starts, edges, strict=True)
        if edge > start
    ) or (Section("", "theme", 0.0, sounding, 0, UNKNOWN_ENERGY),)


def _lifted(sections: tuple[Section, ...], keys: list[tuple[float, Key]]) -> tuple[Section, ...]:
    """Return the sections with how far the key that reigns in each lies above the first."""
    return tuple(
        replace(section, lift=(reigning.tonic - keys[0][1].tonic) % 12)
        if (reigning := next((key for beat, key in reversed(keys) if beat <= section.start), None))
        else section
        for section in sections
    )


def _kind(name: str) -> str:
    """Return the kind of section that a name begins with: ``Chorus 2`` is a chorus, all else a theme."""
    plain = name.lower().replace("-", "").replace(" ", "")
    return next((kind for kind in SECTION_KINDS if plain.startswith(kind)), "theme")


def _chords(texts: list[tuple[float, str]], end: float) -> tuple[ChordSpan, ...]:
    """Return the texts that are chord symbols, each sounding until the next."""
    found = [(beat, chord) for beat, text in texts if beat < end and (chord := _chord(text))]
    edges = [*(beat for beat, _ in found), end][1:]
    return tuple(ChordSpan(beat, edge - beat, chord, "") for (beat, chord), edge in zip(found, edges, strict=True))


def _chord(text: str) -> Chord | None:
    try:
        return Chord.parse(text.strip())
    except ValueError:
        return None


def _parts(number: int, track: Timed) -> Iterator[Part]:
    """Yield a part for each channel that has notes in a track."""
    names = {message.type: message.name for _, message in track if message.type in ("track_name", "instrument_name")}
    role = next(
        (m.text.removeprefix(ROLE_TEXT) for _, m in track if m.type == "text" and m.text.startswith(ROLE_TEXT)), ""
    )
    programs = {message.channel: message.program for _, message in reversed(track) if message.type == "program_change"}
    for channel, rows in sorted(_notes(track).items()):
        array = notes(rows)
        known = next((row.id for row in INSTRUMENTS.values() if row.name == names.get("instrument_name")), "")
        own = role if role in ROLES else _guessed_role(array, channel, programs.get(channel, 0))
        name = names.get("track_name", "").strip() or f"Track {number}"
        yield Part(f"{number}-{channel}", name, own, known, array, _vibrato(track, channel))


def _notes(track: Timed) -> dict[int, list[tuple[float, float, int, int]]]:
    """Return the notes of each channel as (onset, duration, pitch, velocity); an unended note is left out."""
    open_: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    found: dict[int, list[tuple[float, float, int, int]]] = defaultdict(list)
    for beat, message in track:
        if message.type not in ("note_on", "note_off"):
            continue
        key = (message.channel, message.note)
        if message.type == "note_on" and message.velocity:
            open_[key].append((beat, message.velocity))
        elif open_[key]:
            onset, velocity = open_[key].pop(0)
            found[message.channel].append((onset, beat - onset, message.note, velocity))
    return found


def _vibrato(track: Timed, channel: int) -> dict[str, NDArray[np.void]]:
    """Return the lane that a channel's modulation wheel draws; none where it does not move."""
    wheel = [
        (beat, message.value / 127 * VIBRATO_RANGE)
        for beat, message in track
        if message.type == "control_change" and (message.channel, message.control) == (channel, MODULATION)
    ]
    return {"vibrato": automation(wheel)} if any(depth for _, depth in wheel) else {}


def _guessed_role(array: Notes, channel: int, program: int) -> str:
    """Return what a part whose track does not say seems to do, by its channel, program and texture."""
    if channel == DRUM_CHANNEL:
        return "drums"
    if program in BASS_PROGRAMS:
        return "bass"
    return "chords" if len(array) / len(np.unique(array["onset"])) >= CHORDAL else "lead"
