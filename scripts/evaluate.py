"""How good the composed music is: `make evaluate`. Composes genres × moods × seeds and prints Markdown.

Per genre: the share of first tries that reach each axis' threshold and all four, and the mean of each axis; pieces
without a tune (drones) are not judged and counted apart. Nothing is rendered.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

from studio.brief import MOODS, Brief  # noqa: E402
from studio.compose import compose  # noqa: E402
from studio.review.leadsheet import lead_sheet  # noqa: E402
from studio.review.musical import THRESHOLDS, measure  # noqa: E402
from studio.styles import genres  # noqa: E402

LENGTHS = (30, 60, 120, 180, 240, 300)
SEEDS = 4


def briefs(genre: str, moods: int) -> Iterator[Brief]:
    """Yield a genre's briefs: its sub-styles and the lengths take turns."""
    substyles = list(genres()[genre].styles)
    for number in range(moods * SEEDS):
        yield Brief.from_mapping(
            {
                "genre": genre,
                "substyle": substyles[number % len(substyles)],
                "mood": MOODS[(number * 5 + len(genre)) % len(MOODS)],
                "duration": LENGTHS[number % len(LENGTHS)],
                "seed": 1000 + number,
            }
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moods", type=int, default=3, help="moods per genre, four seeds each")
    options = parser.parse_args()
    axes = list(THRESHOLDS)
    print(
        f"| genre | pieces | no tune | {' | '.join(f'{axis} ≥ {THRESHOLDS[axis]:.2f}' for axis in axes)} | all four |"
    )
    print(f"|---|---|---|{'---|' * (len(axes) + 1)}")
    everything: list[list[float]] = []
    for genre in genres():
        found = [measure(lead_sheet(compose(brief).score)) for brief in briefs(genre, options.moods)]
        values = [[row[axis] for axis in axes] for row in found if row]
        everything += values
        print_row(genre, len(found), np.array(values).reshape(-1, len(axes)))
    print_row("**all**", len(genres()) * options.moods * SEEDS, np.array(everything))


def print_row(name: str, pieces: int, values: np.ndarray) -> None:
    """Print shares that pass, with the means in brackets."""
    passed = values >= np.array(list(THRESHOLDS.values()))
    cells = [f"{share:.0%} ({mean:.2f})" for share, mean in zip(passed.mean(axis=0), values.mean(axis=0), strict=True)]
    cells.append(f"{passed.all(axis=1).mean():.0%}")
    print(f"| {name} | {pieces} | {pieces - len(values)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
