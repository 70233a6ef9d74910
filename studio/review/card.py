"""The review card: what was asked beside what was measured, one row each, with a verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from studio.audio import Audio
from studio.mix.master import MasterTarget
from studio.review.audio import AudioMeasures, measure_audio
from studio.review.fingerprint import FRAGMENT
from studio.review.leadsheet import lead_sheet
from studio.review.limits import loudness_row, sound_rows
from studio.review.musical import LEAST_BARS, THRESHOLDS
from studio.review.musical import measure as measure_music
from studio.review.originality import Known, examine
from studio.review.row import FAIL, INFO, PASS, WARN, Row, near
from studio.review.tonality import relation
from studio.score import Score
from studio.styles import Style
from studio.theory.key import Key

LEAST_IN_KEY, HARDLY_IN_KEY = 0.6, 0.35
"""Share of note time in the scale that a chromatic style still reaches; and below which a piece is not in its key."""


class Asked(Protocol):
    """What the card needs of a brief; ``None`` leaves the choice to the composer."""

    @property
    def duration(self) -> float:
        """Length in seconds."""

    @property
    def tempo(self) -> float | None:
        """Pulses a minute."""

    @property
    def key(self) -> Key | None:
        """Tonic and mode."""


@dataclass(frozen=True)
class ReviewCard:
    """All rows of a piece and the measures they were read from."""

    rows: tuple[Row, ...]
    measures: AudioMeasures

    @property
    def passed(self) -> bool:
        """Whether no row failed."""
        return all(row.verdict != FAIL for row in self.rows)

    @property
    def failures(self) -> tuple[Row, ...]:
        """The rows that failed."""
        return tuple(row for row in self.rows if row.verdict == FAIL)

    def row(self, name: str) -> Row:
        """Return the row of that name; raises ``KeyError``."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """Return plain, JSON-ready values."""
        return {
            "passed": self.passed,
            "rows": [asdict(row) for row in self.rows],
            "measures": self.measures.as_dict(),
        }


def review(
    brief: Asked,
    score: Score,
    heard: Audio,
    *,
    target: MasterTarget,
    style: Style,
    note: str = "",
    known: Known | None = None,
) -> ReviewCard:
    """Measure what is heard and set beside it what ``brief`` asked for or, where it left the choice, what was written.

    ``heard`` is the delivered file read back (``studio.review.hear``), shape ``(2, frames)`` at 44.1 kHz. ``target``
    and ``style`` say how loud and of what balance it was to be; ``note`` why the loudness was not reached, if so.
    ``known`` compares the melody with music already made. Raises ``ReviewError`` for what is not sound.
    """
    measures = measure_audio(heard, tempo=written_tempo(score))
    rows = (
        *_asked_rows(brief, score, measures),
        loudness_row(measures, target, note),
        *_heard_rows(score, measures),
        *_musical_rows(score),
        _originality_row(score, known),
        *sound_rows(measures, score, target=target, style=style),
    )
    return ReviewCard(rows, measures)


def written_tempo(score: Score) -> float:
    """Return the tempo of most of the piece in pulses a minute."""
    ends = np.array([*score.tempo.beats[1:], max(score.end, score.tempo.beats[-1])])
    longest = int(np.argmax(ends - np.array(score.tempo.beats)))
    return score.tempo.bpm[longest] / score.meter.pulse_beats


def notes_in_key(score: Score) -> float:
    """Return the share of sounding time of all tones (drums left out) that lies in the scale of their section's key."""
    notes = [part.notes for part in score.parts if part.role not in ("drums", "effects") and len(part.notes)]
    if not notes:
        return 1.0
    pitch = np.concatenate([part["pitch"] - score.lift(part["onset"]) for part in notes]) % 12
    beats = np.concatenate([part["duration"] for part in notes])
    return float(beats[np.isin(pitch, score.key.scale)].sum() / max(float(beats.sum()), 1e-9))


# ------------------------------------------------------------------------------------------------------ asked, landed
def _asked_rows(brief: Asked, score: Score, measures: AudioMeasures) -> Iterator[Row]:
    yield near("duration", "Length", brief.duration, measures.duration, "s", 0.01)
    tempo = written_tempo(score)
    # What was left to the composer was not asked: it is told, not judged.
    if brief.tempo is None:
        yield Row("tempo", "Tempo", None, round(tempo, 2), "BPM", INFO)
    else:
        yield near("tempo", "Tempo", brief.tempo, tempo, "BPM", 0.5, digits=2)
    if brief.key is None:
        yield Row("key", "Key", None, str(score.key), "", INFO)
    else:
        yield Row("key", "Key", str(brief.key), str(score.key), "", PASS if brief.key == score.key else FAIL)
    share = notes_in_key(score)
    verdict = PASS if share >= LEAST_IN_KEY else WARN if share >= HARDLY_IN_KEY else FAIL
    yield Row("notes_in_key", "Notes in the scale", None, round(100 * share, 1), "%", verdict)


# -------------------------------------------------------------------------------------------------------------- heard
def _heard_rows(score: Score, measures: AudioMeasures) -> Iterator[Row]:
    """Tempo and key as a listener's tools read them from the sound. They can be fooled, so they warn, never fail."""
    asked, reading = written_tempo(score), measures.tempo
    if reading.bpm is None:
        yield Row("tempo_heard", "Tempo heard", round(asked, 2), None, "BPM", INFO, note="No regular pulse to hear.")
    else:
        tolerance = round(0.02 * asked, 2)
        note = f"Heard at {reading.folded:.3g} times another level of the pulse." if reading.folded != 1.0 else ""
        verdict = PASS if abs(reading.bpm - asked) <= tolerance else WARN
        yield Row("tempo_heard", "Tempo heard", round(asked, 2), round(reading.bpm, 2), "BPM", verdict, tolerance, note)
    if measures.key.key is None:
        yield Row("key_heard", "Key heard", str(score.key), None, "", INFO, note="No pitch to hear.")
    else:
        kin = min((relation(key, measures.key.key) for key in score.keys), key=("same", *KINSHIP).index)
        note = "" if kin == "same" else KINSHIP[kin]
        verdict = PASS if kin in ("same", "same notes") else WARN if kin == "other" else INFO
        yield Row("key_heard", "Key heard", str(score.key), str(measures.key.key), "", verdict, note=note)


MUSICAL_LABELS = {
    "melodic": "Melodic coherence", "harmonic": "Harmonic consistency", "rhythmic": "Rhythmic stability",
    "structural": "Section structure",
}  # fmt: skip


def _musical_rows(score: Score) -> Iterator[Row]:
    """The four axes of the written music; a value below what real music reaches is a warning."""
    found = measure_music(lead_sheet(score))
    for axis, least in THRESHOLDS.items():
        if found is None or axis not in found:
            note = "No tune to measure." if found is None else f"Too short to tell: fewer than {LEAST_BARS} bars."
            yield Row(axis, MUSICAL_LABELS[axis], None, None, "", INFO, note=note)
        else:
            verdict = PASS if found[axis] >= least else WARN
            yield Row(axis, MUSICAL_LABELS[axis], f"≥ {least:.2f}", round(found[axis], 2), "", verdict)


def _originality_row(score: Score, known: Known | None) -> Row:
    """The longest run of notes that the melody shares with other music; one as long as the limit fails."""
    report = examine(lead_sheet(score), known=known, sections=score.sections)
    if report.notes < FRAGMENT:
        return Row("originality", "Originality", None, None, "", INFO, note="No tune to compare.")
    measured = f"longest match {report.matches[0]}" if report.matches else f"no match of {FRAGMENT} notes"
    verdict = PASS if report.original else FAIL
    note = "" if report.original else f"{report.limit} notes in a row are too many."
    return Row("originality", "Originality", "original", measured, "", verdict, note=note)


KINSHIP: Mapping[str, str] = {
    "same notes": "The key heard has the same notes (its relative or parent key).",
    "parallel": "The key heard has the same tonic but the other third.",
    "fifth": "The key heard lies a fifth away: six of seven notes agree.",
    "other": "The key heard is not a near relative.",
}
