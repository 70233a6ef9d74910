"""From a zone of the sound library to the numbers that a sampler voice runs on.

Units of the file (timecents, centibels, cents) end here; a VOICE holds seconds, Hz, ratios and semitones.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.sound.library import SoundLibrary
from studio.sound.soundfont import GENERATORS, Modulator, Zone

VOICE = np.dtype(
    [
        ("length", "i8"), ("loop_start", "i8"), ("loop_end", "i8"), ("loop_mode", "i8"),
        ("step", "f8"), ("left", "f8"), ("right", "f8"),
        ("delay", "f8"), ("attack", "f8"), ("hold", "f8"), ("decay", "f8"), ("sustain_db", "f8"), ("release", "f8"),
        ("mod_delay", "f8"), ("mod_attack", "f8"), ("mod_hold", "f8"), ("mod_decay", "f8"), ("mod_sustain", "f8"),
        ("mod_release", "f8"), ("mod_pitch", "f8"), ("mod_cutoff", "f8"),
        ("cutoff", "f8"), ("resonance", "f8"), ("filtered", "i8"),
        ("lfo_delay", "f8"), ("lfo_rate", "f8"), ("lfo_pitch", "f8"), ("lfo_cutoff", "f8"), ("lfo_db", "f8"),
        ("vibrato_delay", "f8"), ("vibrato_rate", "f8"), ("vibrato_pitch", "f8"),
    ]
)  # fmt: skip
"""One sampler voice. Times in seconds, pitches in semitones, cutoffs in semitones above 8.176 Hz (MIDI pitch 0),
rates in Hz, ``step`` in sample frames per output frame, ``left`` and ``right`` amplitude ratios."""

LAYER_FLOOR_DB = -40.0
"""Layers this far under a note's loudest are left out: they cost time and are masked."""

_VELOCITY, _KEY = 2, 3
_ALWAYS, _PITCH_WHEEL = 0, 14
_CONCAVE_VELOCITY = 0x0502
_DEFAULT_ATTENUATION = Modulator(_CONCAVE_VELOCITY, GENERATORS["attenuation"], 960, 0, 0)
_NO_FILTER_CENTS = 13400
_FASTEST_ATTACK = 0.0005


@dataclass(frozen=True)
class Layer:
    """One voice of a note: its zone, its VOICE record (an array of one) and how gain follows velocity.

    ``loudness_exponent``: gain is proportional to velocity to this power.
    """

    zone: Zone
    voice: NDArray[np.void]
    loudness_exponent: float


def layers(library: SoundLibrary, bank: int, program: int, pitch: int, velocity: int) -> tuple[Layer, ...]:
    """Return the voices that a preset sounds for a key and velocity, loudest first, inaudible layers left out."""
    key = (bank, program, pitch, velocity)
    found = library.recall(key)
    if found is None:
        settings = [
            _settings(zone, pitch, velocity) for zone in library.zones(bank, program) if zone.sounds(pitch, velocity)
        ]
        floor = max((one.loudest for one in settings), default=0.0) * 10 ** (LAYER_FLOOR_DB / 20)
        audible = sorted((one for one in settings if one.loudest > floor), key=lambda one: -one.loudest)
        found = library.remember(key, tuple(_layer(library, one) for one in audible))
    return found


def exclusive_classes(library: SoundLibrary, bank: int, program: int) -> dict[int, int]:
    """Return key → exclusive class of the keys that silence one another (hi-hats, triangles)."""
    zones = library.zones(bank, program)
    marked = [zone for zone in zones if zone["exclusive_class"]]
    return {key: zone["exclusive_class"] for zone in marked for key in range(zone.keys[0], zone.keys[1] + 1)}


@dataclass(frozen=True)
class _Settings:
    """A zone played with a key and velocity, before its sample is fetched: channel gains and modulated generators."""

    zone: Zone
    key: int
    values: "_Values"
    left: float
    right: float
    exponent: float

    @property
    def loudest(self) -> float:
        return max(self.left, self.right)


def _settings(zone: Zone, pitch: int, velocity: int) -> _Settings:
    key = zone["fixed_key"] if zone["fixed_key"] >= 0 else pitch
    velocity = zone["fixed_velocity"] if zone["fixed_velocity"] >= 0 else velocity
    values, modulation, exponent = _modulated(zone, key, velocity)
    # Attenuation may not amplify: the specification's range of the generator starts at 0.
    gain = 10 ** (-max(0.4 * zone["attenuation"] + modulation, 0.0) / 200)
    angle = (min(max(values("pan"), -500.0), 500.0) / 1000 + 0.5) * math.pi / 2
    return _Settings(zone, key, values, gain * math.cos(angle), gain * math.sin(angle), exponent)


def _layer(library: SoundLibrary, settings: _Settings) -> Layer:
    zone, sample = settings.zone, library.sample(settings.zone)
    voice = np.zeros(1, VOICE)
    row = voice[0]
    row["length"], row["loop_start"], row["loop_end"] = sample.length, sample.loop_start, sample.loop_end
    row["loop_mode"] = zone["sample_modes"] & 3 if sample.loop_end else 0
    row["step"] = _step(library, zone, settings.key)
    row["left"], row["right"] = settings.left, settings.right
    _set_envelopes(row, settings.values, settings.key)
    _set_filter_and_lfos(row, settings.values)
    return Layer(zone, voice, settings.exponent)


class _Values:
    """A zone's generators after modulation, asked for by name."""

    def __init__(self, generators: dict[int, float]) -> None:
        self._generators = generators

    def __call__(self, name: str) -> float:
        return self._generators.get(GENERATORS[name], 0.0)

    def seconds(self, name: str, shortest: float = 0.0) -> float:
        """Return a time given in timecents; −12000 and below mean at once."""
        value = self(name)
        return max(shortest, 2.0 ** (min(value, 8000.0) / 1200)) if value > -12000 else shortest


def _modulated(zone: Zone, key: int, velocity: int) -> tuple[_Values, float, float]:
    """Return generators after modulation, the attenuation that modulators add (cB), and the loudness exponent.

    The attenuation generator is scaled by 0.4 as the EMU hardware does and every library expects; modulators on it
    are not, so the two are kept apart.
    """
    generators: dict[int, float] = dict(zone.generators)
    attenuation, velocity_amount = 0.0, 0.0
    replaced = {row[:2] + row[3:] for row in zone.instrument_modulators}
    default = () if _DEFAULT_ATTENUATION[:2] + _DEFAULT_ATTENUATION[3:] in replaced else (_DEFAULT_ATTENUATION,)
    for row in (*default, *zone.instrument_modulators, *zone.preset_modulators):
        scale = _source(row.amount_source, key, velocity) if row.amount_source else 1.0
        value = row.amount * _source(row.source, key, velocity) * scale
        if row.destination == GENERATORS["attenuation"]:
            attenuation += value
            velocity_amount += row.amount if row.source == _CONCAVE_VELOCITY else 0
        else:
            generators[row.destination] = generators.get(row.destination, 0) + (
                abs(value) if row.transform == 2 else value
            )
    return _Values(generators), attenuation, velocity_amount / 480


def _source(code: int, key: int, velocity: int) -> float:
    """Return the value of a modulator source (section 8.2): velocity and key are known, wheels and pedals rest."""
    if code & 0x80:
        return 0.0
    index = code & 0x7F
    at_rest = {_ALWAYS: 1.0, _VELOCITY: velocity / 127, _KEY: key / 127, _PITCH_WHEEL: 0.5}
    value = at_rest.get(index, 0.0)
    if index == _ALWAYS:
        return value
    if code & 0x100:
        value = 1.0 - value
    if code & 0x200:
        bipolar = 2.0 * value - 1.0
        return math.copysign(_curve(code >> 10, abs(bipolar)), bipolar)
    return _curve(code >> 10, value)


def _curve(kind: int, value: float) -> float:
    """Return a source value bent by its curve: 0 linear, 1 concave, 2 convex, 3 switch."""
    if kind == 1:
        return min(1.0, -40 / 96 * math.log10(max(1.0 - value, 1e-6)))
    if kind == 2:
        return max(0.0, 1.0 + 40 / 96 * math.log10(max(value, 1e-6)))
    return float(value >= 0.5) if kind == 3 else value


def _step(library: SoundLibrary, zone: Zone, key: int) -> float:
    """Return how many sample frames pass in one output frame."""
    header = library.font.samples[zone["sample"]]
    root = zone["root_key"] if zone["root_key"] >= 0 else header.root_key
    cents = (key - root) * zone["scale_tuning"] + 100 * zone["coarse_tune"] + zone["fine_tune"] + header.correction
    return float(2.0 ** (cents / 1200) * header.rate / SAMPLE_RATE)


def _set_envelopes(row: np.void, values: _Values, key: int) -> None:
    held = 2.0 ** (values("key_to_hold") * (60 - key) / 1200)
    decayed = 2.0 ** (values("key_to_decay") * (60 - key) / 1200)
    row["delay"] = values.seconds("vol_delay")
    row["attack"] = values.seconds("vol_attack", _FASTEST_ATTACK)
    row["hold"] = values.seconds("vol_hold") * held
    row["decay"] = values.seconds("vol_decay", 0.005) * decayed
    row["sustain_db"] = np.clip(values("vol_sustain") / 10, 0, 100)
    row["release"] = values.seconds("vol_release", 0.02)
    row["mod_delay"] = values.seconds("mod_delay")
    row["mod_attack"] = values.seconds("mod_attack", 0.002)
    row["mod_hold"] = values.seconds("mod_hold")
    row["mod_decay"] = values.seconds("mod_decay", 0.005)
    row["mod_sustain"] = 1 - np.clip(values("mod_sustain"), 0, 1000) / 1000
    row["mod_release"] = values.seconds("mod_release", 0.01)
    row["mod_pitch"], row["mod_cutoff"] = values("mod_env_pitch") / 100, values("mod_env_cutoff") / 100


def _set_filter_and_lfos(row: np.void, values: _Values) -> None:
    cutoff = np.clip(values("filter_cutoff"), 1500, 13500)
    row["cutoff"] = cutoff / 100
    # The specification measures Q from a flat response: 0 cB is 3 dB under a resonance of 1.
    row["resonance"] = max(0.7, 10 ** ((np.clip(values("filter_q"), 0, 960) / 10 - 3.01) / 20))
    row["lfo_delay"], row["lfo_rate"] = values.seconds("mod_lfo_delay"), _hertz(values("mod_lfo_rate"))
    row["lfo_pitch"], row["lfo_cutoff"] = values("mod_lfo_pitch") / 100, values("mod_lfo_cutoff") / 100
    row["lfo_db"] = values("mod_lfo_volume") / 10
    row["vibrato_delay"], row["vibrato_rate"] = values.seconds("vibrato_delay"), _hertz(values("vibrato_rate"))
    row["vibrato_pitch"] = values("vibrato_pitch") / 100
    row["filtered"] = cutoff < _NO_FILTER_CENTS or row["mod_cutoff"] != 0 or row["lfo_cutoff"] != 0


def _hertz(cents: float) -> float:
    return float(8.176 * 2.0 ** (cents / 1200))
