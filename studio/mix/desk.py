"""The mixing desk: dry stems in, one at a time and in any order; a balanced mix out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.errors import RenderError
from studio.mix.automation import section_cutoffs, section_envelope, section_gains
from studio.mix.dynamics import Compressor, Ducking
from studio.mix.effects import HALF_POWER, Doubling, Effect, Fader, Panorama, Saturation, Sweep, run
from studio.mix.filters import Equaliser, high_cut, low_cut, peak
from studio.mix.loudness import SILENT, integrated_loudness
from studio.mix.submix import Submix
from studio.score import Part, Score
from studio.styles.model import Desk, PartStyle

LEAD_LOUDNESS = -20.0
"""Where a part of level 0 dB is put, in LUFS: the loudness for which instruments are trimmed."""
MOST_GAIN = 30.0
"""What is more than this below its level is not a part but a remnant, and is not blown up to one (dB)."""
TAKE_MARK = "#"
KICK_KEYS = (35, 36)
"""The bass drums of General MIDI."""

Keep = Callable[[str, Audio], None]
"""Takes a stem of the mix: a part's id or a return's name, and its sound, which stays the desk's."""


@dataclass(frozen=True)
class Levelling:
    """How a role is compressed on its strip: threshold in dB above its own loudness, times in seconds."""

    above: float
    ratio: float
    attack: float
    release: float


LEVELLING: Mapping[str, Levelling] = {
    "bass": Levelling(1.0, 3.0, 0.012, 0.14),
    "lead": Levelling(3.0, 2.0, 0.010, 0.20),
    "drums": Levelling(5.0, 2.0, 0.015, 0.12),
}


class MixingDesk:
    """Mixes one piece. ``add`` every stem (from any thread, in any order: the result is the same to the bit), then
    ``finish`` once.

    A strip runs: low cut, equaliser, high cut, sweep → levelling and drive → ducking → place → fader (gain by measured
    loudness, and by section). Only the stem in hand, the mix and the sends in use are in memory. ``keep`` is given
    every strip and every return as it goes into the mix: they add up to it.
    """

    def __init__(self, parts: tuple[PartStyle, ...], desk: Desk, score: Score, *, keep: Keep | None = None) -> None:
        self._styles = {part.id: part for part in parts}
        self._desk, self._score, self._keep = desk, score, keep or (lambda _name, _audio: None)
        self._kicks = kick_frames(score)
        self._takes = {part.id for part in score.parts}
        self._swell = section_gains(score, desk.swell)[0]
        self._mix = Submix(desk, score)

    def add(self, part: Part, stem: Audio) -> None:
        """Process the dry ``stem`` of ``part`` (in place) and add it to the mix and the sends. Thread-safe.

        ``stem`` has shape ``(2, frames)``. Raises ``RenderError`` for a part that has no chair in the style.
        """
        style = self.style(part.id)
        loudness = self._shape(style, stem)
        if loudness <= SILENT:
            return
        self._place(style, part.id, stem)
        gain = min(LEAD_LOUDNESS + style.level - loudness, MOST_GAIN)
        Fader(section_envelope(self._score, self._swell + gain)).process(stem)
        self._mix.add(style, stem)
        self._keep(part.id, stem)

    def style(self, part_id: str) -> PartStyle:
        """Return the chair at which a part sits; raises ``RenderError`` where there is none."""
        chair = part_id.partition(TAKE_MARK)[0]
        if chair not in self._styles:
            raise RenderError(f"part {part_id!r} has no strip on the desk; there are {', '.join(self._styles)}")
        return self._styles[chair]

    def finish(self) -> Audio:
        """Return the mix with its returns, before the mix bus: shape ``(2, score.frames)``."""
        mix = self._mix.dry()
        for name, wet in self._mix.returns():
            mix += wet
            self._keep(name, wet)
        return mix

    def _shape(self, style: PartStyle, stem: Audio) -> float:
        """Filter, level and drive the stem; return its loudness while it plays, in LUFS."""
        Equaliser(strip_filters(style)).process(stem)
        if style.sweep:
            Sweep(section_cutoffs(self._score, style.sweep)).process(stem)
        loudness = integrated_loudness(stem)
        levelling = LEVELLING.get(style.role)
        if loudness <= SILENT or (levelling is None and not style.drive):
            return loudness
        chain: list[Effect] = []
        if levelling:
            threshold = loudness + levelling.above
            chain.append(Compressor(threshold, levelling.ratio, levelling.attack, levelling.release))
        chain.append(Saturation(style.drive, loudness))
        run(chain, stem)
        return integrated_loudness(stem)

    def _place(self, style: PartStyle, part_id: str, stem: Audio) -> None:
        """Duck the stem and put it where it sits; one take of a doubled chair gets its mirrored second."""
        Ducking(self._kicks, style.duck, self._desk.duck_ms / 1000.0).process(stem)
        chair, _, take = part_id.partition(TAKE_MARK)
        if not style.double_ms:
            Panorama(style.pan, style.width).process(stem)
        elif take or f"{chair}{TAKE_MARK}2" in self._takes:
            Panorama(-style.pan if take else style.pan, style.width).process(stem)
            stem *= HALF_POWER
        else:
            Doubling(style.double_ms, Panorama(style.pan, style.width)).process(stem)


def strip_filters(style: PartStyle) -> tuple[NDArray[np.float64], ...]:
    """Return the sections of a strip's equaliser, in the order of the signal."""
    sections = [low_cut(style.low_cut)] if style.low_cut else []
    sections += [peak(hz, gain_db, q) for hz, gain_db, q in style.eq]
    sections += [high_cut(style.high_cut)] if style.high_cut else []
    return tuple(sections)


def kick_frames(score: Score) -> NDArray[np.int64]:
    """Return the frames at which a kick drum sounds, ascending."""
    onsets = [
        part.notes["onset"][np.isin(part.notes["pitch"], KICK_KEYS)] for part in score.parts if part.role == "drums"
    ]
    beats = np.unique(np.concatenate(onsets)) if onsets else np.zeros(0)
    frames = np.round(score.tempo.seconds(beats) * SAMPLE_RATE).astype(np.int64)
    return np.unique(frames[(frames >= 0) & (frames < score.frames)])
