"""A piece laid out on the time line of a workstation, which begins at 0 in beats and in seconds and knows no lead-in.

Whole bars go in front of beat 0, as many as the lead-in and a pick-up need, so that bar lines stay where the music
has them; the stems, which begin with the lead-in, move with them.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import soundfile

from studio.deliver.midi import channels, pick_up_beats
from studio.deliver.project.colours import of_role
from studio.deliver.stems import StemFile
from studio.errors import StudioError
from studio.score import Part, Score

RESERVED = frozenset('<>:"/\\|?*')
"""What a file name may not hold on one system or another."""
NAME_LENGTH = 80


class ProjectError(StudioError):
    """A project could not be written."""


@dataclass(frozen=True)
class Take:
    """A stem on a track of its own: the file inside the project, its length in seconds, its colour."""

    stem: StemFile
    file: str
    seconds: float
    channels: int
    sample_rate: int

    @property
    def colour(self) -> int:
        """The colour of its track, 0xRRGGBB."""
        return of_role(self.stem.role)


@dataclass(frozen=True)
class Player:
    """A part that has notes, and the MIDI port and channel it plays on."""

    part: Part
    port: int
    channel: int


@dataclass(frozen=True)
class Session:
    """A score and its stems on the time line: beat 0 of the score stands ``shift`` beats into it."""

    score: Score
    takes: tuple[Take, ...]
    players: tuple[Player, ...]
    shift: float

    @property
    def audio_seconds(self) -> float:
        """Where the stems begin, in seconds of the time line."""
        return -float(self.score.tempo.seconds(-self.shift))

    @property
    def audio_beat(self) -> float:
        """Where the stems begin, in beats of the time line."""
        return self.beat(0.0)

    @property
    def end(self) -> float:
        """The beat of the time line at which the last section, or the last note that rings over it, ends."""
        last = [float((player.part.notes["onset"] + player.part.notes["duration"]).max()) for player in self.players]
        return self.shift + max([self.score.end, *last])

    def beat(self, seconds: float) -> float:
        """Return the beat of the time line that sounds ``seconds`` into the stems."""
        return self.shift + float(self.score.tempo.beat(seconds))

    def seconds(self, beat: float) -> float:
        """Return the time in seconds of a beat of the time line."""
        return self.audio_seconds + float(self.score.tempo.seconds(beat - self.shift))

    def tempi(self) -> Iterator[tuple[float, float]]:
        """Yield (beat of the time line, quarter notes a minute) for the first tempo and every change."""
        tempo = self.score.tempo
        for index, (beat, bpm) in enumerate(zip(tempo.beats, tempo.bpm, strict=True)):
            yield (beat + self.shift if index else 0.0), bpm


def lay_out(score: Score, stems: Sequence[StemFile]) -> Session:
    """Return the session of a score as played and its stems; raises ``ProjectError`` for a stem that cannot be read."""
    bar = score.meter.bar_beats
    lead_in = score.tempo.lead_in * score.tempo.bpm[0] / 60.0
    shift = max(pick_up_beats(score), math.ceil(lead_in / bar - 1e-9) * bar)
    places = zip(score.parts, channels(score.parts), strict=True)
    players = tuple(Player(part, *place) for part, place in places if len(part.notes))
    return Session(score, tuple(_take(index, stem) for index, stem in enumerate(stems, start=1)), players, shift)


def _take(index: int, stem: StemFile) -> Take:
    try:
        info = soundfile.info(stem.path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise ProjectError(f"stems: {stem.name} cannot be read from {stem.path.name}: render it again") from error
    file = f"audio/{index:02d} {file_name(stem.name)}.flac"
    return Take(stem, file, info.frames / info.samplerate, info.channels, info.samplerate)


def label(text: str) -> str:
    """Return a name fit for one line of a project: nothing that cannot be printed."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def file_name(text: str) -> str:
    """Return a name as one that every system can give to a file; letters of any script stay."""
    letters = unicodedata.normalize("NFC", label(text))
    kept = "".join("-" if letter in RESERVED else letter for letter in letters)
    return kept[:NAME_LENGTH].strip(" .") or "untitled"


def part_name(part: Part) -> str:
    """Return what a part's track is called."""
    return label(part.name) or part.id
