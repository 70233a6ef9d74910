"""A recording in numbers: validate, then measure."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.loudness import hop_power, integrated_of, range_of, short_term_of, true_peak
from studio.review import faults
from studio.review.hearing import ReviewError
from studio.review.spectrum import decimated, long_term
from studio.review.tempo import TempoReading, read_tempo
from studio.review.tonality import KeyReading, read_key

OCTAVE_NAMES = (
    "31 Hz", "63 Hz", "125 Hz", "250 Hz", "500 Hz", "1 kHz", "2 kHz", "4 kHz", "8 kHz", "16 kHz",
)  # fmt: skip


@dataclass(frozen=True)
class AudioMeasures:
    """Everything that is read from the sound alone.

    ``duration`` seconds; ``loudness`` LUFS; ``true_peak`` dBTP; ``loudness_range`` LU; ``dynamic_range`` LU from the
    loudest three seconds to the true peak; ``offset`` ratio; ``edge`` dBFS at the ends; ``clicks`` at seconds;
    ``centroid`` Hz; ``octaves`` dB of each octave band against the whole, by its name.
    """

    duration: float
    loudness: float
    true_peak: float
    loudness_range: float
    dynamic_range: float
    clipped: int
    offset: float
    edge: float
    silences: faults.Silences
    clicks: tuple[float, ...]
    stereo: faults.Stereo
    centroid: float
    octaves: dict[str, float]
    tempo: TempoReading
    key: KeyReading

    def as_dict(self) -> dict[str, Any]:
        """Return plain, JSON-ready values."""
        plain = asdict(self)
        plain["key"] = {**plain["key"], "key": str(self.key.key) if self.key.key else None}
        return plain


def validate(audio: Audio) -> None:
    """Raise ``ReviewError`` unless ``audio`` is finite stereo sound of at least one frame."""
    if audio.ndim != 2 or audio.shape[0] != 2 or not audio.shape[1]:
        raise ReviewError(f"sound of shape (2, frames) was expected, not {audio.shape}")
    if not np.isfinite(audio.sum(dtype=np.float64)):
        raise ReviewError("the sound holds values that are not numbers")


def measure_audio(audio: Audio, *, tempo: float | None = None) -> AudioMeasures:
    """Measure ``audio``, shape ``(2, frames)``; ``tempo`` (pulses a minute) tells octaves of the pulse apart.

    Raises ``ReviewError``.
    """
    validate(audio)
    power, low, peak = hop_power(audio), decimated(audio), true_peak(audio)
    spectrum = long_term(audio, power)
    return AudioMeasures(
        duration=audio.shape[1] / SAMPLE_RATE,
        loudness=integrated_of(power),
        true_peak=peak,
        loudness_range=range_of(power),
        dynamic_range=peak - float(short_term_of(power).max(initial=peak - 120.0)),
        clipped=faults.clipped_samples(audio),
        offset=faults.offset(audio),
        edge=faults.edge_db(audio),
        silences=faults.silences(audio),
        clicks=tuple(faults.clicks(audio).round(3).tolist()),
        stereo=faults.stereo(audio),
        centroid=spectrum.centroid,
        octaves=dict(zip(OCTAVE_NAMES, spectrum.bands().round(1).tolist(), strict=True)),
        tempo=read_tempo(low, expected=tempo),
        key=read_key(low),
    )
