"""How good the composed music is: `make evaluate`. Composes genres × moods × seeds and prints Markdown.

Per genre: the share of first tries that reach each axis' threshold and all four, the mean of each axis, what passes
after repair (the gate and originality), and the longest run of notes shared with known music and with the pieces
before; pieces without a tune (drones) are not judged and counted apart. Nothing is rendered.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

from studio.brief import MOODS, Brief  # noqa: E402
from studio.rehearsal import Rehearsal, rehearse  # noqa: E402
from studio.review.fingerprint import SHARED, fingerprint, line, shared_fragments  # noqa: E402
from studio.review.leadsheet import lead_sheet  # noqa: E402
from studio.review.musical import THRESHOLDS  # noqa: E402
from studio.review.originality import compare  # noqa: E402
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
    parser.add_argument("--genres", nargs="*", default=list(genres()), help="of these genres only")
    options = parser.parse_args()
    titles = [f"{axis} ≥ {threshold:.2f}" for axis, threshold in THRESHOLDS.items()]
    print(f"| genre | pieces | no tune | {' | '.join(titles)} | all four, first try | after repair | longest match |")
    print(f"|---|---|---|{'---|' * (len(titles) + 3)}")
    everything: list[Rehearsal] = []
    made: list[tuple[str, bytes]] = []
    for genre in options.genres:
        found = []
        for brief in briefs(genre, options.moods):
            found.append(rehearse(brief, known=lambda sheet: compare(sheet, made)))
            made.append((found[-1].piece.score.title, fingerprint(line(lead_sheet(found[-1].piece.score)))))
        everything += found
        print(row(genre, found), flush=True)
    print(row("**all**", everything))
    seconds = [rehearsal.seconds for rehearsal in everything]
    print(f"\nSeconds to compose a piece, repair included: median {np.median(seconds):.2f}, most {max(seconds):.2f}.")
    shared = shared_fragments([lead_sheet(rehearsal.piece.score) for rehearsal in everything])
    print(f"Melody fragments of {SHARED} notes that two pieces share: {len(shared)}.")


def row(name: str, found: Sequence[Rehearsal]) -> str:
    """Return a row: shares of first tries that pass, means in brackets; shares after repair; the longest match."""
    tunes = [rehearsal for rehearsal in found if rehearsal.verdict.axes is not None]
    first = [rehearsal.tries[0].axes or {} for rehearsal in tunes]
    values = np.array([[axes.get(axis, np.nan) for axis in THRESHOLDS] for axes in first]).reshape(-1, len(THRESHOLDS))
    passed = ~(values < np.array(list(THRESHOLDS.values())))
    repaired = np.mean([not rehearsal.verdict.faults for rehearsal in tunes])
    longest = max((rehearsal.verdict.originality.longest for rehearsal in tunes), default=0)
    means = np.nanmean(values, axis=0)
    cells = [f"{share:.0%} ({mean:.2f})" for share, mean in zip(passed.mean(axis=0), means, strict=True)]
    cells += [f"{passed.all(axis=1).mean():.0%}", f"{repaired:.0%}", str(longest)]
    return f"| {name} | {len(found)} | {len(found) - len(tunes)} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
