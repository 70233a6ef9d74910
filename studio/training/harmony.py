"""Chords of the corpus as the events of `studio.models.harmony`: a section of a song, or eight bars, at a time."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from studio.models.grammar import Size
from studio.models.harmony import GRAMMAR, QUALITIES, Ints, Passage, degree, events, onsets
from studio.training.corpus import rows
from studio.training.dataset import Piece
from studio.training.task import Task

ARTISTS = Path(__file__).with_name("artists.toml")

SONG_QUALITIES = {
    "maj": "", "min": "m", "7": "7", "min7": "m7", "maj7": "maj7", "5": "5", "1": "5", "sus4": "sus4", "maj(9)": "add9",
    "maj6": "6", "sus4(b7)": "7sus4", "sus4(b7,9)": "7sus4", "7(#9)": "7#9", "min9": "m9", "maj9": "maj9", "9": "9",
    "11": "7sus4", "13": "13", "min11": "m9", "dim": "o", "sus2": "sus2", "min6": "m6", "5(b7)": "7", "maj6(9)": "6",
    "hdim7": "h7", "min(9)": "madd9", "7(b9)": "7b9", "aug(b7)": "+7", "sus4(9)": "sus4", "maj13": "maj9",
    "min(11)": "m", "min7(11)": "m7", "maj(11)": "", "sus4(b7,9,13)": "7sus4", "aug": "+", "min(b13)": "m",
    "maj7(#11)": "maj7", "1(11)": "5", "maj(#9)": "7#9", "sus2(b7)": "7sus4", "7(#11)": "7", "dim7": "o7",
    "1(b7)": "7", "minmaj7": "m(maj7)", "min13": "m9", "maj9(13,#11)": "maj9", "7(b13)": "7", "maj6(b7)": "13",
    "9(13,#11)": "13",
}  # fmt: skip
"""Chord qualities as the song corpus spells them → ours."""

SHEET_QUALITIES = {
    **{name: name for name in ("", "m", "7", "m7", "maj7", "sus4", "sus2", "6", "m6", "5")},
    "dim": "o", "dim7": "o7", "m7b5": "h7", "aug": "+", "mM7": "m(maj7)",
}  # fmt: skip

KIND_OF = {
    "intro": "intro", "pre-intro": "intro", "verse": "verse", "pre-verse": "verse", "strophe": "verse",
    "pre-chorus": "prechorus", "prechorus": "prechorus", "chorus": "chorus", "refrain": "chorus", "bridge": "bridge",
    "solo": "solo", "instrumental": "solo", "interlude": "break", "trans": "break", "transition": "break",
    "outro": "outro", "fadeout": "outro", "coda": "outro", "ending": "outro",
}  # fmt: skip
"""Names of sections in the song corpus → kinds of the model."""

SONG_BEATS = {"4/4": 4, "12/8": 4, "3/4": 3, "6/8": 2, "2/4": 2}
SHEET_BEATS = {
    (4, 4): 4, (2, 4): 2, (3, 4): 3, (2, 2): 2, (6, 8): 2, (9, 8): 3, (12, 8): 4, (3, 8): 3, (3, 2): 3, (4, 2): 4,
    (4, 8): 4, (6, 4): 2,
}  # fmt: skip
"""Meter → beats in a bar."""

FAMILY_OF = {"openscore_lieder": "lied", "openewld_strict": "standard", "bach_chorales": "chorale"}
SPAN = 8
"""Bars of a piece without named sections that make one sequence."""

MOOD_OF = {
    "bright": ("Hopeful", "Triumphant", "Joyful", "Playful", "Empowered", "Excited", "Surprised"),
    "tender": ("Nostalgic", "Romantic", "Tender", "Spiritual", "Relaxed", "Peaceful"),
    "tense": ("Mysterious", "Rebellious", "Dramatic", "Fearful"),
    "dark": ("Dark", "Sad", "Lonely", "Anguished"),
}
"""Colour → the tags of the mood-tagged progressions that mean it."""

Cells = list[tuple[int, int, int]]


def pieces(corpus: Path) -> Iterator[Piece]:
    """Yield every section whose chords are printed or were inferred from a full texture."""
    for row in rows(corpus / "chords.jsonl.xz"):
        yield from song_sections(row) if row["src"] == "mcgill_billboard" else mood_loop(row)
    for row in rows(corpus / "leadsheets.jsonl.xz"):
        if row["src"] in FAMILY_OF and row["chsrc"] in ("score", "inferred"):
            yield from sheet_spans(row)


def _piece(title: str, source: str, passage: Passage, found: Ints) -> Piece:
    context = passage.context(onsets(found))
    return Piece(title, passage.family, source, found.astype(np.int16), context.astype(np.int16))


@cache
def _artists() -> Mapping[str, str]:
    lists = tomllib.loads(ARTISTS.read_text())
    return {artist: genre for genre, artists in lists.items() for artist in artists}


def song_sections(row: dict[str, Any]) -> Iterator[Piece]:
    """Yield the sections of a charted song that differ; songs of one artist stay on one side."""
    beats = SONG_BEATS.get(row["metre"])
    found = [(section, song_cells(section["bars"], beats)) for section in row["sections"]] if beats else []
    minor = is_minor([cell for _, cells in found for cell in cells])
    genre = _artists().get(row["artist"], "pop")
    told: set[bytes] = set()
    for index, (section, cells) in enumerate(found):
        bars = sum(length for *_, length in cells) // (beats or 1)
        if bars < 2:
            continue
        kind = KIND_OF.get(section["n"], "any")
        passage = Passage(
            "song", bars, minor, beats or 4, kind=kind, genre=genre, last=index == len(found) - 1
        )  # fmt: skip
        piece = _piece(row["artist"], row["src"], passage, events(cells))
        if (mark := kind.encode() + piece.events.tobytes()) not in told:
            told.add(mark)
            yield piece


def song_cells(bars: list[list[Any]], beats: int) -> Cells:
    """Return (root, quality, beats) of a section; empty where a bar does not divide or too little is played."""
    cells: Cells = []
    last: tuple[int, int] | None = None
    silent = 0
    for bar in (bar for bar in bars if bar):
        if beats % len(bar):
            return []
        for said in bar:
            if said == "N":
                silent += beats // len(bar)
            elif said != ".":
                if said[1] not in SONG_QUALITIES:
                    return []
                last = (said[0], QUALITIES.index(SONG_QUALITIES[said[1]]))
            if last is not None:
                cells.append((*last, beats // len(bar)))
    played = sum(length for *_, length in cells)
    return cells if played % beats == 0 and silent * 4 <= played else []


def is_minor(cells: Cells) -> bool:
    """Whether the tonic chord is minor, by time; where it is absent, whether the third degree is flat."""
    minor = {QUALITIES.index(name) for name in ("m", "m7", "m9", "m6", "madd9", "m(maj7)")}
    power = QUALITIES.index("5")
    home = [(quality in minor, length) for root, quality, length in cells if root == 0 and quality != power]
    if not home:
        home = [(root in (3, 8, 10), length) for root, _, length in cells if root in (3, 4, 8, 9, 10, 11)]
    total = sum(length for _, length in home)
    return total > 0 and sum(length for flat, length in home if flat) / total >= 0.5


def mood_loop(row: dict[str, Any]) -> Iterator[Piece]:
    """Yield a mood-tagged progression, a bar to the chord."""
    cells: Cells = []
    for text in row["prog"]:
        try:
            root, quality = degree(plain_numeral(text, row["kind"]))
        except ValueError:
            return
        cells.append((root, quality, 4))
    tags = [colour for tag in row["mood"] for colour, names in MOOD_OF.items() if tag in names]
    minor = row["kind"] == "prog_min" or is_minor(cells)
    passage = Passage("free", len(cells), minor, mood=tags[0] if tags else "any")
    yield _piece(" ".join(row["prog"]), row["src"], passage, events(cells))


def plain_numeral(text: str, kind: str) -> str:
    """Spell a numeral of the mood-tagged progressions as ours; those of minor count from the natural minor scale."""
    match = re.fullmatch(r"([b#]?)([ivIV]+)(.*)", text)
    if not match:
        raise ValueError(f"{text!r} is not a numeral")
    accidental, roman, rest = match.groups()
    if kind == "prog_min" and not accidental and roman.upper() in ("III", "VI", "VII"):
        accidental = "b"
    rest = {"M": "", "m": "", "M7": "maj7", "m7": "7", "dom7": "7", "m9": "9", "M6": "6", "madd9": "add9"}.get(
        rest, rest
    )
    return accidental + roman + rest


def sheet_spans(row: dict[str, Any]) -> Iterator[Piece]:
    """Yield a lead sheet in spans of eight bars, from its first full bar on."""
    bars = [bar for bar in row["meas"] if bar[1] > 0]
    meter = tuple(bars[min(1, len(bars) - 1)][2:4])
    beats, family = SHEET_BEATS.get(meter), FAMILY_OF[row["src"]]
    if beats is None:
        return
    first = 0 if len(bars) < 2 or bars[0][1] >= bars[1][1] else 1
    full = bars[first:]
    for at in range(0, len(full), SPAN):
        span = full[at : at + SPAN]
        cells = sheet_cells(row, span, beats)
        if len(span) >= 2 and cells:
            last = at + SPAN >= len(full)
            passage = Passage(family, len(span), row["key"][1] != "maj", beats, last=last)
            yield _piece(row["title"] or row["id"], row["src"], passage, events(cells))


def sheet_cells(row: dict[str, Any], bars: list[list[int]], beats: int) -> Cells:
    """Return the chord of every beat of some bars; empty where a bar's chords cannot be read."""
    tonic = row["key"][0]
    chords = row["chords"]
    starts = np.array([chord[0] for chord in chords])
    cells: Cells = []
    for start, length, *_ in bars:
        for beat in range(beats):
            index = int(np.searchsorted(starts, start + beat * length / beats, side="right")) - 1
            if index < 0 or chords[index][2] not in SHEET_QUALITIES:
                return []
            root, quality = chords[index][1:]
            cells.append(((root - tonic) % 12, QUALITIES.index(SHEET_QUALITIES[quality]), 1))
    return cells


TASK = Task(
    name="harmony",
    about="Writes progressions: root over the tonic, quality and length of each chord of a section, in the manner of a "
    "repertoire and a kind of section, and in a mood where one is told.",
    grammar=GRAMMAR,
    pieces=pieces,
    hints=("genre", "mood"),
    weights={"song": 2.0, "standard": 2.0, "lied": 0.5, "chorale": 1.0, "free": 6.0},
    size=Size(width=160, layers=5, heads=5),
    dropout=0.2,
    epochs=11,
    weaknesses=(
        "Charted songs end in 1991, and their genre is told by a list of artists, not by the corpus; jazz is 157 "
        "standards printed by 1930: no bebop, no bossa nova, no metal, no electronic music.",
        "Chords of art songs and chorales were inferred from the notes (accuracy not measured); sections of those "
        "pieces are spans of eight bars, wherever their phrases end.",
        "Moods were learned from 190 short progressions.",
        "The bass under a chord is not predicted: inversions are left to the styles.",
        "Songs of one artist stay on one side of the split (their titles are not in the corpus).",
    ),
)
