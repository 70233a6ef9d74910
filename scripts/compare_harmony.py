"""Where learned harmony beats the styles' own tables, and where not. Prints Markdown; nothing is rendered.

For each genre that has a repertoire, the same briefs are harmonised from the tables and by the model: the share of
first tries that pass the gate's harmonic axis and all four; the perplexity of the progressions (roots and triads)
under a trigram counted on the real sections of the repertoire; and how many progressions differ over thirty seeds.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402

import studio.compose.form as form  # noqa: E402
from scripts.evaluate import briefs  # noqa: E402
from studio.brief import MOODS, Brief  # noqa: E402
from studio.compose import compose  # noqa: E402
from studio.compose.harmony import Bars, progressions  # noqa: E402
from studio.compose.plan import Plan  # noqa: E402
from studio.models.harmony import QUALITIES, degree  # noqa: E402
from studio.review.leadsheet import lead_sheet  # noqa: E402
from studio.review.musical import THRESHOLDS, measure  # noqa: E402
from studio.styles import Genre, genres  # noqa: E402
from studio.theory.chord import TRIAD_OF  # noqa: E402
from studio.training import dataset  # noqa: E402
from studio.training.dataset import Dataset  # noqa: E402
from studio.training.ngrams import KneserNey  # noqa: E402

REPERTOIRES = {
    "pop": "song/pop", "rock": "song/rock", "country": "song/country", "folk": "song/country", "rnb": "song/soul",
    "jazz": "standard", "classical": "lied", "cinematic": "free",
}  # fmt: skip
"""Genre → the repertoire that comes nearest to it."""

SEEDS = 30
TRIADS = sorted(set(TRIAD_OF.values()))


def token(root: int, quality: str) -> int:
    """Return the number of a root with its triad."""
    return root * len(TRIADS) + TRIADS.index(TRIAD_OF[quality])


def of_tokens(rows: Sequence[Sequence[int]]) -> Dataset:
    """Return sequences of tokens as a dataset of one part; a token is not said twice running."""
    told = [[t for i, t in enumerate(row) if i == 0 or t != row[i - 1]] for row in rows]
    flat = np.array([t for row in told for t in row], np.int16)[:, None]
    return Dataset(flat, np.zeros((len(flat), 0), np.int16), np.cumsum([0, *map(len, told)]), [""] * len(told))


def real(data: Dataset, family: str) -> Dataset:
    """Return the real sections of a family as tokens."""
    rows = [
        [token(int(root), QUALITIES[quality]) for root, quality, _ in events]
        for (events, _), group in zip(data, data.groups, strict=True)
        if group == family
    ]
    return of_tokens(rows)


def with_tables(genre: Genre) -> Genre:
    """Return a genre that keeps to its tables."""
    return _with(genre, dict.fromkeys(genre.styles, ""))


def with_model(genre: Genre) -> Genre:
    """Return a genre as it ships where styles of it have learned harmony, else with all of them learning."""
    if any(style.harmony.learned for style in genre.styles.values()):
        return genre
    return _with(genre, dict.fromkeys(genre.styles, REPERTOIRES[genre.id]))


def _with(genre: Genre, learned: Mapping[str, str]) -> Genre:
    styles = {
        name: replace(style, harmony=replace(style.harmony, learned=learned[name]))
        for name, style in genre.styles.items()
    }
    return replace(genre, styles=styles)


def plans(genre: str) -> Iterator[Plan]:
    """Yield plans of songs over seeds, moods and sub-styles in turn."""
    substyles = list(genres()[genre].styles)
    for seed in range(SEEDS):
        fields = {"genre": genre, "substyle": substyles[seed % len(substyles)], "mood": MOODS[seed % len(MOODS)]}
        yield form.plan_form(Brief.from_mapping({**fields, "duration": 150, "seed": seed}), {})


def compared(genre: str, language: KneserNey, pieces: int) -> list[float]:
    """Return harmonic and full pass shares, perplexity and the number of different progressions."""
    found = [
        row
        for brief in list(briefs(genre, -(-pieces // 4)))[:pieces]
        if (row := measure(lead_sheet(compose(brief).score)))
    ]
    good = np.array([[row.get(axis, 1.0) >= least for axis, least in THRESHOLDS.items()] for row in found]).reshape(
        -1, 4
    )
    harmonic = good[:, list(THRESHOLDS).index("harmonic")].mean()
    laid: list[Bars] = [bars for plan in plans(genre) for bars in free(plan)]
    rows = [[token(degree(n)[0], QUALITIES[degree(n)[1]]) for bar in bars for n in bar] for bars in laid]
    perplexity = float(np.exp(language.loss(of_tokens([[*row, row[0]] for row in rows]))))
    return [harmonic, good.all(axis=1).mean(), perplexity, len(set(laid))]


def free(plan: Plan) -> list[Bars]:
    """Return the progressions of a plan's sections that have no table of their own."""
    pinned = plan.style.harmony.sections
    kinds = {section.name: section.kind for section in plan.sections}
    return [bars for name, bars in progressions(plan).items() if name not in pinned and kinds[name] not in pinned]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("genres", nargs="*", default=list(REPERTOIRES))
    parser.add_argument("--work", type=Path, required=True, help="folder with harmony.npz (training prepare harmony)")
    parser.add_argument("--pieces", type=int, default=12, help="briefs a genre")
    options = parser.parse_args()
    data = dataset.load(options.work / "harmony.npz")
    catalogue: Mapping[str, Genre] = dict(genres())
    print("| genre | repertoire | harmony | harmonic | all four | perplexity (real) | different of |")
    print("|---|---|---|---|---|---|---|")
    for genre in options.genres:
        family = REPERTOIRES[genre].partition("/")[0]
        language = KneserNey(real(data["train"], family), 3)
        heard = np.exp(language.loss(real(data["test"], family)))
        for name, changed in (("tables", with_tables), ("learned", with_model)):
            genres()[genre] = changed(catalogue[genre])
            harmonic, everything, perplexity, different = compared(genre, language, options.pieces)
            print(
                f"| {genre} | {REPERTOIRES[genre]} | {name} | {harmonic:.0%} | {everything:.0%} "
                f"| {perplexity:.1f} ({heard:.1f}) | {different:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
