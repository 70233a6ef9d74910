"""A lead sheet: one melody over chords in bars. What the musical measures read, from a score or from a corpus."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.score import Score
from studio.theory.meter import Meter

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LeadSheet:
    """Melody and chords on a common time in beats (quarter notes).

    ``onset``, ``duration`` and ``pitch``: one entry per note, shape ``(notes,)``, in order. ``bars``: first beat of
    every bar, shape ``(bars,)``. ``chord_start``: shape ``(chords,)``; ``chord_root``: pitch classes; ``chord_tones``:
    booleans ``(chords, 12)``. ``scale``: booleans ``(12,)``, the notes of the key.
    """

    onset: Floats
    duration: Floats
    pitch: NDArray[np.int64]
    bars: Floats
    meter: Meter
    chord_start: Floats
    chord_root: NDArray[np.int64]
    chord_tones: NDArray[np.bool_]
    tonic: int
    scale: NDArray[np.bool_]

    @property
    def bar_of(self) -> NDArray[np.int64]:
        """Number of the bar in which each note begins."""
        return np.clip(np.searchsorted(self.bars, self.onset + 1e-6, side="right") - 1, 0, len(self.bars) - 1)

    @property
    def place(self) -> Floats:
        """Beats from the start of its bar at which each note begins."""
        return self.onset - self.bars[self.bar_of]

    @property
    def chord_of(self) -> NDArray[np.int64]:
        """Number of the chord that sounds as each note begins."""
        found = np.searchsorted(self.chord_start, self.onset + 1e-6, side="right") - 1
        return np.clip(found, 0, len(self.chord_start) - 1)


def lead_sheet(score: Score) -> LeadSheet:
    """Return the lead sheet of a score: its lead parts as one line (the highest of notes that begin together).

    What a section is lifted by is taken back, so that one scale serves the whole piece.
    """
    leads = [part.notes for part in score.parts if part.role == "lead" and len(part.notes)]
    notes = np.concatenate(leads) if leads else np.zeros(0, [("onset", "f8"), ("duration", "f8"), ("pitch", "i2")])
    order = np.lexsort((-notes["pitch"], notes["onset"]))
    notes = notes[order]
    first = np.concatenate([[True], np.diff(notes["onset"]) > 0.05]) if len(notes) else np.zeros(0, bool)
    notes = notes[first]
    tones = np.zeros((len(score.chords), 12), bool)
    lifted = score.lift([span.start for span in score.chords])
    roots = (np.array([span.chord.root for span in score.chords], np.int64) - lifted) % 12
    for row, span, lift in zip(tones, score.chords, lifted, strict=True):
        row[[(tone - lift) % 12 for tone in span.chord.tones]] = True
    scale = np.zeros(12, bool)
    scale[list(score.key.scale)] = True
    return LeadSheet(
        notes["onset"].astype(float), notes["duration"].astype(float),
        notes["pitch"].astype(np.int64) - score.lift(notes["onset"]),
        np.arange(0.0, score.end - 1e-6, score.meter.bar_beats), score.meter,
        np.array([span.start for span in score.chords]), roots,
        tones, score.key.tonic, scale,
    )  # fmt: skip


def excerpt(sheet: LeadSheet, first: int, count: int) -> LeadSheet:
    """Return ``count`` bars of a lead sheet from bar ``first`` on (fewer where it ends before)."""
    bars = sheet.bars[first : first + count]
    end = sheet.bars[first + count] if first + count < len(sheet.bars) else np.inf
    inside = (sheet.onset >= bars[0] - 1e-6) & (sheet.onset < end - 1e-6)
    chords = np.flatnonzero((sheet.chord_start >= bars[0] - 1e-6) & (sheet.chord_start < end - 1e-6))
    sounding = int(np.searchsorted(sheet.chord_start, bars[0] + 1e-6, side="right")) - 1
    if sounding >= 0 and (not len(chords) or chords[0] > sounding):
        chords = np.insert(chords, 0, sounding)
    return replace(
        sheet, onset=sheet.onset[inside], duration=sheet.duration[inside], pitch=sheet.pitch[inside], bars=bars,
        chord_start=sheet.chord_start[chords], chord_root=sheet.chord_root[chords],
        chord_tones=sheet.chord_tones[chords],
    )  # fmt: skip
