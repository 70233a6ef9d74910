"""The formats a piece is delivered in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.deliver.archive import write_groups, write_stems
from studio.deliver.flac import write_flac
from studio.deliver.midi import write_midi
from studio.deliver.mp3 import write_mp3
from studio.deliver.musicxml import write_lead_sheet, write_musicxml
from studio.deliver.recording import Recording
from studio.deliver.wav import write_wav
from studio.errors import StudioError

MUSICXML = "application/vnd.recordare.musicxml+xml"
ZIP = "application/zip"


class DeliveryError(StudioError):
    """A piece could not be written in the formats asked for."""


@dataclass(frozen=True)
class Format:
    """One row of the table: what a person reads, how the file is called and served, who writes it.

    ``effort`` orders the work: the longest begins first. ``stems``: it is made of those of the ``mix``, or
    of those taken through the ``master``.
    """

    id: str
    label: str
    suffix: str
    mime: str
    write: Callable[[Recording, Path], None]
    effort: int
    stems: str = ""


FORMATS: Mapping[str, Format] = {
    row.id: row
    for row in (
        Format("mp3", "MP3 320 kbit/s", ".mp3", "audio/mpeg", partial(write_mp3, bit_rate=320), 5),
        Format("mp3-192", "MP3 192 kbit/s", "-192.mp3", "audio/mpeg", partial(write_mp3, bit_rate=192), 4),
        Format("flac", "FLAC 24 bit", ".flac", "audio/flac", write_flac, 3),
        Format("wav", "WAV 24 bit", ".wav", "audio/wav", write_wav, 2),
        Format("midi", "MIDI", ".mid", "audio/midi", write_midi, 1),
        Format("musicxml", "MusicXML score", ".musicxml", MUSICXML, write_musicxml, 1),
        Format("leadsheet", "MusicXML lead sheet", "-lead-sheet.musicxml", MUSICXML, write_lead_sheet, 1),
        Format("stems", "Stems, FLAC 24 bit", "-stems.zip", ZIP, write_stems, 4, stems="mix"),
        Format(
            "groups", "Groups, FLAC 24 bit", "-groups.zip", ZIP, partial(write_groups, mastered=False), 6, stems="mix"
        ),
        Format(
            "groups-mastered",
            "Groups, mastered",
            "-groups-mastered.zip",
            ZIP,
            partial(write_groups, mastered=True),
            6,
            stems="master",
        ),
    )
}
