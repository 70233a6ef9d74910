"""Where sung melodies beat those made by rule, and where not. Prints Markdown; nothing is rendered.

The same briefs get their tunes by rule (the cheapest path under a drawn contour) and by the model: the share of first
tries that pass the gate's melodic axis and all four, the mean of the melodic axis, and how surprising the tunes
(intervals and ratios of time) are to a Kneser-Ney 5-gram counted on the real tunes of the training side; its held-out
tunes stand in the last row.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

from scripts.evaluate import briefs  # noqa: E402
from studio.compose import compose  # noqa: E402
from studio.models.melody import DURATIONS, REST  # noqa: E402
from studio.review.leadsheet import LeadSheet, lead_sheet  # noqa: E402
from studio.review.musical import THRESHOLDS, measure  # noqa: E402
from studio.styles import Genre, genres  # noqa: E402
from studio.training import dataset  # noqa: E402
from studio.training.dataset import Dataset  # noqa: E402
from studio.training.ngrams import KneserNey  # noqa: E402

ORDER = 5
WIDEST, SLOWEST = 12, 3
"""Wider intervals in semitones, and ratios of time beyond so many octaves, count as these."""


def tokens(onset: np.ndarray, pitch: np.ndarray) -> list[int]:
    """Return a tune as tokens: the interval and the ratio of time to the note before, from the third note on."""
    interval = np.clip(np.diff(pitch), -WIDEST, WIDEST)[1:] + WIDEST
    ratio = np.clip(np.round(np.diff(np.log2(np.diff(onset)))), -SLOWEST, SLOWEST) + SLOWEST
    return (interval * (2 * SLOWEST + 1) + ratio).astype(int).tolist() if len(onset) > 2 else []


def of_tunes(rows: Sequence[list[int]]) -> Dataset:
    """Return tunes as a dataset of one part."""
    flat = np.array([token for row in rows for token in row], np.int16)[:, None]
    return Dataset(flat, np.zeros((len(flat), 0), np.int16), np.cumsum([0, *map(len, rows)]), [""] * len(rows))


def real(data: Dataset) -> Dataset:
    """Return the real tunes of one side."""
    rows = []
    for events, _ in data:
        lengths = np.array(DURATIONS)[events[:, 1]]
        sung = events[:, 0] != REST
        rows.append(tokens((np.cumsum(lengths) - lengths)[sung], events[sung, 0].astype(int)))
    return of_tunes(rows)


def written_by(genre: Genre, writer: str) -> Genre:
    """Return a genre whose tunes are all written by ``model`` or ``rules``."""
    styles = {name: replace(style, melody=replace(style.melody, writer=writer)) for name, style in genre.styles.items()}
    return replace(genre, styles=styles)


def told(sheets: Sequence[LeadSheet]) -> Dataset:
    """Return the tunes of lead sheets."""
    return of_tunes([tokens(sheet.onset, sheet.pitch) for sheet in sheets])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("genres", nargs="*", default=list(genres()))
    parser.add_argument("--work", type=Path, required=True, help="folder with melody.npz (training prepare melody)")
    parser.add_argument("--pieces", type=int, default=12, help="briefs a genre")
    options = parser.parse_args()
    data = dataset.load(options.work / "melody.npz")
    language = KneserNey(real(data["train"]), ORDER)
    catalogue = dict(genres())
    print("| genre | tunes by | melodic (mean) | all four | nats per note |\n|---|---|---|---|---|")
    for genre in options.genres:
        for writer in ("rules", "model"):
            genres()[genre] = written_by(catalogue[genre], writer)
            asked = list(briefs(genre, -(-options.pieces // 4)))[: options.pieces]
            sheets = [lead_sheet(compose(brief).score) for brief in asked]
            axes = [found for sheet in sheets if (found := measure(sheet))]
            values = np.array([[found.get(axis, 1.0) for axis in THRESHOLDS] for found in axes]).reshape(
                -1, len(THRESHOLDS)
            )
            good = values >= np.array(list(THRESHOLDS.values()))
            print(
                f"| {genre} | {writer} | {good[:, 0].mean():.0%} ({values[:, 0].mean():.2f}) "
                f"| {good.all(axis=1).mean():.0%} | {language.loss(told(sheets)):.2f} |",
                flush=True,
            )
        genres()[genre] = catalogue[genre]
    print(f"| real tunes, held out | | | | {language.loss(real(data['test'])):.2f} |")


if __name__ == "__main__":
    main()
