"""The mix bus: first filters, then gains; and the way a single stem takes through both.

A filter of a sum is the sum of the filters, and so is a gain. A compressor or a saturator is neither, but once it has
been heard what it does to the mix, it is a gain for every sample. So a stem passes "through the master" by the bus's
filters and the gain that the mix got from there on, and such stems add up to the master.
"""

from dataclasses import dataclass

import numpy as np

from studio.audio import Audio
from studio.mix.dynamics import Compressor
from studio.mix.effects import Saturation, Width
from studio.mix.filters import Equaliser, low_cut, tilt
from studio.mix.kernel import kernel
from studio.mix.loudness import SILENT, integrated_loudness
from studio.styles.model import Desk

SUBSONIC_HZ = 28.0
FAINT = np.float32(1e-5)
"""Below this (−100 dBFS) a sample's gain is not read from it but kept from the sample before."""


@dataclass(frozen=True)
class MixBus:
    """What every mix of a style passes on its way to the master."""

    desk: Desk

    def shape(self, audio: Audio) -> None:
        """Filter in place: no subsonics, the style's tilt and width, nothing but the middle in the bass. Linear."""
        desk = self.desk
        Equaliser((low_cut(SUBSONIC_HZ), *(tilt(desk.tilt) if desk.tilt else ()))).process(audio)
        Width(desk.width).process(audio)

    def hold(self, mix: Audio) -> None:
        """Compress and saturate a shaped mix in place: gains alone."""
        loudness = integrated_loudness(mix)
        if loudness <= SILENT:
            return
        if self.desk.compression > 0:
            glue = Compressor.aiming_at(self.desk.compression, loudness, attack=0.025, release=0.2, detector_cut=90.0)
            glue.process(mix)
        Saturation(self.desk.drive, loudness).process(mix)


@dataclass(frozen=True)
class ThroughMaster:
    """The way from a stem of the mix to its share of the master: ``gain`` per sample, shape ``(2, frames)``."""

    bus: MixBus
    gain: Audio

    @classmethod
    def heard(cls, bus: MixBus, shaped: Audio, mastered: Audio) -> "ThroughMaster":
        """Return the way that turned the ``shaped`` mix into the ``mastered`` one. ``shaped`` becomes its gain."""
        _divide(shaped, mastered, FAINT)
        return cls(bus, shaped)

    def process(self, stem: Audio) -> None:
        """Take ``stem`` through the bus and the master, in place."""
        self.bus.shape(stem)
        stem *= self.gain[:, : stem.shape[1]]


@kernel
def _divide(before, after, faint):  # type: ignore[no-untyped-def]
    """Replace ``before`` by ``after / before``, sample by sample; where that is all but silent, the last gain stays."""
    for c in range(2):
        gain = np.float32(1.0)
        for i in range(before.shape[1]):
            if abs(before[c, i]) > faint:
                gain = after[c, i] / before[c, i]
            before[c, i] = gain
