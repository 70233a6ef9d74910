"""The training data, read from its packed files (JSON lines in xz, 24 ticks to the quarter note)."""

import hashlib
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from studio.errors import StudioError
from studio.review.leadsheet import LeadSheet
from studio.theory.key import MODES
from studio.theory.meter import Meter

TICKS = 24
HELD_OUT = 10
"""One piece in so many is never trained on."""

CHORD_TONES = {
    "": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11), "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10), "dim7": (0, 3, 6, 9), "aug": (0, 4, 8), "sus4": (0, 5, 7), "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9), "sus2": (0, 2, 7), "mM7": (0, 3, 7, 11), "5": (0, 7),
}  # fmt: skip
"""Chord qualities as the corpus spells them."""


class CorpusError(StudioError):
    """The corpus is missing or does not read as described in its README."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a packed file. Raises ``CorpusError``."""
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, lzma.LZMAError, json.JSONDecodeError) as error:
        raise CorpusError(f"{path}: {error}") from error


def is_held_out(row: dict[str, Any]) -> bool:
    """Whether a piece is kept for testing: by its title, so that versions of one tune stay on one side."""
    return _draw(row["title"] or row["id"], HELD_OUT) == 0


def side(title: str) -> str:
    """Return where a piece belongs by its title: "train", or half each of what is held out "valid" and "test"."""
    if _draw(title, HELD_OUT):
        return "train"
    return "valid" if _draw(title, 2 * HELD_OUT) else "test"


def _draw(title: str, sides: int) -> int:
    """Return a number below ``sides`` that hangs on the letters of a title alone."""
    letters = "".join(letter for letter in title.lower() if letter.isalnum())
    return int(hashlib.blake2b((letters or title).encode(), digest_size=4).hexdigest(), 16) % sides


def sheet_of(row: dict[str, Any]) -> LeadSheet:
    """Return a row of ``leadsheets`` as a lead sheet."""
    melody = np.array(row["mel"], float).reshape(-1, 3)
    chords = [chord for chord in row["chords"] if chord[2] in CHORD_TONES]
    tones = np.zeros((len(chords), 12), bool)
    for line, (_, root, quality) in zip(tones, chords, strict=True):
        line[[(root + step) % 12 for step in CHORD_TONES[quality]]] = True
    tonic, mode = row["key"]
    scale = np.zeros(12, bool)
    scale[[(tonic + step) % 12 for step in MODES["major" if mode == "maj" else "minor"]]] = True
    meter = row["meas"][min(1, len(row["meas"]) - 1)]
    return LeadSheet(
        melody[:, 0] / TICKS, melody[:, 1] / TICKS, melody[:, 2].astype(np.int64),
        np.array([bar[0] for bar in row["meas"]], float) / TICKS, Meter(meter[2], meter[3]),
        np.array([chord[0] for chord in chords], float) / TICKS, np.array([chord[1] for chord in chords], np.int64),
        tones, tonic, scale,
    )  # fmt: skip
