"""How much of the composed music is an exact copy of itself: prints Markdown.

Composes four pieces of three minutes in every genre (sub-styles and moods in turn), reads the written scores bar by bar
and counts, for whole bars (all parts together) and for parts by role: bars that were there before, note for note; the
longest stretch that returns unchanged; the share of bars in loops of eight that go on unchanged. Then the share of
section borders at which somebody enters or leaves.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

from studio.brief import MOODS, Brief  # noqa: E402
from studio.compose import compose  # noqa: E402
from studio.score import Part, Score  # noqa: E402
from studio.styles import genres  # noqa: E402

SEEDS, SECONDS, LOOP = 4, 180, 8

Bars = list[tuple[tuple[float, ...], ...]]


def bars_of(part: Part, score: Score) -> Bars:
    """Return the notes of every bar, onsets counted from its start."""
    bar = score.meter.bar_beats
    found: list[list[tuple[float, ...]]] = [[] for _ in range(round(score.end / bar))]
    for onset, beats, pitch, velocity in part.notes.tolist():
        number = min(max(int((onset + 1e-6) // bar), 0), len(found) - 1)
        found[number].append((round(onset - number * bar, 3), round(beats, 3), pitch, velocity))
    return [tuple(sorted(notes)) for notes in found]


def copies(bars: Sequence[object]) -> float:
    """Return the share of bars with notes that were heard before."""
    heard = [bar for bar in bars if bar]
    return 1 - len(set(heard)) / max(len(heard), 1)


def longest_return(bars: Bars) -> int:
    """Return the length of the longest stretch of bars that equals an earlier one."""
    longest = 0
    for lag in range(1, len(bars)):
        run = 0
        for bar, before in zip(bars[lag:], bars, strict=False):
            run = run + 1 if bar and bar == before else 0
            longest = max(longest, run)
    return longest


def looped(bars: Bars) -> float:
    """Return the share of bars with notes in stretches of ``LOOP`` that repeat the ``LOOP`` bars right before them."""
    inside, run = set(), 0
    for number in range(LOOP, len(bars)):
        run = run + 1 if bars[number] and bars[number] == bars[number - LOOP] else 0
        if run >= LOOP:
            inside |= set(range(number - LOOP + 1, number + 1))
    return len(inside) / max(sum(1 for bar in bars if bar), 1)


def borders(score: Score, parts: dict[str, Bars]) -> list[bool]:
    """Return for every border of sections whether the parts that play change there."""
    players = []
    for section in score.sections:
        first = round(section.start / score.meter.bar_beats)
        players.append({name for name, bars in parts.items() if any(bars[first : first + section.bars])})
    return [one != other for one, other in pairwise(players)]


def main() -> None:
    """Print the tables."""
    whole, changed = [], []
    roles: dict[str, list[tuple[float, int, float]]] = defaultdict(list)
    for number, genre in enumerate(name for name in genres() for _ in range(SEEDS)):
        seed, substyles = number % SEEDS, list(genres()[genre].styles)
        mood, substyle = MOODS[(seed * 5 + len(genre)) % len(MOODS)], substyles[seed % len(substyles)]
        fields = {"genre": genre, "substyle": substyle, "mood": mood, "duration": SECONDS, "seed": 100 + seed}
        score = compose(Brief.from_mapping(fields)).score
        parts = {part.id: bars_of(part, score) for part in score.parts if part.role != "effects"}
        whole.append(copies([bar if any(bar) else () for bar in zip(*parts.values(), strict=True)]))
        changed += borders(score, parts)
        for part in score.parts:
            if bars := parts.get(part.id):
                roles[part.role].append((copies(bars), longest_return(bars), looped(bars)))
    print(f"whole bars heard before: {np.mean(whole):.1%}; borders where somebody enters or leaves: ", end="")
    print(f"{np.mean(changed):.0%}\n")
    print(
        "| role | parts | bars heard before | longest return, median | 90 % | in loops of eight |\n"
        "|---|---|---|---|---|---|"
    )
    for role, rows in roles.items():
        share, length, loop = zip(*rows, strict=True)
        middle, long = np.percentile(length, [50, 90])
        print(f"| {role} | {len(rows)} | {np.mean(share):.0%} | {middle:.0f} | {long:.0f} | {np.mean(loop):.1%} |")


if __name__ == "__main__":
    main()
