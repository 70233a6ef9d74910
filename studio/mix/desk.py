"""The mixing desk: dry stems in, one at a time and in any order; a balanced mix out."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, silence
from studio.errors import RenderError
from studio.mix.bus import ENVELOPE_FRAMES, Bus
from studio.mix.dynamics import Compressor, Ducking
from studio.mix.effects import Effect, Panorama, PingPongDelay, Saturation, SecondTake, Width, run
from studio.mix.filters import Equaliser, high_cut, low_cut, peak, tilt
from studio.mix.loudness import SILENT, integrated_loudness
from studio.mix.reverb import HALL, ROOM, Reverb
from studio.score import Part, Score
from studio.styles.model import Desk, PartStyle

LEAD_LOUDNESS = -20.0
"""Where a part of level 0 dB is put, in LUFS: the loudness for which instruments are trimmed."""
MOST_GAIN = 30.0
"""What is more than this below its level is not a part but a remnant, and is not blown up to one (dB)."""
OFF = -60.0
"""A send at this level is closed."""
TAKE_MARK = "#"
KICK_KEYS = (35, 36)
"""The bass drums of General MIDI."""
SWELL_ENERGY = 0.6
"""The energy of a section that is neither louder nor softer than the faders say."""
BREAK_ENERGY_SEND_DB = 4.0
SUBSONIC_HZ = 28.0


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

    A strip runs: low cut, equaliser, high cut → levelling and drive → ducking → gain by measured loudness → place →
    buses. Only the stem in hand, the mix and the sends in use are in memory.
    """

    def __init__(self, parts: tuple[PartStyle, ...], desk: Desk, score: Score) -> None:
        self._styles = {part.id: part for part in parts}
        self._desk, self._score = desk, score
        self._kicks = kick_frames(score)
        self._takes = {part.id for part in score.parts}
        self._mix = Bus(score.frames)
        self._sends = {name: Bus(score.frames) for name in ("room", "hall", "delay")}

    def add(self, part: Part, stem: Audio) -> None:
        """Process the dry ``stem`` of ``part`` (in place) and add it to the mix and the sends. Thread-safe.

        ``stem`` has shape ``(2, frames)``. Raises ``RenderError`` for a part that has no chair in the style.
        """
        chair, _, take = part.id.partition(TAKE_MARK)
        if chair not in self._styles:
            raise RenderError(f"part {part.id!r} has no strip on the desk; there are {', '.join(self._styles)}")
        style = self._styles[chair]
        loudness = self._shape(style, stem)
        if loudness <= SILENT:
            return
        gain = min(LEAD_LOUDNESS + style.level - loudness, MOST_GAIN)
        if not style.double_ms:
            self._route(style, stem, gain, style.pan)
            return
        if take or f"{chair}{TAKE_MARK}2" in self._takes:
            self._route(style, stem, gain - 3.0, -style.pan if take else style.pan)
            return
        second = stem.copy()
        SecondTake(style.double_ms).process(second)
        self._route(style, stem, gain - 3.0, style.pan)
        self._route(style, second, gain - 3.0, -style.pan)

    def finish(self) -> Audio:
        """Return the mix with its returns, after the buses, before mastering: shape ``(2, score.frames)``."""
        mix = self._mix.take()
        if mix is None:
            mix = silence(self._score.frames)
        for wet in self._returns():
            mix += wet
        self._process_bus(mix)
        return mix

    def _shape(self, style: PartStyle, stem: Audio) -> float:
        """Filter, level and drive the stem; return its loudness while it plays, in LUFS."""
        Equaliser(strip_filters(style)).process(stem)
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

    def _route(self, style: PartStyle, stem: Audio, gain: float, pan: float) -> None:
        """Duck and place the stem, then add it to the mix and to every open send."""
        run((Ducking(self._kicks, style.duck, self._desk.duck_ms / 1000.0), Panorama(pan, style.width)), stem)
        swell, spread = section_gains(self._score, self._desk.swell)
        self._mix.add(stem, self._envelope(swell + gain))
        for name, bus in self._sends.items():
            level = getattr(style, name)
            if level > OFF:
                bus.add(stem, self._envelope(swell + spread + gain + level))

    def _envelope(self, section_db: NDArray[np.float64]) -> NDArray[np.float32]:
        return section_envelope(self._score, section_db)

    def _returns(self) -> list[Audio]:
        """Return what the two reverbs and the delay make of their sends, in a fixed order."""
        desk, tempo = self._desk, self._score.tempo.bpm[0]
        effects: dict[str, Effect] = {
            "room": Reverb(ROOM, desk.room_seconds, desk.damping_hz),
            "hall": Reverb(HALL, desk.hall_seconds, desk.damping_hz),
            "delay": PingPongDelay(desk.delay_beats * 60.0 / tempo, desk.delay_feedback),
        }
        sent = [(name, audio) for name, bus in self._sends.items() if (audio := bus.take()) is not None]
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda pair: effects[pair[0]].process(pair[1]), sent))
        return [audio for _, audio in sent]

    def _process_bus(self, mix: Audio) -> None:
        desk = self._desk
        tone = tilt(desk.tilt) if desk.tilt else []
        Equaliser((low_cut(SUBSONIC_HZ), *tone)).process(mix)
        loudness = integrated_loudness(mix)
        if loudness > SILENT and desk.compression > 0:
            Compressor.aiming_at(desk.compression, loudness, attack=0.025, release=0.2, detector_cut=90.0).process(mix)
        if loudness > SILENT:
            Saturation(desk.drive, loudness).process(mix)
        Width(desk.width).process(mix)


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


def section_gains(score: Score, swell: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by section the gain of every part and the change of its sends, in dB.

    Loud sections rise by ``swell`` dB per unit of energy and grow drier (−3 dB of send from energy 0.2 to 1); breaks
    open into the room.
    """
    energy = np.array([section.energy for section in score.sections])
    is_break = np.array([section.kind == "break" for section in score.sections])
    drier = -3.0 * (energy - 0.2) / 0.8
    return swell * (energy - SWELL_ENERGY), np.where(is_break, BREAK_ENERGY_SEND_DB * (1.0 - energy) / 0.7, drier)


def section_envelope(score: Score, section_db: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the gain ratio every ``ENVELOPE_FRAMES`` frames: constant in a section, gliding over its last beat."""
    knots, values = [0.0], [section_db[0]]
    for section, here, after in zip(score.sections, section_db, section_db[1:], strict=False):
        knots += list(score.tempo.seconds([section.end - min(1.0, section.beats / 2.0), section.end]))
        values += [here, after]
    blocks = -(-score.frames // ENVELOPE_FRAMES) + 1
    seconds = np.arange(blocks) * ENVELOPE_FRAMES / SAMPLE_RATE
    return (10.0 ** (np.interp(seconds, knots, values) / 20.0)).astype(np.float32)
