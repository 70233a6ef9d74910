"""Piano parts of art songs as the events of `studio.models.texture`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.models.grammar import Size
from studio.models.melody import Frame, bar_starts, quality_index
from studio.models.texture import GRAMMAR, Ground, encode
from studio.theory.meter import Meter
from studio.training.corpus import rows
from studio.training.dataset import Piece
from studio.training.task import Task

SOURCE = "openscore_lieder"

LONGEST, FEWEST = 480, 64
"""Events of a song that are read, from its beginning, and how many it has at least."""

TEMPO = 90.0
"""Quarter notes a minute where the score does not say."""


@dataclass(frozen=True)
class Song:
    """An art song in C major or A minor. ``piano``: rows of (onset, duration, pitch); ``shift``: semitones it was
    moved by."""

    id: str
    title: str
    meter: Meter
    ground: Ground
    piano: list[tuple[int, int, int]]
    shift: int


def songs(corpus: Path) -> Iterator[Song]:
    """Yield the songs of the corpus that have a piano part. Raises ``CorpusError``."""
    sheets = {row["id"]: row for row in rows(corpus / "leadsheets.jsonl.xz") if row["src"] == SOURCE}
    for row in rows(corpus / "lieder_piano.jsonl.xz"):
        if row["id"] in sheets and len(sheets[row["id"]]["meas"]) > 1:
            yield _song(sheets[row["id"]], row["acc"])


def _song(sheet: dict[str, Any], piano: list[list[int]]) -> Song:
    tonic, mode = sheet["key"]
    down = tonic if mode == "maj" else tonic - 9
    shift = (-down + 6) % 12 - 6
    bars = sheet["meas"]
    meter = Meter(bars[1][2], bars[1][3])
    chords = [(tick, (root - down) % 12, quality_index(quality)) for tick, root, quality in sheet["chords"]]
    frame = Frame(
        bar_starts([(bar[0], bar[1]) for bar in bars]), np.array(chords, np.int64).reshape(-1, 3), "lied", meter,
        mode != "maj", max(0, bars[1][1] - bars[0][1]),
    )  # fmt: skip
    tune = np.array([(on, on + length, pitch + shift) for on, length, pitch in sheet["mel"]], np.int64).reshape(-1, 3)
    ground = Ground(frame, tune[np.argsort(tune[:, 0], kind="stable")], sheet["tempo"] or TEMPO)
    notes = [(on, length, pitch + shift) for on, length, pitch, _ in piano]
    return Song(sheet["id"], sheet["title"] or sheet["id"], meter, ground, notes, shift)


def pieces(corpus: Path) -> Iterator[Piece]:
    """Yield the beginning of every song's piano part."""
    for song in songs(corpus):
        events, context = (part[:LONGEST].astype(np.int16) for part in encode(song.piano, song.ground))
        if len(events) >= FEWEST:
            yield Piece(song.title, group_of(song.meter), SOURCE, events, context)


def group_of(meter: Meter) -> str:
    """Return what kind of meter a song is told by: compound, triple or duple."""
    if meter.is_compound and meter.numerator > 3:
        return "compound"
    return "triple" if meter.numerator == 3 else "duple"


TASK = Task(
    name="texture",
    about="Plays the piano under an art song: which notes of or beside the chord, how long, and when the next follows.",
    grammar=GRAMMAR,
    pieces=pieces,
    hints=("density",),
    size=Size(width=128, layers=4, heads=4),
    dropout=0.1,
    epochs=10,
    window=256,
    rate=2e-3,
    weaknesses=(
        "Chords were inferred from the very texture that is to be learned, not printed.",
        "It knows European art songs of the nineteenth century, and the first pages of each.",
        "Hands and pedal are not told apart.",
    ),
    shipped=False,
)
