"""REAPER: a ZIP of a project in REAPER's own text format and the sound it plays.

A block is ``<NAME …``, its lines and ``>``; times are seconds, pitch and status bytes of MIDI hexadecimal.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from studio import ENGINE_VERSION
from studio.audio import SAMPLE_RATE
from studio.deliver.archive import archive
from studio.deliver.midi import TICKS, part_track
from studio.deliver.project.colours import of_kind, of_role
from studio.deliver.project.session import Player, Session, Take, file_name, label, lay_out, part_name
from studio.deliver.stems import StemFile
from studio.score import Score

STEP = 1
"""The shape of a tempo point that holds until the next."""
ALL_NOTES_OFF = "b0 7b 00"
"""The controller that ends every MIDI source and tells its length."""


def write_reaper(score: Score, stems: Sequence[StemFile], path: Path, *, title: str) -> None:
    """Write the project of ``score`` as played and its ``stems`` to ``path``; the same input gives the same bytes.

    Tempo map, meter, sections as regions, each stem in place on a track of its own, notes muted beside them. Raises
    ``ProjectError`` for a stem that cannot be read.
    """
    session = lay_out(score, stems)
    with archive(path) as target:
        target.add_text(f"{file_name(title)}.rpp", "\n".join(_project(session, title)) + "\n")
        for take in session.takes:
            target.add_file(take.file, take.stem.path)


def _project(session: Session, title: str) -> Iterator[str]:
    meter, bpm = session.score.meter, session.score.tempo.bpm[0]
    yield '<REAPER_PROJECT 0.1 "7.0/songwright" 0'
    yield f"  TITLE {_quoted(title)}"
    yield "  <NOTES 0 2"
    yield f"    |Made with Songwright {ENGINE_VERSION}"
    yield "  >"
    yield f"  SAMPLERATE {SAMPLE_RATE} 1 0"
    yield f"  TEMPO {_number(bpm)} {meter.numerator} {meter.denominator}"
    yield from _tempo_map(session)
    yield from _regions(session)
    for take in session.takes:
        yield from _audio_track(session, take)
    yield from _midi_tracks(session)
    yield ">"


def _tempo_map(session: Session) -> Iterator[str]:
    meter = session.score.meter
    yield "  <TEMPOENVEX"
    yield from ("    ACT 1 -1", "    VIS 1 0 1", "    LANEHEIGHT 0 0", "    ARM 0", f"    DEFSHAPE {STEP} -1 -1")
    for index, (beat, bpm) in enumerate(session.tempi()):
        # The first point also sets the meter: the denominator in the upper half, the numerator in the lower.
        signature = "" if index else f" {meter.denominator << 16 | meter.numerator} 0 1"
        yield f"    PT {_number(session.seconds(beat))} {_number(bpm)} {STEP}{signature}"
    yield "  >"


def _regions(session: Session) -> Iterator[str]:
    for index, section in enumerate(session.score.sections, start=1):
        start, end = (session.seconds(beat + session.shift) for beat in (section.start, section.end))
        colour = _native(of_kind(section.kind))
        yield f"  MARKER {index} {_number(start)} {_quoted(section.name)} 1 {colour} 1 R"
        yield f'  MARKER {index} {_number(end)} "" 1 {colour} 1 R'


def _audio_track(session: Session, take: Take) -> Iterator[str]:
    yield from _track(take.stem.name, take.colour)
    yield from _item(take.stem.name, session.audio_seconds, take.seconds)
    yield "      <SOURCE FLAC"
    yield f"        FILE {_quoted(take.file)}"
    yield from ("      >", "    >", "  >")


def _midi_tracks(session: Session) -> Iterator[str]:
    """A muted folder and in it a track per part; the last closes it."""
    if not session.players:
        return
    yield from _track("MIDI", of_role(""), muted=True, folder=(1, 1))
    yield "  >"
    length = session.seconds(session.end)
    for player in session.players:
        last = player is session.players[-1]
        name = part_name(player.part)
        yield from _track(name, of_role(player.part.role), muted=True, folder=(2, -1) if last else (0, 0))
        yield from _item(name, 0.0, length)
        yield from _midi_source(session, player)
        yield from ("    >", "  >")


def _midi_source(session: Session, player: Player) -> Iterator[str]:
    yield "      <SOURCE MIDI"
    yield f"        HASDATA 1 {TICKS} QN"
    now = waiting = 0
    for message in part_track(player.part, player.port, player.channel, session.shift):
        now, waiting = now + message.time, waiting + message.time
        if not message.is_meta:
            bytes_ = message.bytes() + [0] * (3 - len(message.bytes()))
            yield f"        E {waiting} " + " ".join(f"{byte:02x}" for byte in bytes_)
            waiting = 0
    yield f"        E {max(0, round(session.end * TICKS) - now) + waiting} {ALL_NOTES_OFF}"
    yield "      >"


def _track(name: str, colour: int, *, muted: bool = False, folder: tuple[int, int] = (0, 0)) -> Iterator[str]:
    """Yield the head of a track; ``folder`` is (1, 1) where one opens, (2, −1) where its last track closes it."""
    yield "  <TRACK"
    yield f"    NAME {_quoted(name)}"
    yield f"    PEAKCOL {_native(colour)}"
    yield "    VOLPAN 1 0 -1 -1 1"
    yield f"    MUTESOLO {int(muted)} 0 0"
    yield f"    ISBUS {folder[0]} {folder[1]}"
    yield "    NCHAN 2"
    yield "    MAINSEND 1 0"


def _item(name: str, position: float, length: float) -> Iterator[str]:
    yield "    <ITEM"
    yield f"      POSITION {_number(position)}"
    yield f"      LENGTH {_number(length)}"
    yield from ("      LOOP 0", "      FADEIN 1 0 0 1 0 0 0", "      FADEOUT 1 0 0 1 0 0 0", "      MUTE 0 0")
    yield f"      NAME {_quoted(name)}"
    yield from ("      VOLPAN 1 0 1 -1", "      SOFFS 0", "      PLAYRATE 1 1 0 -1 0 0.0025", "      CHANMODE 0")


def _quoted(text: str) -> str:
    """Return a text in the first kind of quotes that it does not hold; one that holds all loses its backticks."""
    text = label(text)
    for quote in ('"', "'", "`"):
        if quote not in text:
            return f"{quote}{text}{quote}"
    return "`" + text.replace("`", "'") + "`"


def _number(value: float) -> str:
    return f"{value:.12f}".rstrip("0").removesuffix(".")


def _native(colour: int) -> int:
    """Return 0xRRGGBB as REAPER keeps it: 0x01BBGGRR."""
    red, green, blue = colour >> 16, colour >> 8 & 0xFF, colour & 0xFF
    return 0x01000000 | blue << 16 | green << 8 | red
