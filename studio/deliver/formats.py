"""The formats a piece is delivered in, and the one way to write them."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.deliver.archive import write_groups, write_stems
from studio.deliver.flac import write_flac
from studio.deliver.midi import write_midi
from studio.deliver.mp3 import write_mp3
from studio.deliver.musicxml import write_lead_sheet, write_musicxml
from studio.deliver.recording import STRAIGHT, Recording, Swing
from studio.deliver.stems import Stems
from studio.deliver.wav import write_wav
from studio.errors import StudioError
from studio.mix.master import Master
from studio.score import Score

THREADS = 2
MUSICXML = "application/vnd.recordare.musicxml+xml"
ZIP = "application/zip"

Progress = Callable[[float, str], None]


class DeliveryError(StudioError):
    """A piece could not be written in the formats asked for."""


@dataclass(frozen=True)
class Format:
    """One row of the table: what a person reads, how the file is called and served, who writes it.

    ``effort`` orders the work: the longest begins first. ``of_stems``: it is made of the mix's kept stems.
    """

    id: str
    label: str
    suffix: str
    mime: str
    write: Callable[[Recording, Path], None]
    effort: int
    of_stems: bool = False


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
        Format("stems", "Stems, FLAC 24 bit", "-stems.zip", ZIP, write_stems, 4, of_stems=True),
        Format(
            "groups", "Groups, FLAC 24 bit", "-groups.zip", ZIP, partial(write_groups, mastered=False), 6, of_stems=True
        ),
        Format(
            "groups-mastered",
            "Groups, mastered",
            "-groups-mastered.zip",
            ZIP,
            partial(write_groups, mastered=True),
            6,
            of_stems=True,
        ),
    )
}


def deliver(
    score: Score,
    master: Master,
    formats: Iterable[str],
    folder: Path,
    stem_name: str,
    *,
    artist: str = "",
    genre: str = "",
    comment: str = "",
    written: Score | None = None,
    swing: Swing = STRAIGHT,
    stems: Stems | None = None,
    progress: Progress | None = None,
) -> dict[str, Path]:
    """Write ``master`` and ``score`` into ``folder`` (made if missing) in each of ``formats``; return the files.

    ``score`` is the piece as played; formats that are read show it as ``written`` (on the grid), with a word on its
    ``swing``. Titles and tags come from the score and from ``artist``, ``genre`` and ``comment``, where a format has a
    place.

    ``stems`` are needed by the formats that are made of them.

    All files appear together, under their own names, when all are complete; if anything fails or ``progress`` raises,
    none does. ``progress(fraction, label)`` is called in this thread as each file is complete. Raises
    ``DeliveryError`` for a format that is not in ``FORMATS``.
    """
    wanted = list(dict.fromkeys(formats))
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise DeliveryError(f"formats: {', '.join(unknown)}: not one of {', '.join(FORMATS)}")
    folder.mkdir(parents=True, exist_ok=True)
    final = {name: folder / f"{stem_name}{FORMATS[name].suffix}" for name in wanted}
    draft = {name: path.with_name(f".{path.name}.part") for name, path in final.items()}
    recording = Recording(master.audio, score, artist, genre, comment, written, swing, stems)
    renamed: list[Path] = []
    try:
        _write_all(recording, draft, progress)
        for name, path in draft.items():
            os.replace(path, final[name])  # noqa: PTH105 - the atomic rename, by its own name
            renamed.append(final[name])
    except BaseException:
        for path in (*draft.values(), *renamed):
            path.unlink(missing_ok=True)
        raise
    return final


def _write_all(recording: Recording, paths: Mapping[str, Path], progress: Progress | None) -> None:
    """Write every file, in two threads since the encoders work outside the interpreter's lock."""
    order = sorted(paths, key=lambda name: -FORMATS[name].effort)
    with ThreadPoolExecutor(THREADS) as threads:
        jobs = {threads.submit(FORMATS[name].write, recording, paths[name]): name for name in order}
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                job.result()
                if progress:
                    progress(done / len(jobs), FORMATS[jobs[job]].label)
        except BaseException:
            threads.shutdown(wait=True, cancel_futures=True)
            raise
