"""Builds the index of known music, and measures how long matches between unrelated tunes are."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from studio.review.fingerprint import Line, commonplace, fragments, line
from studio.review.originality import COMMON, INDEX, Index
from studio.training.corpus import CorpusError, rows, sheet_of

SOURCES = {
    "openscore_lieder": "OpenScore Lieder", "openewld_strict": "OpenEWLD", "bach_chorales": "Bach chorales",
    "oneills1850": "O'Neill's Music of Ireland", "aird": "Aird's Airs", "ryans": "Ryan's Mammoth Collection",
}  # fmt: skip
"""Source of the corpus → its name in a report."""

REPERTOIRE = {"openscore_lieder": "art song", "openewld_strict": "standard", "bach_chorales": "chorale"}
"""Source → repertoire; the rest is folk dance."""

SAMPLE = 200
"""Pieces of a repertoire to measure."""

KIN = 0.15
"""Two pieces with more of their fragments in common are versions of one tune."""

LENGTHS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24)

Row = Mapping[str, Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command asks for."""
    parser.add_argument("--corpus", type=Path, required=True, help="folder with leadsheets.jsonl.xz")
    parser.add_argument("--out", type=Path, default=INDEX, help="file to write (default: the index in use)")
    parser.add_argument("--seed", type=int, default=1, help="which pieces are drawn for the measurement")


def run(options: argparse.Namespace) -> None:
    """Build the index, then print its size and how many pieces reach which match with an unrelated one."""
    pieces = list(rows(options.corpus / "leadsheets.jsonl.xz"))
    if not pieces:
        raise CorpusError(f"{options.corpus}: no lead sheets")
    melodies = [line(sheet_of(row)) for row in pieces]
    index = build(pieces, melodies)
    index.write(options.out)
    size = options.out.stat().st_size / 1e6
    print(f"{len(pieces)} pieces, {len(index.hashes)} fragments, {int(index.common.sum())} common, {size:.2f} MB\n")
    print(f"| share of pieces whose longest match has notes ≥ | {' | '.join(map(str, LENGTHS))} |")
    print(f"|---|{'---|' * len(LENGTHS)}")
    for name, longest in chance(pieces, melodies, index, seed=options.seed).items():
        shares = [f"{np.mean(np.array(longest) >= length):.1%}" for length in LENGTHS]
        print(f"| {name} | {' | '.join(shares)} |")


def build(pieces: Sequence[Row], melodies: Sequence[Line]) -> Index:
    """Return the index of these pieces: what is in at least ``COMMON`` different titles is common."""
    tunes = np.unique([tune_name(row) for row in pieces], return_inverse=True)[1]
    owned = [np.unique(fragments(melody)) for melody in melodies]
    value = np.concatenate(owned)
    piece = np.repeat(np.arange(len(owned)), [len(hashes) for hashes in owned])
    order = np.lexsort((piece, value))
    value, piece = value[order], piece[order]
    hashes, start = np.unique(value, return_index=True)
    row = np.searchsorted(hashes, value)
    different = np.unique(np.stack([row, tunes[piece]]), axis=1)[0]
    common = np.bincount(different, minlength=len(hashes)) >= COMMON
    plain = np.concatenate([fragments(melody)[commonplace(melody)] for melody in melodies])
    return Index(
        hashes, np.append(start, len(value)), piece.astype(np.uint16), common | np.isin(hashes, plain),
        tuple(title(row) for row in pieces),
    )  # fmt: skip


def chance(
    pieces: Sequence[Row], melodies: Sequence[Line], index: Index, *, seed: int = 1, sample: int = SAMPLE
) -> dict[str, list[int]]:
    """Return the longest match of each of ``sample`` pieces with an unrelated one, per repertoire.

    Once with other repertoires only, and once with all pieces that are not a version of the same tune: those of the
    same title, and those that share more than ``KIN`` of their fragments, are left out.
    """
    rng = np.random.default_rng(seed)
    repertoire = np.array([REPERTOIRE.get(row["src"], "folk dance") for row in pieces])
    names = np.array([tune_name(row) for row in pieces])
    owned = [np.unique(fragments(melody)) for melody in melodies]
    found: dict[str, list[int]] = {}
    for name in sorted(set(repertoire)):
        for number in rng.permutation(np.flatnonzero(repertoire == name))[:sample]:
            runs = index.runs(melodies[number], leave_out=np.flatnonzero(names == names[number]))
            foreign = [notes for piece, (_, notes) in runs.items() if repertoire[piece] != name]
            unrelated = [notes for piece, (_, notes) in runs.items() if not _kin(owned[number], owned[piece])]
            found.setdefault(f"{name}, in other repertoires", []).append(max(foreign, default=0))
            found.setdefault(f"{name}, in every other tune", []).append(max(unrelated, default=0))
    return found


def tune_name(row: Row) -> str:
    """Return what versions of one tune have in common: the letters of the title."""
    return "".join(letter for letter in row["title"].lower() if letter.isalnum()) or row["id"]


def title(row: Row) -> str:
    """Return a piece's title, author and source as a report names them."""
    name = row["title"].removesuffix(".mxl") or row["id"].partition(":")[2]
    name = name.upper().replace("BWV", "BWV ") if row["src"] == "bach_chorales" else name
    author = row["composer"].replace("_", " ")
    by = "" if author in ("", "Trad", "Bach") else f"{author}, "
    return f"“{name}” ({by}{SOURCES.get(row['src'], row['src'])})"


def _kin(one: Any, two: Any) -> bool:
    return len(np.intersect1d(one, two, assume_unique=True)) > KIN * min(len(one), len(two))
