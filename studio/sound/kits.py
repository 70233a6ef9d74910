"""The drum machine's kits: tables of what each drum is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Tone:
    """A struck sine: from ``sweep`` times its pitch down to ``hertz`` within about ``sweep_seconds``, fading with
    ``decay`` (seconds to −26 dB); ``click`` dB of a short high burst in front; ``drive`` 0–1 bends it."""

    hertz: float
    decay: float
    sweep: float = 1.0
    sweep_seconds: float = 0.03
    click: float = -60.0
    drive: float = 0.0
    level: float = 0.0


@dataclass(frozen=True)
class Noise:
    """Filtered noise: band ``low``–``high`` Hz, ``decay`` seconds to −26 dB, ``bursts`` at ``gap`` seconds first (a
    clap); ``metal`` 0–1 replaces noise by six squares out of tune (cymbals)."""

    low: float
    high: float
    decay: float
    bursts: int = 0
    gap: float = 0.01
    metal: float = 0.0
    level: float = 0.0


@dataclass(frozen=True)
class Drum:
    """A sound of a kit: tones and noises together, ``pan`` −1 … 1, exclusive class ``choke`` (0: none)."""

    tones: tuple[Tone, ...] = ()
    noises: tuple[Noise, ...] = ()
    pan: float = 0.0
    choke: int = 0
    level: float = 0.0


def _hats(closed: float, opened: float, low: float, metal: float) -> dict[int, Drum]:
    """Return closed, pedal and open hi-hats that choke one another."""
    return {
        42: Drum(noises=(Noise(low, 16000, closed, metal=metal),), pan=0.2, choke=1, level=-1),
        44: Drum(noises=(Noise(low, 13000, closed * 0.8, metal=metal),), pan=0.2, choke=1, level=-4),
        46: Drum(noises=(Noise(low, 16000, opened, metal=metal),), pan=0.2, choke=1, level=-1),
    }


def _toms(hertz: float, decay: float, sweep: float) -> dict[int, Drum]:
    """Return the six toms of General MIDI from the floor up, a whole tone and a half apart."""
    keys = (41, 43, 45, 47, 48, 50)
    return {
        key: Drum(
            tones=(Tone(hertz * 2 ** (index * 2.5 / 12), decay * 0.94**index, sweep, 0.06, drive=0.1),),
            noises=(Noise(300, 3000, 0.05, level=-22),), pan=0.5 - index * 0.18, level=-4,
        )
        for index, key in enumerate(keys)
    }  # fmt: skip


_PERCUSSION = {
    37: Drum(tones=(Tone(1720, 0.03), Tone(500, 0.02, level=-4)), noises=(Noise(1500, 9000, 0.012, level=-8),),
             pan=0.1, level=-7),
    54: Drum(noises=(Noise(5500, 15000, 0.12, bursts=2, gap=0.018, metal=0.5),), pan=-0.3, level=-8),
    56: Drum(tones=(Tone(540, 0.3, drive=0.9), Tone(800, 0.26, drive=0.9)), pan=-0.2, level=-16),
    62: Drum(tones=(Tone(330, 0.06, 1.25, 0.02, click=-18),), pan=-0.4, level=-5),
    63: Drum(tones=(Tone(290, 0.22, 1.2, 0.02, click=-20),), pan=-0.4, level=-5),
    64: Drum(tones=(Tone(200, 0.26, 1.2, 0.02, click=-20),), pan=-0.3, level=-4),
    70: Drum(noises=(Noise(6000, 14000, 0.035),), pan=-0.5, level=-7),
    75: Drum(tones=(Tone(2450, 0.05), Tone(2600, 0.04, level=-8)), pan=0.4, level=-9),
    76: Drum(tones=(Tone(1200, 0.06, click=-20),), pan=0.4, level=-9),
    77: Drum(tones=(Tone(820, 0.07, click=-20),), pan=0.4, level=-9),
    82: Drum(noises=(Noise(5000, 13000, 0.075, bursts=2, gap=0.022),), pan=-0.5, level=-7),
}  # fmt: skip

_CYMBALS = {
    49: Drum(noises=(Noise(3500, 16000, 1.6, metal=0.55), Noise(600, 6000, 0.12, level=-8)), pan=-0.35, level=-6),
    57: Drum(noises=(Noise(3000, 15000, 1.9, metal=0.55), Noise(600, 6000, 0.14, level=-8)), pan=0.35, level=-6),
    52: Drum(noises=(Noise(2000, 12000, 1.0, metal=0.8), Noise(500, 5000, 0.2, level=-6)), pan=0.4, level=-9),
    55: Drum(noises=(Noise(4500, 16000, 0.5, metal=0.6),), pan=-0.4, level=-10),
    51: Drum(noises=(Noise(4200, 14000, 0.9, metal=0.9), Noise(5000, 12000, 0.05, level=-2)), pan=0.35, level=-8),
    59: Drum(noises=(Noise(4000, 14000, 1.0, metal=0.9), Noise(5000, 12000, 0.05, level=-2)), pan=0.3, level=-8),
    53: Drum(tones=(Tone(1480, 0.4), Tone(2213, 0.3, level=-4)), noises=(Noise(4200, 14000, 0.5, metal=0.9, level=-4),),
             pan=0.35, level=-8),
}  # fmt: skip

_808 = {
    35: Drum(tones=(Tone(44, 0.9, 2.4, 0.05, click=-30, drive=0.25),)),
    36: Drum(tones=(Tone(48, 0.7, 2.7, 0.06, click=-26, drive=0.25),)),
    38: Drum(tones=(Tone(182, 0.13, 1.3, 0.015), Tone(331, 0.08, 1.2, 0.015, level=-5)),
             noises=(Noise(1400, 9000, 0.16, level=-3),), level=-2),
    40: Drum(tones=(Tone(208, 0.1, 1.3, 0.015),), noises=(Noise(1800, 10000, 0.22),), level=-3),
    39: Drum(noises=(Noise(900, 3800, 0.14, bursts=4, gap=0.0105),), pan=-0.08, level=5),
    **_hats(0.045, 0.28, 7000, 0.85), **_toms(82, 0.38, 1.5), **_PERCUSSION, **_CYMBALS,
}  # fmt: skip

_909 = {
    35: Drum(tones=(Tone(49, 0.34, 3.6, 0.04, click=-16, drive=0.5),)),
    36: Drum(tones=(Tone(52, 0.26, 3.85, 0.045, click=-12, drive=0.5),)),
    38: Drum(tones=(Tone(185, 0.12, 1.5, 0.02), Tone(286, 0.07, 1.4, 0.02, level=-5)),
             noises=(Noise(1100, 11000, 0.17, level=-2), Noise(5000, 14000, 0.05, level=-6)), level=-4),
    40: Drum(tones=(Tone(215, 0.1, 1.5, 0.02),), noises=(Noise(1400, 12000, 0.2, level=-1),), level=-2),
    39: Drum(noises=(Noise(950, 4200, 0.14, bursts=4, gap=0.01),), pan=-0.08, level=5),
    **_hats(0.05, 0.32, 6500, 0.45), **_toms(92, 0.3, 1.9), **_PERCUSSION, **_CYMBALS,
}  # fmt: skip

_ELECTRONIC = {
    **_909,
    36: Drum(tones=(Tone(47, 0.3, 5.0, 0.03, click=-9, drive=0.7),)),
    38: Drum(tones=(Tone(196, 0.14, 1.8, 0.02, drive=0.3),),
             noises=(Noise(900, 12000, 0.2), Noise(200, 900, 0.05, level=-6)), level=-3),
    39: Drum(noises=(Noise(1000, 6000, 0.18, bursts=3, gap=0.012),), pan=-0.08, level=3),
    **_hats(0.038, 0.24, 8000, 0.2), **_toms(88, 0.34, 2.4),
}  # fmt: skip

_LOFI_HATS = {
    42: Drum(noises=(Noise(2600, 6000, 0.04, metal=0.25), Noise(600, 3000, 0.02, level=-12)),
             pan=0.12, choke=1, level=1),
    44: Drum(noises=(Noise(2200, 5000, 0.035, metal=0.25),), pan=0.12, choke=1, level=-2),
    46: Drum(noises=(Noise(2600, 6000, 0.2, metal=0.3),), pan=0.12, choke=1, level=0),
}  # fmt: skip

_LOFI = {
    **_808,
    35: Drum(tones=(Tone(50, 0.22, 1.9, 0.03, click=-34, drive=0.5),), noises=(Noise(60, 900, 0.05, level=-18),)),
    36: Drum(tones=(Tone(58, 0.2, 2.1, 0.028, click=-28, drive=0.55),), noises=(Noise(80, 1200, 0.05, level=-17),)),
    37: Drum(tones=(Tone(1500, 0.03), Tone(420, 0.03, level=-3)), noises=(Noise(900, 5500, 0.016, level=-8),),
             level=-7),
    38: Drum(tones=(Tone(196, 0.11, 1.25, 0.02, drive=0.3),),
             noises=(Noise(450, 5200, 0.13), Noise(250, 1600, 0.2, level=-16)), level=-2),
    39: Drum(noises=(Noise(700, 4200, 0.12, bursts=3, gap=0.012), Noise(500, 2500, 0.22, level=-14)),
             pan=-0.06, level=3),
    40: Drum(tones=(Tone(225, 0.08, 1.2, 0.02),), noises=(Noise(500, 6000, 0.1),), level=-3),
    49: Drum(noises=(Noise(1800, 8500, 0.9, metal=0.4), Noise(500, 4000, 0.1, level=-8)), pan=-0.25, level=-6),
    51: Drum(noises=(Noise(2500, 8000, 0.5, metal=0.8), Noise(3000, 7000, 0.04, level=-2)), pan=0.25, level=-8),
    **_LOFI_HATS, **_toms(84, 0.26, 1.4),
}  # fmt: skip
"""Worn samples: nothing above 9 kHz, short tails of room, kicks pushed into tape."""

KITS: Mapping[str, Mapping[int, Drum]] = MappingProxyType(
    {"808": _808, "909": _909, "electronic": _ELECTRONIC, "lofi": _LOFI}
)
"""Every kit: General MIDI percussion key → drum."""

ALIASES: Mapping[int, int] = MappingProxyType(
    {
        58: 56, 60: 62, 61: 64, 65: 48, 66: 45, 67: 76, 68: 77, 69: 70, 73: 82, 74: 82, 78: 62, 79: 64, 80: 75, 81: 53,
        27: 75, 28: 39, 29: 82, 30: 82, 31: 37, 32: 37, 33: 75, 34: 76, 85: 75, 86: 64, 87: 64,
    }
)  # fmt: skip
"""General MIDI keys without a drum of their own → the drum nearest to them."""
