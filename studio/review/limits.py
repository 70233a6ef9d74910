"""What every master keeps, what its target asks of it, and how it compares with records of its genre."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from studio.mix.master import MasterTarget
from studio.review.audio import OCTAVE_NAMES, AudioMeasures
from studio.review.curves import compare, curve_of
from studio.review.row import FAIL, INFO, PASS, WARN, Row, near
from studio.score import Score
from studio.styles import Style, genres

LEAST_RANGE, CONTRAST, LONG = 4.0, 0.3, 60.0
"""Loudness range in LU of a song, or of a piece of more seconds than this whose sections differ so much in energy."""
LEAST_DYNAMICS, LOUD = 8.0, -12.0
"""LU from the loudest three seconds to the peak; targets above this loudness (LUFS) give it up on purpose."""


@dataclass(frozen=True)
class Limit:
    """A bound that every master keeps: at most (or, with ``least``, at least) ``bound``; beyond it ``verdict``."""

    name: str
    label: str
    unit: str
    value: Callable[[AudioMeasures], float]
    bound: float
    verdict: str = FAIL
    least: bool = False
    digits: int = 2

    def row(self, measures: AudioMeasures) -> Row:
        """Return the row this limit gives."""
        value = self.value(measures)
        kept = value >= self.bound if self.least else value <= self.bound
        asked = f"{'≥' if self.least else '≤'} {self.bound:g}"
        return Row(self.name, self.label, asked, round(value, self.digits), self.unit, PASS if kept else self.verdict)


LIMITS = (
    Limit("true_peak", "True peak", "dBTP", lambda m: m.true_peak, -1.0),
    Limit("clipped", "Clipped samples", "", lambda m: m.clipped, 0),
    Limit("offset", "DC offset", "", lambda m: m.offset, 0.001, digits=5),
    Limit("clicks", "Clicks", "", lambda m: len(m.clicks), 0, WARN),
    Limit("clicks_a_second", "Clicks a second", "", lambda m: len(m.clicks) / m.duration, 1.0),
    Limit("edges", "Level at the edges", "dBFS", lambda m: m.edge, -50.0, WARN, digits=1),
    Limit("leading_silence", "Silence at the start", "s", lambda m: m.silences.leading, 1.0, WARN),
    Limit("inner_silence", "Longest silence within", "s", lambda m: m.silences.inner, 4.0),
    Limit("trailing_silence", "Silence at the end", "s", lambda m: m.silences.trailing, 3.0, WARN),
    Limit("correlation", "Stereo correlation", "", lambda m: m.stereo.correlation, 0.0, WARN, least=True),
    Limit("mono_loss", "Lost in mono", "dB", lambda m: m.stereo.loss, 3.5, WARN),
    Limit("low_mono_loss", "Bass lost in mono", "dB", lambda m: m.stereo.low_loss, 1.0, WARN),
)


def loudness_row(measures: AudioMeasures, target: MasterTarget, note: str = "") -> Row:
    """Return the row of the integrated loudness; ``note`` says why the target was not reached, if so."""
    row = near("loudness", "Loudness", target.lufs, measures.loudness, "LUFS", 0.5, digits=2)
    return replace(row, verdict=WARN, note=note) if note and row.verdict == FAIL else row


def sound_rows(measures: AudioMeasures, score: Score, *, target: MasterTarget, style: Style) -> Iterator[Row]:
    """Yield the rows on what the sound is like and on what it must not hold."""
    yield _range_row(score, style, measures)
    yield _dynamics_row(target, measures)
    yield _balance_row(style, measures)
    yield Row("centroid", "Spectral centroid", None, round(measures.centroid), "Hz", INFO)
    for limit in LIMITS:
        yield limit.row(measures)


def _range_row(score: Score, style: Style, measures: AudioMeasures) -> Row:
    """The loudness range: sections that differ must be heard to differ in a song, or in a piece long enough."""
    value = round(measures.loudness_range, 1)
    energies = [section.energy for section in score.sections]
    differs = bool(energies) and max(energies) - min(energies) >= CONTRAST
    if not differs or not (style.song_form or score.duration > LONG):
        return Row("loudness_range", "Loudness range", None, value, "LU", INFO)
    verdict = PASS if value >= LEAST_RANGE else WARN
    return Row("loudness_range", "Loudness range", f"≥ {LEAST_RANGE:g}", value, "LU", verdict)


def _dynamics_row(target: MasterTarget, measures: AudioMeasures) -> Row:
    name, label, value = "dynamic_range", "Peak to loudest 3 s", round(measures.dynamic_range, 2)
    if target.lufs > LOUD:
        return Row(name, label, None, value, "LU", INFO)
    return Row(name, label, f"> {LEAST_DYNAMICS:g}", value, "LU", PASS if value > LEAST_DYNAMICS else WARN)


def _balance_row(style: Style, measures: AudioMeasures) -> Row:
    """The octave band that lies furthest from what the genre's records have."""
    genre = genres()[style.genre].name
    label, asked = "Spectral balance", f"as {genre} has it"
    if not measures.centroid:
        return Row("spectral_balance", label, asked, None, "", INFO, note="No sound to compare.")
    balance = compare(np.array(list(measures.octaves.values())), curve_of(style))
    band, off = OCTAVE_NAMES[balance.worst], float(balance.deviation[balance.worst])
    measured = f"{band} {abs(off):.1f} dB {'above' if off > 0 else 'below'}"
    if not balance.excess.any():
        return Row("spectral_balance", label, asked, measured, "", PASS)
    note = f"{band}: {abs(off):.0f} dB {'above' if off > 0 else 'below'} what {genre} has."
    return Row("spectral_balance", label, asked, measured, "", WARN, note=note)
