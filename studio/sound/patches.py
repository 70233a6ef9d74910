"""The synthesiser's patches: two tables, one row a sound."""

from dataclasses import dataclass

WAVES = ("saw", "square", "triangle", "sine")


@dataclass(frozen=True)
class Oscillator:
    """One oscillator: wave of ``WAVES``, offset from the note in semitones and cents, level in dB, pan −1 … 1.

    ``swell_seconds`` > 0: its level breathes by ±1.5 dB with that period.
    """

    wave: str
    semitones: float = 0.0
    cents: float = 0.0
    level_db: float = 0.0
    pan: float = 0.0
    swell_seconds: float = 0.0


@dataclass(frozen=True)
class Patch:
    """A subtractive sound: oscillators → low-pass → high-pass → drive → amplitude.

    Times in seconds, ``sustain`` 0–1. ``cutoff`` in Hz for a soft C4; it moves up with the note (``tracking`` octaves
    an octave), by ``envelope`` semitones at the peak of its own envelope (``cutoff_attack``, ``cutoff_decay``), by
    ``brightness`` semitones at full velocity, and by ± ``lfo_depth`` semitones at ``lfo_rate`` Hz. ``resonance`` 0–1,
    ``poles`` 2 or 4. ``sub_db``: level of a clean sine ``sub_semitones`` from the note, past the filters (−99: none).
    ``pitch_drop``: semitones above the note at which it starts, falling within about ``drop_seconds``. ``glide``:
    seconds from the note before on mono instruments. ``drift``: slow random detuning in cents. ``free_phase``:
    oscillators start anywhere, as on machines that never stop; otherwise at a zero crossing.
    """

    oscillators: tuple[Oscillator, ...]
    attack: float = 0.004
    decay: float = 0.3
    sustain: float = 1.0
    release: float = 0.15
    cutoff: float = 18_000.0
    envelope: float = 0.0
    cutoff_attack: float = 0.0
    cutoff_decay: float = 0.3
    brightness: float = 6.0
    tracking: float = 0.3
    resonance: float = 0.1
    poles: int = 2
    lfo_rate: float = 0.0
    lfo_depth: float = 0.0
    high_pass: float = 0.0
    sub_db: float = -99.0
    sub_semitones: float = 0.0
    pitch_drop: float = 0.0
    drop_seconds: float = 0.05
    glide: float = 0.0
    drift: float = 2.0
    drive: float = 0.0
    free_phase: bool = True


@dataclass(frozen=True)
class Operators:
    """A carrier and its phase modulator, both multiples of the note: ``index`` in radians at full velocity falls with
    ``index_decay`` seconds; ``level_db`` and ``decay`` (seconds to −26 dB, 0: none) belong to the carrier."""

    carrier: float
    modulator: float
    index: float
    index_decay: float
    level_db: float = 0.0
    decay: float = 0.0


@dataclass(frozen=True)
class FmPatch:
    """A frequency-modulation sound: pairs of operators, amplitude envelope, tremolo that sways between the sides.

    ``touch`` 0–1: how much of the index velocity commands.
    """

    pairs: tuple[Operators, ...]
    attack: float = 0.002
    release: float = 0.2
    tremolo_rate: float = 0.0
    tremolo_depth: float = 0.0
    touch: float = 0.6


def _saws(cents: tuple[float, ...], side_db: float = 0.0, width: float = 0.9) -> tuple[Oscillator, ...]:
    """Return saws at those detunings: the further out of tune, the further out to the alternate sides."""
    furthest = max(map(abs, cents)) or 1.0
    return tuple(
        Oscillator("saw", cents=detune, level_db=side_db if detune else 0.0, pan=width * detune / furthest)
        for detune in cents
    )


PATCHES: dict[str, Patch] = {
    "supersaw": Patch(
        (*_saws((0, 6, -6, 13, -13, 22, -22), side_db=-4), Oscillator("square", 12, level_db=-14)),
        attack=0.004, release=0.22, cutoff=6500, envelope=12, cutoff_decay=0.4, high_pass=150, drift=3,
    ),
    "saw-lead": Patch(
        (*_saws((-5, 5), width=0.3), Oscillator("square", -12, level_db=-10)),
        cutoff=3200, envelope=14, cutoff_decay=0.5, resonance=0.25, glide=0.05, release=0.18,
    ),
    "mono-lead": Patch(
        (Oscillator("saw"), Oscillator("square", cents=7, level_db=-5)),
        cutoff=1800, envelope=24, cutoff_decay=0.35, resonance=0.4, poles=4, glide=0.07, drive=0.15,
    ),
    "square-lead": Patch(
        (Oscillator("square"), Oscillator("square", cents=4, level_db=-6)),
        cutoff=4200, envelope=8, glide=0.03, release=0.1,
    ),
    "pluck": Patch(
        _saws((-7, 7), width=0.6),
        attack=0.001, decay=0.5, sustain=0.0, release=0.2, cutoff=600, envelope=36, cutoff_decay=0.18, resonance=0.15,
        brightness=10,
    ),
    "pulse": Patch(
        (Oscillator("saw"), Oscillator("square", -12, level_db=-9)),
        attack=0.001, decay=0.3, sustain=0.25, release=0.06, cutoff=350, envelope=30, cutoff_decay=0.09,
        resonance=0.3, poles=4, brightness=12,
    ),
    "stab": Patch(
        (*_saws((-9, 0, 9), width=0.7), Oscillator("square", -12, level_db=-12)),
        attack=0.002, decay=0.6, sustain=0.15, release=0.14, cutoff=900, envelope=26, cutoff_decay=0.28,
        resonance=0.25, brightness=10, high_pass=120,
    ),
    "synth-strings": Patch(
        _saws((-11, -4, 5, 12), width=0.8),
        attack=0.14, release=0.5, cutoff=3200, tracking=0.5, lfo_rate=0.2, lfo_depth=2, high_pass=140, drift=5,
    ),
    "synth-brass": Patch(
        _saws((-8, 0, 8), width=0.5),
        attack=0.03, release=0.18, cutoff=700, envelope=26, cutoff_attack=0.06, cutoff_decay=0.7, brightness=14,
    ),
    "braam": Patch(
        (*_saws((-10, -5, 0, 6, 10), width=0.8), Oscillator("saw", -12, level_db=-3)),
        attack=0.03, decay=2.5, sustain=0.5, release=1.2, cutoff=200, envelope=36, cutoff_attack=0.3,
        cutoff_decay=1.8, resonance=0.2, drive=0.4, tracking=0,
    ),
    "warm-pad": Patch(
        (*_saws((-8, 8), width=0.7), Oscillator("triangle", -12, level_db=-4)),
        attack=0.9, release=3.0, cutoff=1250, lfo_rate=0.08, lfo_depth=6, drift=5, brightness=8,
    ),
    "dark-pad": Patch(
        (*_saws((-10, 9), width=0.6), Oscillator("sine", -12)),
        attack=1.8, release=4.0, cutoff=420, lfo_rate=0.05, lfo_depth=7, poles=4, resonance=0.2, drift=6,
    ),
    "sweep-pad": Patch(
        _saws((-14, -6, 7, 15), width=0.9),
        attack=0.8, release=2.5, cutoff=500, envelope=36, cutoff_attack=3.5, cutoff_decay=6, resonance=0.35,
        lfo_rate=0.11, lfo_depth=3, high_pass=120, drift=5,
    ),
    "drone": Patch(
        (
            Oscillator("saw", 0, -4, -2, -0.3, 7), Oscillator("saw", 7, 3, -5, 0.5, 11),
            Oscillator("saw", 12, 6, -8, -0.6, 17), Oscillator("sine", 0, 0, 0, 0, 13),
        ),
        attack=2.5, release=4.0, cutoff=520, poles=4, lfo_rate=0.04, lfo_depth=8, drift=6,
    ),
    "sub-bass": Patch(
        (Oscillator("sine"), Oscillator("triangle", level_db=-16)),
        attack=0.006, release=0.07, brightness=0, glide=0.04, drive=0.12, drift=0, free_phase=False,
    ),
    "808-bass": Patch(
        (Oscillator("sine"),),
        attack=0.002, decay=1.8, sustain=0.2, release=0.09, pitch_drop=17, drop_seconds=0.06, glide=0.08, drive=0.3,
        brightness=0, drift=0, free_phase=False,
    ),
    "house-bass": Patch(
        (Oscillator("sine"), Oscillator("square", level_db=-10)),
        attack=0.003, decay=0.5, sustain=0.7, release=0.06, cutoff=420, envelope=18, cutoff_decay=0.12, tracking=0.2,
        drift=0, free_phase=False,
    ),
    "synth-bass": Patch(
        (Oscillator("saw"), Oscillator("square", -12, level_db=-4)),
        attack=0.003, decay=0.6, sustain=0.6, release=0.08, cutoff=380, envelope=24, cutoff_decay=0.22, resonance=0.25,
        poles=4, glide=0.03, drift=1,
    ),
    "reese": Patch(
        _saws((-12, 0, 12), width=0.6),
        attack=0.008, release=0.1, cutoff=950, lfo_rate=0.5, lfo_depth=9, high_pass=90, sub_db=-1, resonance=0.3,
        poles=4, tracking=0.1, drive=0.25, glide=0.04,
    ),
    "acid": Patch(
        (Oscillator("saw"),),
        attack=0.002, decay=0.4, sustain=0.5, release=0.05, cutoff=300, envelope=22, cutoff_decay=0.15,
        brightness=18, resonance=0.7, poles=4, glide=0.06, drive=0.3, tracking=0.2, drift=0,
    ),
}  # fmt: skip
"""Subtractive patches by name."""

FM_PATCHES: dict[str, FmPatch] = {
    "fm-keys": FmPatch(
        (Operators(1, 1, 1.2, 1.8, decay=2.6), Operators(1, 14, 0.25, 0.09, level_db=-3, decay=1.4)),
        release=0.25, tremolo_rate=4.5, tremolo_depth=0.12,
    ),
    "fm-bell": FmPatch(
        (Operators(1, 3.5, 2.2, 0.9, decay=2.4), Operators(2.76, 1, 0.5, 0.3, level_db=-10, decay=1.0)),
        release=1.2,
    ),
    "glass-pad": FmPatch(
        (
            Operators(1, 3, 0.6, 0), Operators(1.003, 3, 0.5, 0, level_db=-2),
            Operators(2, 1, 0.3, 0, level_db=-12),
        ),
        attack=1.5, release=2.8, tremolo_rate=0.13, tremolo_depth=0.25, touch=0.3,
    ),
}  # fmt: skip
"""Frequency-modulation patches by name; an ``index_decay`` of 0 holds the index."""
