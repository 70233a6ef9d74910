"""Lead sheets of the corpus as the events of `studio.models.melody`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from studio.models.melody import (
    DURATIONS,
    GRAMMAR,
    HIGHEST,
    LOWEST,
    REST,
    TICKS,
    Frame,
    bar_starts,
    nearest_duration,
    quality_index,
)
from studio.theory.meter import Meter
from studio.training.corpus import rows
from studio.training.dataset import Piece
from studio.training.task import Task

VOICE_OF = {
    "openewld_strict": "standard", "openscore_lieder": "lied", "bach_chorales": "chorale", "oneills1850": "irish",
    "aird": "scottish", "ryans": "fiddle",
}  # fmt: skip

GRID = (0, 6, 8, 12, 16, 18, 24)
"""Where notes may begin within a beat, in ticks: sixteenths and triplets."""

FEWEST = 16
"""Notes that a piece has at least."""

COMFORTABLE = (62.0, 78.0)
"""Tunes are moved by octaves until their mean pitch lies here."""


def pieces(corpus: Path) -> Iterator[Piece]:
    """Yield every lead sheet whose melody can be written in the model's events."""
    for row in rows(corpus / "leadsheets.jsonl.xz"):
        if row["src"] in VOICE_OF and (found := encode(row)) is not None and len(found[0]) >= FEWEST:
            yield Piece(row["title"] or row["id"], VOICE_OF[row["src"]], row["src"], *found)


def encode(row: dict[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return events and context of a row of ``leadsheets``; None where a note is too long to be written."""
    tonic, mode = row["key"]
    down = tonic if mode == "maj" else tonic - 9
    sung = _sung(row["mel"], _transposition([note[2] for note in row["mel"]], down))
    events, onsets = [], []
    now = 0
    for onset, end, pitch in sung:
        gap = onset - now
        if now and gap > 0:
            while gap > DURATIONS[-1]:
                gap -= 4 * TICKS
            events.append((REST, nearest_duration(gap)))
            onsets.append(onset - gap)
        events.append((pitch - LOWEST, nearest_duration(end - onset)))
        onsets.append(onset)
        now = end
    if not events:
        return None
    table = np.array(events, np.int64)
    context = _frame(row, down).context(np.array(onsets), table[:, 1] + 1)
    return table.astype(np.int16), context.astype(np.int16)


def _transposition(pitches: list[int], down: int) -> int:
    """Return the semitones to C or A minor, in the octave in which a tune lies well."""
    shift = (-down + 6) % 12 - 6
    mean = float(np.mean(pitches)) + shift if pitches else COMFORTABLE[0]
    while mean < COMFORTABLE[0]:
        mean, shift = mean + 12, shift + 12
    while mean > COMFORTABLE[1]:
        mean, shift = mean - 12, shift - 12
    return shift


def _sung(notes: list[list[int]], shift: int) -> Iterator[tuple[int, int, int]]:
    """Yield (onset, end, pitch) on the grid, one note at a time."""
    snapped = [(_snap(on), _snap(on + length), pitch) for on, length, pitch in notes]
    now = 0
    for index, (onset, end, pitch) in enumerate(snapped):
        onset = max(onset, now)
        if index + 1 < len(snapped):
            end = min(end, max(snapped[index + 1][0], onset))
        if end <= onset:
            continue
        pitch += shift
        while pitch < LOWEST:
            pitch += 12
        while pitch > HIGHEST:
            pitch -= 12
        yield onset, end, pitch
        now = end


def _snap(tick: int) -> int:
    beat, rest = divmod(tick, TICKS)
    return beat * TICKS + min(GRID, key=lambda place: abs(place - rest))


def _frame(row: dict[str, Any], down: int) -> Frame:
    bars = row["meas"]
    upbeat = max(0, bars[1][1] - bars[0][1]) if len(bars) > 1 else 0
    meter = bars[min(1, len(bars) - 1)]
    chords = [(tick, (root - down) % 12, quality_index(quality)) for tick, root, quality in row["chords"]]
    return Frame(
        bar_starts([(bar[0], bar[1]) for bar in bars]), np.array(chords, np.int64).reshape(-1, 3),
        VOICE_OF[row["src"]], Meter(meter[2], meter[3]), row["key"][1] != "maj", upbeat,
    )  # fmt: skip


TASK = Task(
    name="melody",
    about="Writes tunes: pitch and length of each note or rest, over chords, in a bar, in the manner of a repertoire.",
    grammar=GRAMMAR,
    pieces=pieces,
    hints=("planned",),
    weights={"standard": 2.5, "lied": 1.3, "chorale": 1.5, "irish": 0.7, "scottish": 0.8, "fiddle": 0.8},
    dropout=0.1,
    epochs=14,
    weaknesses=(
        "Three events of five are folk dances and a third art songs; there is no pop, rock, blues or electronic tune, "
        "so their rhythm has to be given.",
        "Chords of folk tunes were inferred from the tunes: the model leans on them less than a player does.",
        "Tunes of one family stand in several books under other titles, so held-out folk tunes are not all unheard.",
        "Standards are few (147 pieces); they are drawn more often, and learned the least well.",
    ),
)
