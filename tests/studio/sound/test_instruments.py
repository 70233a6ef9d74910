import numpy as np
import pyloudnorm
import pytest

from studio.audio import SAMPLE_RATE
from studio.errors import RenderError
from studio.instruments import INSTRUMENTS, instrument
from studio.sound.effects import ALL
from studio.sound.kits import KITS
from studio.sound.patches import FM_PATCHES, PATCHES
from tests.studio.sound.measuring import Play, needs_library

SWELLING = {"drone", "dark-pad", "sweep-pad", "warm-pad", "glass-pad"}
"""Too slow for a scale in seconds."""

BEAT = [(beat / 2, 0.25, 36 if beat % 2 == 0 else 38, 80) for beat in range(8)] + [
    (step / 4, 0.1, 42, 64) for step in range(16)
]
ORCHESTRAL_BEAT = [(beat / 2, 0.25, (36, 38, 41, 59)[beat % 4], 80) for beat in range(8)]


def _line(identity: str) -> list[tuple[float, float, int, int]]:
    """Return a mezzo-forte line in the middle of an instrument's range, or a plain beat for a kit."""
    row = instrument(identity)
    middle = (row.low + row.high) // 2
    if row.is_kit:
        return ORCHESTRAL_BEAT if identity == "kit-orchestra" else BEAT
    if row.family == "effects":
        return [(0.0, 4.0, middle, 80)]
    if identity in SWELLING:
        return [(0.0, 2.0, middle - 4, 80), (2.0, 2.0, middle, 80)]
    return [(index * 0.5, 0.45, middle - 4 + step, 80) for index, step in enumerate((0, 2, 4, 5, 7, 5, 4, 2))]


def test_kin_exist_and_are_not_the_instrument_itself() -> None:
    for row in INSTRUMENTS.values():
        assert row.kin, row.id
        assert set(row.kin) <= set(INSTRUMENTS) - {row.id}, row.id


def test_patches_exist() -> None:
    engines = {"synth": PATCHES | FM_PATCHES, "machine": KITS, "effect": ALL}
    for row in INSTRUMENTS.values():
        if row.patch:
            assert row.patch in engines[row.source], row.id
        else:
            assert row.source == ("kit" if row.is_kit else "preset"), row.id


def test_unknown_instrument_is_refused() -> None:
    with pytest.raises(RenderError, match="no 'theremin'"):
        instrument("theremin")


@needs_library
@pytest.mark.parametrize("identity", INSTRUMENTS)
def test_every_instrument_plays_at_the_same_loudness(
    play: Play, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOUND_LIBRARY", raising=False)
    sound = play(identity, _line(identity), duration=4.0)
    assert np.isfinite(sound).all()
    loudness = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(sound.T.astype(float))
    assert loudness == pytest.approx(-20, abs=4)
    assert np.abs(sound.mean(1)).max() < 1e-3
