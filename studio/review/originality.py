"""Originality: the longest run of notes that a melody shares with known music, where, and whether that is too long.

Melodies are compared by ``studio.review.fingerprint``: alike in every key and tempo. The index of known music,
``originality.xz``, holds hashes of all fragments of the corpora and the numbers of the pieces they occur in, in no
order of the music; ``python -m studio.training originality`` builds it.
"""

import json
import lzma
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.review.fingerprint import FRAGMENT, SHARED, Hashes, Line, commonplace, fragments, line, unpacked
from studio.review.leadsheet import LeadSheet
from studio.score import Section

LIMIT = SHARED
"""Notes in a row that no other music may share: where matches between unrelated tunes end (docs/composition.md)."""

COMMON = 6
"""A fragment in so many different tunes of the corpora is nobody's."""

SHOWN = 3
"""Pieces named in a report."""

ANOTHER_TRACK = "another track made here"

INDEX = Path(__file__).with_name("originality.xz")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Match:
    """``notes`` in a row that are also in ``source``. Bars count from 1; ``beat`` and ``end`` are beats."""

    notes: int
    source: str
    beat: float
    end: float
    bar: int
    last_bar: int
    section: str = ""

    def __str__(self) -> str:
        bars = f"bar {self.bar}" if self.bar == self.last_bar else f"bars {self.bar}–{self.last_bar}"
        return f"{self.notes} notes with {self.source} ({bars}{', ' if self.section else ''}{self.section})"


class Known(Protocol):
    """Music already made: the worker hands over the one that asks its database."""

    def __call__(self, sheet: LeadSheet) -> Match | None:
        """Return the longest run of notes that ``sheet`` shares with it, or none."""


@dataclass(frozen=True)
class OriginalityReport:
    """What a melody of ``notes`` notes shares with other music, longest first; ``limit`` in a row are too many."""

    notes: int
    matches: tuple[Match, ...]
    limit: int = LIMIT

    @property
    def longest(self) -> int:
        """Notes of the longest match; 0 where there is none."""
        return self.matches[0].notes if self.matches else 0

    @property
    def original(self) -> bool:
        """Whether every match is shorter than the limit."""
        return self.longest < self.limit

    def as_text(self) -> str:
        """Return the report for a person."""
        if self.notes < FRAGMENT:
            return "No tune to compare."
        verdict = "Original" if self.original else "Not original"
        longest = f"longest match {self.matches[0]}" if self.matches else f"no match of {FRAGMENT} notes or more"
        lines = [f"{verdict}: {longest}; {self.limit} in a row are too many. The tune has {self.notes} notes."]
        return "\n".join([*lines, *(f"  {match}" for match in self.matches[1:])])

    def as_dict(self) -> dict[str, Any]:
        """Return plain, JSON-ready values."""
        return {
            "original": self.original, "limit": self.limit, "notes": self.notes,
            "matches": [asdict(match) for match in self.matches],
        }  # fmt: skip


@dataclass(frozen=True)
class Index:
    """Fragments of many pieces. ``hashes``: sorted, ``(fragments,)``; ``start``: where the pieces of each begin in
    ``piece``, ``(fragments + 1,)``; ``common``: which are nobody's; ``titles``: one per piece."""

    hashes: Hashes
    start: Ints
    piece: NDArray[np.uint16]
    common: NDArray[np.bool_]
    titles: tuple[str, ...]

    def runs(self, melody: Line, *, leave_out: ArrayLike = ()) -> dict[int, tuple[int, int]]:
        """Return, per piece, the first note and the notes of the longest run of ``melody`` that it shares.

        Pieces in ``leave_out`` are passed over. A run is unbroken fragments of one piece; it begins and ends with one
        that is not common.
        """
        own = fragments(melody)
        row = np.minimum(np.searchsorted(self.hashes, own), len(self.hashes) - 1)
        count = np.where(self.hashes[row] == own, self.start[row + 1] - self.start[row], 0)
        place = np.repeat(np.arange(len(own)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        piece = self.piece[np.repeat(self.start[row], count) + within].astype(np.int64)
        kept = ~np.isin(piece, np.array(leave_out, np.int64))
        distinct = ~(self.common[row] | commonplace(melody))
        return _longest(place[kept], piece[kept], distinct)

    def write(self, path: Path) -> None:
        """Write the index, packed: differences of the hashes and numbers of the pieces, byte by byte."""
        head = {"titles": self.titles, "fragments": len(self.hashes), "pairs": len(self.piece)}
        packed = [
            json.dumps(head, ensure_ascii=False).encode() + b"\n",
            _planes(np.diff(self.hashes, prepend=np.uint32(0)), "<u4"), _planes(np.diff(self.start), "<u2"),
            _planes(self.piece, "<u2"), np.packbits(self.common).tobytes(),
        ]  # fmt: skip
        path.write_bytes(lzma.compress(b"".join(packed), preset=9))

    @classmethod
    def read(cls, path: Path = INDEX) -> "Index":
        """Read an index."""
        first, _, body = lzma.decompress(path.read_bytes()).partition(b"\n")
        head = json.loads(first)
        rows, pairs = head["fragments"], head["pairs"]
        raw = np.split(np.frombuffer(body, np.uint8), np.cumsum([4 * rows, 2 * rows, 2 * pairs]))
        return cls(
            np.cumsum(_joined(raw[0], "<u4"), dtype=np.uint32),
            np.concatenate([[0], np.cumsum(_joined(raw[1], "<u2"), dtype=np.int64)]),
            _joined(raw[2], "<u2"), np.unpackbits(raw[3], count=rows).astype(bool), tuple(head["titles"]),
        )  # fmt: skip


def _planes(values: NDArray[Any], kind: str) -> bytes:
    """Return values byte by byte, all lowest bytes first: high bytes, mostly zero, then pack to nothing."""
    return values.astype(kind).view(np.uint8).reshape(-1, np.dtype(kind).itemsize).T.tobytes()


def _joined(planes: NDArray[np.uint8], kind: str) -> NDArray[Any]:
    return np.ascontiguousarray(planes.reshape(np.dtype(kind).itemsize, -1).T).view(kind).ravel()


@lru_cache(maxsize=1)
def corpora() -> Index:
    """Return the index of the training corpora that comes with the library."""
    return Index.read()


def longest_matches(sheet: LeadSheet, index: Index, *, most: int = SHOWN) -> list[Match]:
    """Return the longest runs of notes shared with pieces of ``index``, one per piece, longest first."""
    melody = line(sheet)
    found = sorted(index.runs(melody).items(), key=lambda item: (-item[1][1], item[1][0], item[0]))[:most]
    return [_match(sheet, melody, first, notes, index.titles[piece]) for piece, (first, notes) in found]


def compare(sheet: LeadSheet, others: Iterable[tuple[str, bytes]]) -> Match | None:
    """Return the longest run shared with any of ``others``: names and fingerprints; none below ``FRAGMENT`` notes."""
    melody = line(sheet)
    own = fragments(melody) >> 1
    named = [(name, unpacked(stored) >> 1) for name, stored in others]
    if not named or not len(own):
        return None
    # Every other melody lies on one axis, far enough apart that a diagonal (their place less ours) is one melody's.
    starts = np.cumsum([0, *(len(theirs) + len(own) for _, theirs in named[:-1])])
    there = np.concatenate([start + np.arange(len(theirs)) for start, (_, theirs) in zip(starts, named, strict=True)])
    theirs = np.concatenate([theirs for _, theirs in named])
    order = np.argsort(own, kind="stable")
    left, right = (np.searchsorted(own[order], theirs, side=side) for side in ("left", "right"))
    count = right - left
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    place = order[np.repeat(left, count) + within]
    runs = _longest(place, np.repeat(there, count) - place, ~commonplace(melody))
    diagonal, (first, notes) = max(runs.items(), key=lambda run: (run[1][1], -run[1][0], -run[0]), default=(0, (0, 0)))
    name = named[int(np.searchsorted(starts, diagonal + first, side="right")) - 1][0]
    return _match(sheet, melody, first, notes, name) if notes else None


def examine(
    sheet: LeadSheet,
    *,
    index: Index | None = None,
    known: Known | None = None,
    sections: Sequence[Section] = (),
) -> OriginalityReport:
    """Compare a melody with the corpora (or ``index``) and with music already made; ``sections`` name the places."""
    matches = longest_matches(sheet, index or corpora())
    if known and (made := known(sheet)):
        matches.append(made)
    named = [_in_section(match, sections) for match in sorted(matches, key=lambda match: -match.notes)]
    return OriginalityReport(len(line(sheet).onset), tuple(named))


def _longest(place: Ints, group: Ints, distinct: NDArray[np.bool_]) -> dict[int, tuple[int, int]]:
    """Return, per group, first note and notes of its longest unbroken run of places, trimmed to distinct ones."""
    order = np.lexsort((place, group))
    place, group = place[order], group[order]
    if not len(place):
        return {}
    begins = np.concatenate([[True], (np.diff(place) != 1) | (np.diff(group) != 0)])
    run, own = np.cumsum(begins) - 1, distinct[place]
    first = np.full(run[-1] + 1, np.iinfo(np.int64).max)
    last = np.full(run[-1] + 1, -1)
    np.minimum.at(first, run[own], place[own])
    np.maximum.at(last, run[own], place[own])
    best: dict[int, tuple[int, int]] = {}
    for of, begin, end in zip(group[begins].tolist(), first.tolist(), last.tolist(), strict=True):
        if end >= 0 and end - begin + FRAGMENT > best.get(of, (0, 0))[1]:
            best[of] = (begin, end - begin + FRAGMENT)
    return best


def _match(sheet: LeadSheet, melody: Line, first: int, notes: int, source: str) -> Match:
    beats = melody.onset[[first, first + notes - 1]]
    bars = np.searchsorted(sheet.bars, beats + 1e-6, side="right").clip(min=1)
    return Match(notes, source, float(beats[0]), float(beats[1]), int(bars[0]), int(bars[1]))


def _in_section(match: Match, sections: Sequence[Section]) -> Match:
    inside = [section.name for section in sections if section.start - 1e-6 <= match.beat < section.end]
    return Match(**{**asdict(match), "section": inside[0]}) if inside else match
