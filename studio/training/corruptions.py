"""Ways to spoil a lead sheet: what a gate must refuse."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.review.leadsheet import LeadSheet

Pool = Sequence[LeadSheet]
Corruption = Callable[[LeadSheet, np.random.Generator, Pool], LeadSheet]


def _end(sheet: LeadSheet) -> float:
    return float(sheet.bars[-1] + sheet.meter.bar_beats)


def _timed(sheet: LeadSheet, onset: NDArray[np.float64], duration: NDArray[np.float64]) -> LeadSheet:
    order = np.argsort(onset, kind="stable")
    kept = order[onset[order] < _end(sheet)]
    return replace(sheet, onset=onset[kept], duration=duration[kept], pitch=sheet.pitch[kept])


def shuffled_pitches(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """The same notes in another order."""
    return replace(sheet, pitch=rng.permutation(sheet.pitch))


def random_pitches(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """Any notes of the range."""
    return replace(sheet, pitch=rng.integers(sheet.pitch.min(), sheet.pitch.max() + 1, len(sheet.pitch)))


def random_in_scale(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """Any notes of the scale."""
    choices = np.arange(sheet.pitch.min(), sheet.pitch.max() + 1)
    return replace(sheet, pitch=rng.choice(choices[sheet.scale[choices % 12]], len(sheet.pitch)))


def random_times(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """Onsets anywhere, off every grid."""
    onset = np.sort(rng.uniform(sheet.bars[0], _end(sheet), len(sheet.onset)))
    return replace(sheet, onset=onset, duration=np.diff(np.append(onset, _end(sheet))))


def shuffled_durations(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """The same note lengths in another order, one after the other."""
    duration = rng.permutation(sheet.duration)
    return _timed(sheet, sheet.onset[0] + np.concatenate([[0.0], np.cumsum(duration[:-1])]), duration)


def jittered(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """Onsets up to seven ticks early or late."""
    shift = rng.integers(-7, 8, len(sheet.onset)) / 24
    return _timed(sheet, np.maximum(sheet.onset + shift, sheet.bars[0]), sheet.duration)


def unrelated_bars(sheet: LeadSheet, rng: np.random.Generator, pool: Pool) -> LeadSheet:
    """Every bar from another piece of the same meter, brought to this key."""
    kin = [other for other in pool if str(other.meter) == str(sheet.meter) and len(other.bars) > 3]
    return _assembled(sheet, [(other := kin[rng.integers(len(kin))], int(rng.integers(1, len(other.bars) - 1)))
                              for _ in sheet.bars])  # fmt: skip


def shuffled_bars(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """The piece's own bars in another order."""
    return _assembled(sheet, [(sheet, int(bar)) for bar in rng.permutation(len(sheet.bars))])


def random_chords(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """Chords on any root."""
    shifts = rng.integers(0, 12, len(sheet.chord_root))
    tones = np.stack([np.roll(row, shift) for row, shift in zip(sheet.chord_tones, shifts, strict=True)])
    return replace(sheet, chord_root=(sheet.chord_root + shifts) % 12, chord_tones=tones)


def shuffled_chords(sheet: LeadSheet, rng: np.random.Generator, _pool: Pool) -> LeadSheet:
    """The piece's own chords in another order."""
    order = rng.permutation(len(sheet.chord_root))
    return replace(sheet, chord_root=sheet.chord_root[order], chord_tones=sheet.chord_tones[order])


CORRUPTIONS: Mapping[str, Corruption] = {
    "shuffled pitches": shuffled_pitches,
    "random pitches": random_pitches,
    "random in scale": random_in_scale,
    "random times": random_times,
    "shuffled durations": shuffled_durations,
    "jittered": jittered,
    "unrelated bars": unrelated_bars,
    "shuffled bars": shuffled_bars,
    "random chords": random_chords,
    "shuffled chords": shuffled_chords,
}


def _assembled(sheet: LeadSheet, sources: Sequence[tuple[LeadSheet, int]]) -> LeadSheet:
    """Put bars of pieces one after the other in the place of a sheet's own."""
    length = sheet.meter.bar_beats
    notes: list[NDArray[np.float64]] = []
    chords: list[tuple[float, int, NDArray[np.bool_]]] = []
    for number, (other, bar) in enumerate(sources):
        start, at = float(other.bars[bar]), sheet.bars[0] + number * length
        shift = (sheet.tonic - other.tonic + 6) % 12 - 6
        inside = (other.onset >= start - 1e-6) & (other.onset < start + length - 1e-6)
        notes.append(np.stack([other.onset[inside] - start + at, other.duration[inside], other.pitch[inside] + shift]))
        sounding = int(np.clip(np.searchsorted(other.chord_start, start + 1e-6, side="right") - 1, 0, None))
        within = np.flatnonzero((other.chord_start > start + 1e-6) & (other.chord_start < start + length - 1e-6))
        for chord in (sounding, *within):
            begins = at if chord == sounding else float(other.chord_start[chord]) - start + at
            row = np.roll(other.chord_tones[chord], shift)
            chords.append((begins, int(other.chord_root[chord] + shift) % 12, row))
    onset, duration, pitch = np.concatenate(notes, axis=1)
    return replace(
        sheet, onset=onset, duration=duration, pitch=pitch.astype(np.int64),
        bars=sheet.bars[0] + length * np.arange(len(sources)), chord_start=np.array([row[0] for row in chords]),
        chord_root=np.array([row[1] for row in chords]), chord_tones=np.array([row[2] for row in chords]),
    )  # fmt: skip
