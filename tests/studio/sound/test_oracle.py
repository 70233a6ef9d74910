"""Our sampler beside FluidSynth, an independent player of the same files."""

import ctypes
import ctypes.util
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, ratio
from studio.instruments import INSTRUMENTS
from studio.sound.library import DEFAULT_PATH
from tests.studio.sound.measuring import Play, cents, frame, level_db, needs_library, pitch_of

_LIBRARY = ctypes.util.find_library("fluidsynth")
pytestmark = [
    needs_library,
    pytest.mark.skipif(_LIBRARY is None, reason="libfluidsynth is not installed: apt-get install libfluidsynth3"),
]


class FluidSynth:
    """As much of FluidSynth's C interface as one note needs: no effects, best interpolation, gain 1."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(_LIBRARY)
        for name in ("new_fluid_settings", "new_fluid_synth"):
            getattr(self._c, name).restype = ctypes.c_void_p
        self._settings = ctypes.c_void_p(self._c.new_fluid_settings())
        self._c.fluid_settings_setnum(self._settings, b"synth.sample-rate", ctypes.c_double(SAMPLE_RATE))
        self._c.fluid_settings_setnum(self._settings, b"synth.gain", ctypes.c_double(1.0))
        for switch in (b"synth.reverb.active", b"synth.chorus.active"):
            self._c.fluid_settings_setint(self._settings, switch, 0)
        self._c.fluid_settings_setint(self._settings, b"synth.dynamic-sample-loading", 1)
        self._synth = ctypes.c_void_p(self._c.new_fluid_synth(self._settings))
        self._c.fluid_synth_set_interp_method(self._synth, -1, 7)
        self._font = self._c.fluid_synth_sfload(self._synth, str(DEFAULT_PATH).encode(), 1)

    def note(self, program: int, pitch: int, velocity: int, seconds: float) -> NDArray[np.float32]:
        """Return a held note of a bank 0 preset, shape (2, frames)."""
        self._c.fluid_synth_system_reset(self._synth)
        self._c.fluid_synth_all_sounds_off(self._synth, -1)
        self._write(0.3)
        self._c.fluid_synth_program_select(self._synth, 0, self._font, 0, program)
        self._c.fluid_synth_cc(self._synth, 0, 7, 127)
        self._c.fluid_synth_noteon(self._synth, 0, pitch, velocity)
        return self._write(seconds)

    def _write(self, seconds: float) -> NDArray[np.float32]:
        """Return the next sound of all voices, shape (2, frames)."""
        left, right = (np.zeros(frame(seconds), np.float32) for _ in range(2))
        pointers = [ctypes.c_void_p(side.ctypes.data) for side in (left, right)]
        self._c.fluid_synth_write_float(self._synth, len(left), pointers[0], 0, 1, pointers[1], 0, 1)
        return np.stack([left, right])

    def close(self) -> None:
        """Free the synthesiser."""
        self._c.delete_fluid_synth(self._synth)
        self._c.delete_fluid_settings(self._settings)


@pytest.fixture(scope="module")
def oracle() -> Iterator[FluidSynth]:
    synth = FluidSynth()
    yield synth
    synth.close()


def _bands(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level in dB of each octave from 62 Hz to 8 kHz, relative to the loudest."""
    power = np.abs(np.fft.rfft(sound.mean(0) * np.hanning(sound.shape[1]))) ** 2
    hertz = np.fft.rfftfreq(sound.shape[1], 1 / SAMPLE_RATE)
    edges = 44.2 * 2.0 ** np.arange(9)
    levels = [power[(hertz >= low) & (hertz < 2 * low)].sum() for low in edges[:-1]]
    return 10 * np.log10(np.array(levels) / max(levels) + 1e-9)


@pytest.mark.parametrize("velocity", [50, 110])
@pytest.mark.parametrize(
    ("identity", "pitch"),
    [
        ("piano", 60),
        ("electric-piano", 64),
        ("nylon-guitar", 57),
        ("distortion-guitar", 52),
        ("finger-bass", 40),
        ("strings", 64),
        ("trumpet", 69),
        ("flute", 76),
        ("choir", 60),
    ],
)
def test_agrees_with_fluidsynth(
    play: Play, oracle: FluidSynth, identity: str, pitch: int, velocity: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOUND_LIBRARY", raising=False)
    row = INSTRUMENTS[identity]
    ours = play(identity, [(0.0, 3.0, pitch, velocity)], duration=2.0) / ratio(row.trim_db)
    theirs = oracle.note(row.program, pitch, velocity, 2.0)
    held = slice(frame(0.1), frame(1.9))
    assert level_db(ours[:, held]) == pytest.approx(level_db(theirs[:, held]), abs=1.5)
    expected = 440 * 2 ** ((pitch - 69) / 12)
    measured = [pitch_of(sound[:, held].mean(0), expected) for sound in (ours, theirs)]
    assert abs(cents(*measured)) < 3
    audible = _bands(theirs[:, held]) > -40
    difference = (_bands(ours[:, held]) - _bands(theirs[:, held]))[audible]
    assert np.abs(difference).max() < 4
