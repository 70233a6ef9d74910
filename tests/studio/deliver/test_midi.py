from dataclasses import replace
from io import BytesIO

import mido
import pytest

from studio.deliver.midi import channels, key_signature, midi_file, program
from studio.instruments import INSTRUMENTS
from studio.score import Part, automation, notes
from studio.theory.key import Key


def at_ticks(track):
    """Return (tick, message) of a track."""
    now, result = 0, []
    for message in track:
        now += message.time
        result.append((now, message))
    return result


def of(track, kind):
    return [(tick, message) for tick, message in at_ticks(track) if message.type == kind]


def test_it_is_a_type_1_file_with_a_track_per_part_that_reads_back(score):
    written = BytesIO()
    midi_file(score).save(file=written)
    read = mido.MidiFile(file=BytesIO(written.getvalue()))
    assert (read.type, read.ticks_per_beat) == (1, 480)
    assert [track.name for track in read.tracks] == ["Test ? piece", "Piano", "Bass", "Drums"]
    assert read.length == pytest.approx(8 * 0.5 + 8 * 60 / 90, abs=1e-3)


def test_the_first_track_conducts(score):
    conductor = midi_file(score).tracks[0]
    tempos = [(tick, round(mido.tempo2bpm(message.tempo))) for tick, message in of(conductor, "set_tempo")]
    assert tempos == [(0, 120), (8 * 480, 90)]
    assert [(tick, m.text) for tick, m in of(conductor, "marker")] == [(0, "Verse"), (3840, "Chorus"), (7680, "End")]
    assert of(conductor, "key_signature")[0][1].key == "Cm"
    assert of(conductor, "time_signature")[0][1].numerator == 4


def test_notes_are_exact_and_a_repeated_key_ends_the_one_before(score):
    piano = midi_file(score).tracks[1]
    c4 = [
        (tick, m.type, m.velocity) for tick, m in at_ticks(piano) if m.type in ("note_on", "note_off") and m.note == 60
    ]
    assert c4 == [
        (0, "note_on", 80), (480, "note_off", 64), (480, "note_on", 90), (720, "note_off", 64), (720, "note_on", 100),
        (1200, "note_off", 64),
    ]  # fmt: skip


def test_the_pedal_goes_down_and_up(score):
    pedal = [(tick, m.value) for tick, m in of(midi_file(score).tracks[1], "control_change") if m.control == 64]
    assert pedal[0] == (0, 127)
    assert pedal[-1][1] == 0
    assert pedal[-1][0] == pytest.approx(3.5 * 480, abs=6)
    assert len(pedal) == 2


def test_bends_rise_in_steps_within_the_range_that_was_set(score):
    bass = midi_file(score).tracks[2]
    assert [(m.control, m.value) for _, m in of(bass, "control_change")] == [(101, 0), (100, 0), (6, 12), (38, 0)]
    bends = of(bass, "pitchwheel")
    assert (bends[0][1].pitch, bends[-1]) == (0, (480, bends[-1][1]))
    assert bends[-1][1].pitch == round(8192 * 2 / 12)
    assert [m.pitch for _, m in bends] == sorted(m.pitch for _, m in bends)


def test_volume_and_expression_become_controllers(score):
    lanes = {"volume": automation([(0, 0.0), (4, -40.0)]), "expression": automation([(0, 0.5)])}
    part = replace(score.parts[0], controls=lanes)
    track = midi_file(score.with_parts((part,))).tracks[1]
    values = {number: [m.value for _, m in of(track, "control_change") if m.control == number] for number in (7, 11)}
    assert (values[7][0], values[7][-1]) == (100, 10)
    assert values[11] == [64]


def test_vibrato_is_the_modulation_wheel(score):
    part = replace(score.parts[0], controls={"vibrato": automation([(1, 0.0), (2, 0.25), (3, 0.6), (4, 0.0)])})
    wheel = [m for m in of(midi_file(score.with_parts((part,))).tracks[1], "control_change") if m[1].control == 1]
    at = [[m.value for tick, m in wheel if tick <= beat * 480][-1] for beat in (1, 2, 3, 4)]
    assert at == [0, 64, 127, 0], "half a semitone is all it has"


def test_drums_take_channel_10_and_a_sixteenth_part_another_port(score):
    melody = notes([(0, 1, 60, 80)])
    parts = (*(Part(f"p{k}", f"P{k}", "pad", "piano", melody) for k in range(17)), score.parts[2])
    found = channels(parts)
    assert found[-1] == (0, 9)
    assert 9 not in {channel for _, channel in found[:-1]}
    assert len(set(found)) == 18
    assert found[15:17] == [(1, 0), (1, 1)]
    tracks = midi_file(score.with_parts(parts)).tracks
    assert [of(track, "midi_port")[0][1].port for track in tracks if of(track, "midi_port")] == [1, 1]


def test_programs_follow_the_table_of_instruments(score):
    tracks = midi_file(score).tracks[1:]
    assert [of(track, "program_change")[0][1].program for track in tracks] == [
        INSTRUMENTS[part.instrument].program for part in score.parts
    ]
    patches = [found for found in INSTRUMENTS.values() if found.patch]
    assert all(program(found) > 0 for found in patches), "every patch has a General MIDI stand-in"


def test_a_pick_up_before_beat_0_puts_a_whole_bar_in_front(score):
    early = replace(score.parts[0], notes=notes([(-0.5, 0.5, 67, 80), (0, 1, 60, 80)]))
    file = midi_file(score.with_parts((early,)))
    assert [tick for tick, _ in of(file.tracks[1], "note_on")] == [1680, 1920]
    assert of(file.tracks[0], "marker")[0][0] == 1920


def test_a_push_before_beat_0_is_put_on_the_beat(score):
    pushed = replace(score.parts[0], notes=notes([(-0.02, 0.5, 67, 80)]))
    assert of(midi_file(score.with_parts((pushed,))).tracks[1], "note_on")[0][0] == 0


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        ("C major", "C"),
        ("A minor", "Am"),
        ("D dorian", "Am"),
        ("Gb major", "F#"),
        ("F lydian", "C"),
        ("Bb minor", "Bbm"),
    ],
)
def test_modes_take_the_signature_of_the_same_notes(key, signature):
    assert key_signature(Key.parse(key)) == signature
