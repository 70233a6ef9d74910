"""The conductor: brief → score → stems → mix → master → review → files, in this order, with progress."""

import ctypes
import unicodedata
from collections.abc import Mapping, Sequence
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from studio import ENGINE_VERSION
from studio.brief import Brief
from studio.compose import Composition
from studio.deliver import Recording, StemFolder, Tags, check_formats, delivering, peaks
from studio.mix import TARGETS, Master
from studio.models.files import warm_up as warm_up_models
from studio.rehearsal import rehearse
from studio.review import ReviewCard, hear, review
from studio.review.originality import Known
from studio.score import Score
from studio.session import Session, fade_of, recording_of, stems_needed
from studio.sound import warm_up as warm_up_sound
from studio.variations import Variations
from studio.watermark import DEVELOPMENT_KEY, Mark
from studio.work import Progress, Work

DEFAULT_FORMATS = ("mp3", "wav", "flac", "midi")

WARMED = ("mp3", "wav", "flac", "midi", "groups-mastered")


@dataclass(frozen=True)
class Track:
    """Everything one brief became. ``files`` by format, ``timings`` in seconds by stage, ``peaks`` 0–1 for a player.

    ``brief`` and ``variations`` together make the same music again.
    """

    brief: Brief
    score: Score
    card: ReviewCard
    files: Mapping[str, Path]
    timings: Mapping[str, float]
    peaks: Sequence[float]
    variations: Variations = field(default_factory=Variations)

    @property
    def title(self) -> str:
        """The title asked for, or the working title."""
        return self.score.title

    def as_dict(self) -> dict[str, Any]:
        """Return the track as plain values, ready for JSON."""
        return {
            "title": self.title,
            "engine": ENGINE_VERSION,
            "brief": self.brief.as_dict(),
            "variations": self.variations.as_dict(),
            "composed": outline(self.score),
            "measured": self.card.as_dict(),
            "files": {name: str(path) for name, path in self.files.items()},
            "timings": {stage: round(seconds, 3) for stage, seconds in self.timings.items()},
        }


def produce(
    brief: Brief,
    folder: Path,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    progress: Progress | None = None,
    name: str | None = None,
    variations: Variations | None = None,
    known: Known | None = None,
    tags: Mapping[str, Any] | None = None,
    mark: Mark | None = None,
) -> Track:
    """Make a track of ``brief`` and write its files into ``folder``.

    ``name`` is the files' name without suffix; by default it is made from the title. ``variations`` say what was drawn
    again (``Track.variations`` of the track that is varied, and further steps); without them the composition is
    repaired until the judge passes it. ``known`` asks for music made before, from which the melody must differ.
    ``tags``: fields of ``studio.deliver.Tags`` that only the caller knows (artist, licence, date). ``mark``: the
    watermark to put into the sound.
    ``progress`` hears of every step and may raise to stop; then, as after any error, no file is left. Raises
    ``RenderError`` when what came out is not fit to be delivered, ``DeliveryError`` for formats that are unknown or
    need a program that is not installed, and for tags that will not do.
    """
    work = Work.told(progress)
    check_formats(formats)
    Tags(**(tags or {}))
    folder.mkdir(parents=True, exist_ok=True)
    with work.stage("composing", "Composing"):
        rehearsal = rehearse(brief, variations=variations, known=known)
        piece = rehearsal.piece
    with TemporaryDirectory(dir=folder, prefix=".stems-") as stems_folder:
        recording, finished = _recorded(piece, Path(stems_folder), formats, work, mark, tags or {})
        with delivering(recording, formats, folder, name or file_name(piece.score.title)) as writing:
            with work.stage("reviewing", "Listening to the file"):
                card = _reviewed(piece, writing.heard(), finished, known)
                waveform = peaks(finished.audio)
            with work.stage("delivering", "Writing files"):
                files = writing.finish(work.wrote)
    work.progress("delivering", 1.0, "Done")
    return Track(brief, piece.score, card, files, work.timings, waveform, rehearsal.variations)


def warm_up() -> None:
    """Compile and load what the first track would otherwise wait for.

    Loads every model, plays every engine, then makes one short piece. Takes about half a minute from nothing, two
    seconds when numba's cache is filled. Raises ``ModelError`` or ``SoundLibraryError`` where either is unusable.
    """
    warm_up_models()
    warm_up_sound()
    mark = Mark(0, DEVELOPMENT_KEY.encode(), audible=True)
    with TemporaryDirectory() as folder:
        brief = Brief.from_mapping({"genre": "electronic", "duration": 30, "seed": 0})
        produce(brief, Path(folder), formats=WARMED, mark=mark)
    _give_back()


def _give_back() -> None:
    """Hand freed memory back to the system where the C library keeps it (glibc: some 50 MB after warming up)."""
    library = find_library("c")
    trim = getattr(ctypes.CDLL(library), "malloc_trim", None) if library else None
    if trim:
        trim(0)


def outline(score: Score) -> dict[str, Any]:
    """Return what was composed, for pages and for JSON: key, tempo, meter, sections in seconds, parts."""
    return {
        "key": str(score.key),
        "tempo": round(score.tempo.bpm[0] / score.meter.pulse_beats, 3),
        "meter": str(score.meter),
        "duration": score.duration,
        "sections": [
            {
                "name": section.name,
                "kind": section.kind,
                "bars": section.bars,
                "energy": section.energy,
                "start": round(float(score.tempo.seconds(section.start)), 3),
                "end": round(min(float(score.tempo.seconds(section.end)), score.duration), 3),
            }
            for section in score.sections
        ],
        "parts": [{"id": part.id, "role": part.role, "instrument": part.instrument} for part in score.parts],
    }


def file_name(title: str) -> str:
    """Return a title as a safe file name: plain letters, digits and hyphens; accents are left out."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    kept = "".join(letter if letter.isalnum() else "-" for letter in plain)
    return "-".join(filter(None, kept.split("-")))[:60] or "track"


def _recorded(
    piece: Composition,
    folder: Path,
    formats: Sequence[str],
    work: Work,
    mark: Mark | None,
    tags: Mapping[str, Any],
) -> tuple[Recording, Master]:
    """Play, mix and master a piece; its stems are kept in ``folder`` if one of ``formats`` is made of them."""
    brief, needed = piece.plan.brief, stems_needed(formats)
    session, kept = Session.of(piece), StemFolder(folder, piece.performance) if needed else None
    with work.stage("rendering", "Rendering"):
        mix = session.mix(keep=kept.keep if kept else None, told=work.played)
    with work.stage("mastering", "Mixing and mastering"):
        if mark:
            mark.on_mix(mix, piece.performance, seed=brief.seed)
        finished = session.master(
            mix,
            target=TARGETS[brief.master],
            fade_out=fade_of(piece.plan),
            followed="master" in needed,
        )
        if mark:
            mark.on_master(finished.master.audio)
        recording = recording_of(session, piece.plan, piece.score, finished, kept=kept, tags=tags)
    return recording, finished.master


def _reviewed(piece: Composition, heard: Path | None, finished: Master, known: Known | None) -> ReviewCard:
    """Measure the delivered file or, where no sound is delivered, the master."""
    return review(
        piece.plan.brief,
        piece.score,
        hear(heard) if heard else finished.audio,
        target=finished.target,
        style=piece.plan.style,
        note=finished.note,
        known=known,
    )
