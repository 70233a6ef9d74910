"""A sum of strips with the reverberation and echo of what they send: the whole mix, or a group of it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from studio.audio import Audio, silence
from studio.mix.automation import section_envelope, section_gains
from studio.mix.bus import Bus
from studio.mix.effects import Effect, PingPongDelay
from studio.mix.reverb import HALL, ROOM, Reverb
from studio.score import Score
from studio.styles.model import Desk, PartStyle

OFF = -60.0
"""A send at this level is closed."""
ECHO = "delay"
"""Hears the middle alone."""
RETURNS = ("room", "hall", ECHO)
"""What a strip can be sent to."""


class Submix:
    """Adds strips. Reverberation and echo are linear, so the submixes of all groups add up to the whole mix."""

    def __init__(self, desk: Desk, score: Score) -> None:
        self._desk, self._score = desk, score
        self._mix = Bus(score.frames)
        self._sends = {name: Bus(score.frames, mono=name == ECHO) for name in RETURNS}
        self._spread = section_gains(score, desk.swell)[1]
        self._unity = section_envelope(score, np.zeros(len(score.sections)))

    def add(self, style: PartStyle, strip: Audio) -> None:
        """Add a ``strip`` as it left its fader, shape ``(2, frames)``, and what its ``style`` sends. Thread-safe."""
        self._mix.add(strip, self._unity)
        for name, bus in self._sends.items():
            level = getattr(style, name)
            if level > OFF:
                bus.add(strip, section_envelope(self._score, self._spread + level))

    def dry(self) -> Audio:
        """Return the sum of the strips; once."""
        mix = self._mix.take()
        return silence(self._score.frames) if mix is None else mix

    def returns(self) -> list[tuple[str, Audio]]:
        """Return what the two reverbs and the delay make of their sends, by name, in a fixed order; once."""
        desk, tempo = self._desk, self._score.tempo.bpm[0]
        effects: dict[str, Effect] = {
            "room": Reverb(ROOM, desk.room_seconds, desk.damping_hz),
            "hall": Reverb(HALL, desk.hall_seconds, desk.damping_hz),
            ECHO: PingPongDelay(desk.delay_beats * 60.0 / tempo, desk.delay_feedback),
        }
        sent = [(name, audio) for name, bus in self._sends.items() if (audio := bus.take()) is not None]
        sent = [(name, np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio) for name, audio in sent]
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda pair: effects[pair[0]].process(pair[1]), sent))
        return sent
