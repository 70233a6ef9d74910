"""The formats a piece is delivered in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import which

from studio.deliver import ffmpeg
from studio.deliver.aac import write_aac
from studio.deliver.flac import write_flac
from studio.deliver.midi import write_midi
from studio.deliver.mp3 import write_mp3
from studio.deliver.musicxml import write_lead_sheet, write_musicxml
from studio.deliver.ogg import write_opus, write_vorbis
from studio.deliver.project import write_dawproject, write_reaper
from studio.deliver.recording import Recording
from studio.deliver.stem_archive import kept_stems, write_groups, write_stems
from studio.deliver.wav import write_wav
from studio.errors import DeliveryError

MUSICXML = "application/vnd.recordare.musicxml+xml"
ZIP = "application/zip"
COVER_SIZE = 3000


@dataclass(frozen=True)
class Format:
    """One row of the table: what a person reads, how the file is called and served, who writes it.

    ``effort`` orders the work: the longest begins first. ``kind``: ``sound``, the piece as a player plays it;
    ``score``, its notes; ``stems``, its sources in an archive; ``picture``. ``stems``: it is made of those of the
    ``mix``, or of those taken through the ``master``. ``needs``: a program that must be installed, to write and to
    read it.
    """

    id: str
    label: str
    suffix: str
    mime: str
    write: Callable[[Recording, Path], None]
    effort: int
    kind: str
    stems: str = ""
    needs: str = ""

    @property
    def available(self) -> bool:
        """Whether this machine can write it."""
        return not self.needs or which(self.needs) is not None


def _dawproject(recording: Recording, path: Path) -> None:
    tags = recording.tags
    write_dawproject(
        recording.score, kept_stems(recording).files, path, title=recording.score.title, artist=tags.artist
    )


def _reaper(recording: Recording, path: Path) -> None:
    write_reaper(recording.score, kept_stems(recording).files, path, title=recording.score.title)


def _cover(recording: Recording, path: Path) -> None:
    path.write_bytes(recording.cover(COVER_SIZE))


_groups = partial(write_groups, mastered=False)
_mastered = partial(write_groups, mastered=True)

FORMATS: Mapping[str, Format] = {
    row.id: row
    for row in (
        Format("mp3", "MP3 320 kbit/s", ".mp3", "audio/mpeg", partial(write_mp3, bit_rate=320), 6, "sound"),
        Format("mp3-192", "MP3 192 kbit/s", "-192.mp3", "audio/mpeg", partial(write_mp3, bit_rate=192), 7, "sound"),
        Format("wav", "WAV 24 bit", ".wav", "audio/wav", write_wav, 2, "sound"),
        Format("wav-16", "WAV 16 bit", "-16.wav", "audio/wav", partial(write_wav, bits=16), 3, "sound"),
        Format("wav-96", "WAV 24 bit, 96 kHz", "-96.wav", "audio/wav", partial(write_wav, rate=96_000), 4, "sound"),
        Format("flac", "FLAC 24 bit", ".flac", "audio/flac", write_flac, 3, "sound"),
        Format("ogg", "Ogg Vorbis", ".ogg", "audio/ogg", write_vorbis, 8, "sound"),
        Format("opus", "Opus 192 kbit/s", ".opus", "audio/ogg", write_opus, 9, "sound"),
        Format("m4a", "AAC 256 kbit/s", ".m4a", "audio/mp4", write_aac, 10, "sound", needs=ffmpeg.PROGRAM),
        Format("midi", "MIDI", ".mid", "audio/midi", write_midi, 1, "score"),
        Format("musicxml", "MusicXML score", ".musicxml", MUSICXML, write_musicxml, 1, "score"),
        Format("leadsheet", "MusicXML lead sheet", "-lead-sheet.musicxml", MUSICXML, write_lead_sheet, 1, "score"),
        Format("stems", "Stems, FLAC 24 bit", "-stems.zip", ZIP, write_stems, 4, "stems", "mix"),
        Format("groups", "Groups, FLAC 24 bit", "-groups.zip", ZIP, _groups, 6, "stems", "mix"),
        Format("groups-mastered", "Groups, mastered", "-groups-mastered.zip", ZIP, _mastered, 6, "stems", "master"),
        Format("cover", "Cover, 3000 × 3000", "-cover.jpg", "image/jpeg", _cover, 1, "picture"),
        Format("dawproject", "DAWproject", ".dawproject", ZIP, _dawproject, 4, "stems", "mix"),
        Format("reaper", "REAPER project", "-reaper.zip", ZIP, _reaper, 4, "stems", "mix"),
    )
}


def check_formats(formats: Iterable[str]) -> None:
    """Raise ``DeliveryError`` for formats that are not in the table, or that this machine cannot write."""
    wanted = list(formats)
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise DeliveryError(f"formats: {', '.join(unknown)}: not one of {', '.join(FORMATS)}")
    for row in (FORMATS[name] for name in wanted):
        if not row.available:
            mend = f"install it (apt install {row.needs}) or leave the format out"
            raise DeliveryError(f"formats: {row.id} needs {row.needs}; {mend}")
