"""Training data as arrays: pieces of events with their context, kept in one file a model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.training.corpus import CorpusError, side

SIDES = ("train", "valid", "test")
"""Trained on; tells when to stop; only measured at the very end."""


@dataclass(frozen=True)
class Piece:
    """``events``: (n, parts) small integers; ``context``: (n, features); ``group``: what it is weighed and told by."""

    title: str
    group: str
    source: str
    events: NDArray[np.int16]
    context: NDArray[np.int16]


@dataclass(frozen=True)
class Dataset:
    """Pieces of one side, one after the other. ``starts``: (pieces + 1,) offsets into the rows."""

    events: NDArray[np.int16]
    context: NDArray[np.int16]
    starts: NDArray[np.int64]
    groups: Sequence[str]

    def __len__(self) -> int:
        return len(self.groups)

    def piece(self, index: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Return events and context of a piece."""
        rows = slice(self.starts[index], self.starts[index + 1])
        return self.events[rows], self.context[rows]

    def __iter__(self) -> Iterator[tuple[NDArray[np.int16], NDArray[np.int16]]]:
        return (self.piece(index) for index in range(len(self)))


def save(pieces: Iterable[Piece], path: Path) -> dict[str, dict[str, int]]:
    """Write pieces to ``path``, split by title; return source → side → number of pieces."""
    sides: dict[str, list[Piece]] = {name: [] for name in SIDES}
    counts: dict[str, dict[str, int]] = {}
    for piece in pieces:
        name = side(piece.title)
        sides[name].append(piece)
        row = counts.setdefault(piece.source, dict.fromkeys((*SIDES, "events"), 0))
        row[name] += 1
        row["events"] += len(piece.events)
    arrays: dict[str, NDArray] = {}
    for name, rows in sides.items():
        if not rows:
            raise CorpusError(f"{path.stem}: no pieces to {name} on; the corpus is too small")
        arrays[f"{name}_events"] = np.concatenate([piece.events for piece in rows])
        arrays[f"{name}_context"] = np.concatenate([piece.context for piece in rows])
        arrays[f"{name}_starts"] = np.cumsum([0, *(len(piece.events) for piece in rows)])
        arrays[f"{name}_groups"] = np.array([piece.group for piece in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return counts


def load(path: Path) -> Mapping[str, Dataset]:
    """Return what ``save`` wrote, by side. Raises ``CorpusError``."""
    try:
        with np.load(path) as kept:
            return {
                name: Dataset(
                    kept[f"{name}_events"], kept[f"{name}_context"], kept[f"{name}_starts"],
                    kept[f"{name}_groups"].tolist(),
                )
                for name in SIDES
            }  # fmt: skip
    except (OSError, KeyError, ValueError) as error:
        raise CorpusError(f"{path}: {error}; run `python -m studio.training prepare` first") from error
