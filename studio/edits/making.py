"""Making an edit: the finished piece once more from its record, edited, mixed anew, mastered, measured, delivered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from studio import ENGINE_VERSION
from studio.audio import SAMPLE_RATE, Audio
from studio.brief import Brief, BriefError, Problem
from studio.compose import Composition, compose
from studio.deliver import FORMATS, Recording, StemFolder, delivering, peaks
from studio.edits.closing import last_ring
from studio.edits.cutdown import cutdown
from studio.edits.edit import Edit
from studio.edits.loop import loop_mix, loop_of, looped, one_round
from studio.edits.versions import open_ended, version
from studio.mix.master import TARGETS, Master
from studio.produce import DEFAULT_FORMATS, file_name, outline
from studio.record import Record
from studio.review import ReviewCard, Row
from studio.review.audio import measure_audio
from studio.review.card import written_tempo
from studio.review.hearing import hear
from studio.review.limits import loudness_row, sound_rows
from studio.review.row import INFO, near
from studio.score import Score
from studio.session import Session, fade_of, recording_of, stems_needed
from studio.variations import Variations
from studio.watermark import Mark
from studio.work import Progress, Work

WITH_STEMS = ("cutdown", "version")
"""Kinds of edit whose mix is the sum of its stems from edge to edge."""

DECAY, LONGEST_DECAY = 0.5, 1.5
"""Share of a cutdown's last ring, and seconds at most, in which what still sounds fades to nothing."""

UNFIT: Mapping[str, tuple[str, ...]] = {"loop": ("edges",), "version": ("spectral_balance", "loudness_range")}
"""Kind of edit → rows that are told, not judged: a loop has no edges, and fewer players sound otherwise on purpose."""


@dataclass(frozen=True)
class EditedTrack:
    """An edit and its files, as ``studio.produce.Track`` is for a whole piece."""

    edit: Edit
    brief: Brief
    variations: Variations
    score: Score
    card: ReviewCard
    files: Mapping[str, Path]
    timings: Mapping[str, float]
    peaks: Sequence[float] = field(repr=False)

    @property
    def title(self) -> str:
        """The piece's title and what was done to it."""
        return self.score.title

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "title": self.title,
            "engine": ENGINE_VERSION,
            "edit": self.edit.as_dict(),
            "brief": self.brief.as_dict(),
            "variations": self.variations.as_dict(),
            "composed": outline(self.score),
            "measured": self.card.as_dict(),
            "files": {name: str(path) for name, path in self.files.items()},
            "timings": {stage: round(seconds, 3) for stage, seconds in self.timings.items()},
        }


@dataclass(frozen=True)
class Edited:
    """A piece after an edit: as played and as written; ``fade_out`` seconds end it."""

    played: Score
    written: Score
    fade_out: float = 0.0


def edited(piece: Composition, edit: Edit) -> Edited:
    """Return what is left to be played of a composition. Raises ``BriefError`` for what it cannot give."""
    played, written = piece.performance, piece.score
    fades = fade_of(piece.plan)
    if edit.kind == "cutdown":
        short = cutdown(played, written, edit.seconds)
        if short is None:
            message = f"seconds: at this tempo no bar and its ending fit into {edit.seconds:g} s"
            raise BriefError((Problem("seconds", "too_short", message),))
        found = Edited(*short, min(LONGEST_DECAY, DECAY * last_ring(short[0])))
    elif edit.kind == "loop":
        stretch = loop_of(written, edit.section)
        found = Edited(looped(played, stretch), looped(written, stretch))
    elif edit.kind == "version":
        found = Edited(version(played, edit.version), version(written, edit.version), fades)
    elif edit.fade_out:
        found = Edited(open_ended(played, written), open_ended(written, written), edit.fade_out)
    else:
        found = Edited(played, written, fades)
    title = f"{written.title} ({edit.label})"
    return replace(found, played=replace(found.played, title=title), written=replace(found.written, title=title))


def produce_edit(
    source: Record | Composition,
    edit: Edit,
    folder: Path,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    progress: Progress | None = None,
    name: str | None = None,
    tags: Mapping[str, Any] | None = None,
    mark: Mark | None = None,
) -> EditedTrack:
    """Make an edit of a track (its record, or the composition itself) and write its files into ``folder``.

    ``name``, ``progress``, ``tags`` and ``mark`` as for ``studio.produce.produce``. Raises ``BriefError`` for what the
    piece cannot give, with every problem; after an error no file is left.
    """
    work = Work.told(progress)
    with work.stage("composing", "Composing"):
        piece = compose(source.brief, variations=source.variations) if isinstance(source, Record) else source
        names = [section.name for section in piece.score.sections]
        edit = edit.for_piece(duration=piece.score.duration, sections=names)
        _check_stems(edit, formats)
        result = edited(piece, edit)
    with TemporaryDirectory() as stems:
        recording, finished = _recorded(piece, edit, result, formats, Path(stems), work, mark, tags or {})
        with delivering(recording, formats, folder, name or file_name(result.written.title)) as writing:
            with work.stage("reviewing", "Listening to the file"):
                path = writing.heard()
                card = card_of(edit, result, hear(path) if path else finished.audio, finished, piece)
                waveform = peaks(finished.audio)
            with work.stage("delivering", "Writing files"):
                files = writing.finish(work.wrote)
    work.progress("delivering", 1.0, "Done")
    return EditedTrack(
        edit, piece.plan.brief, piece.plan.variations, result.written, card, files, work.timings, waveform
    )


def _check_stems(edit: Edit, formats: Sequence[str]) -> None:
    asked = [name for name in formats if name in FORMATS and FORMATS[name].stems]
    if asked and edit.kind not in WITH_STEMS:
        message = f"formats: {', '.join(asked)}: a {edit.kind} has no stems"
        raise BriefError((Problem("formats", "not_allowed", message),))


def _recorded(
    piece: Composition,
    edit: Edit,
    result: Edited,
    formats: Sequence[str],
    folder: Path,
    work: Work,
    mark: Mark | None,
    tags: Mapping[str, Any],
) -> tuple[Recording, Master]:
    needed = stems_needed(formats)
    session, kept = (
        replace(Session.of(piece), score=result.played),
        StemFolder(folder, result.played) if needed else None,
    )
    with work.stage("rendering", "Rendering"):
        if edit.kind == "loop":
            mix, frames = loop_mix(session, told=work.played)
        else:
            mix, frames = session.mix(keep=kept.keep if kept else None, told=work.played), 0
    with work.stage("mastering", "Mixing and mastering"):
        _fade_in(mix, edit.fade_in)
        if mark:
            mark.on_mix(mix, result.played, seed=piece.plan.brief.seed)
        finished = session.master(
            mix,
            target=TARGETS[piece.plan.brief.master],
            fade_out=result.fade_out,
            followed="master" in needed,
        )
        if frames:
            round_only = replace(finished.master, audio=one_round(finished.master.audio, frames))
            finished = replace(finished, master=round_only)
        if mark:
            mark.on_master(finished.master.audio)
        recording = recording_of(session, piece.plan, result.written, finished, kept=kept, tags=tags)
    return recording, finished.master


def _fade_in(mix: Audio, seconds: float) -> None:
    frames = round(seconds * SAMPLE_RATE)
    mix[:, :frames] *= 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, frames, dtype=np.float32))


def card_of(edit: Edit, result: Edited, heard: Audio, finished: Master, piece: Composition) -> ReviewCard:
    """Measure an edit as it is heard: its length and its sound; the music was judged when it was composed."""
    measures = measure_audio(heard, tempo=written_tempo(result.written))
    rows: list[Row] = [
        near("duration", "Length", result.played.duration, measures.duration, "s", 0.5 / SAMPLE_RATE, digits=6),
        Row("tempo", "Tempo", None, round(written_tempo(result.written), 2), "BPM", INFO),
        loudness_row(measures, finished.target, finished.note),
    ]
    rows += sound_rows(measures, result.written, target=finished.target, style=piece.plan.style)
    unfit = UNFIT.get(edit.kind, ())
    rows = [replace(row, verdict=INFO) if row.name in unfit else row for row in rows]
    return ReviewCard(tuple(rows), measures)
