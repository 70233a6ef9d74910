"""What is delivered: the finished sound, the score it was played from, and the words written into the files."""

from collections.abc import Callable
from dataclasses import dataclass, field

from studio.audio import Audio
from studio.deliver.stems import Stems
from studio.deliver.tags import Tags
from studio.score import Score


@dataclass(frozen=True)
class Swing:
    """Where the off-beat of a pair of ``unit`` (``eighth`` or ``sixteenth``) falls: 0.5 straight … 0.75."""

    off_beat: float = 0.5
    unit: str = "eighth"


STRAIGHT = Swing()


def _no_cover(_size: int) -> bytes:
    return b""


@dataclass(frozen=True)
class Recording:
    """A finished piece: its master, shape ``(2, frames)``, and its score as played.

    ``written`` is the score on the grid, for formats that are read; without one, the played score is written.
    ``swing`` tells how its pairs are played. ``tags`` are written into the files where they have a place. ``stems``,
    for formats that are made of them, are those of its mix. ``cover`` paints it, so many pixels a side, as a JPEG.
    """

    audio: Audio
    score: Score
    tags: Tags = field(default_factory=Tags)
    written: Score | None = None
    swing: Swing = STRAIGHT
    stems: Stems | None = field(default=None, repr=False)
    cover: Callable[[int], bytes] = field(default=_no_cover, repr=False)

    @property
    def tempo(self) -> float:
        """Beats per minute at the start, in the meter's pulses."""
        return self.score.tempo.bpm[0] / self.score.meter.pulse_beats
