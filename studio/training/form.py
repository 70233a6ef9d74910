"""Counts the forms of real songs: which kind of section follows which, and how many bars each kind lasts.

Source: the sections of the McGill Billboard corpus. Songs are split by artist: one in ten is tested on, one in ten
chooses the orders, the rest is counted; what is written counts the first two groups too.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.compose.ngram import Ngrams
from studio.compose.songform import END, START, length_context
from studio.training.corpus import CorpusError, rows

KINDS = {
    "verse": "verse", "strophe": "verse", "spoken verse": "verse", "verse two": "verse", "verse three": "verse",
    "chorus": "chorus", "chorus a": "chorus", "chorus b": "chorus", "refrain": "chorus",
    "pre-chorus": "prechorus", "prechorus": "prechorus", "pre chorus": "prechorus", "pre-chorus two": "prechorus",
    "intro": "intro", "intro a": "intro", "intro b": "intro", "pre-intro": "intro", "fadein": "intro",
    "fade in": "intro", "bridge": "bridge", "solo": "solo", "instrumental break": "solo",
    "interlude": "theme", "instrumental": "theme", "main theme": "theme", "secondary theme": "theme",
    "trans": "break", "transition": "break", "pre-verse": "break",
    "outro": "outro", "fadeout": "outro", "coda": "outro", "ending": "outro",
}  # fmt: skip
"""Label of the corpus → kind of section. Interludes and instrumentals restate a tune; transitions connect."""

LONGEST = 32
"""Bars; longer sections count as these."""

ORDERS: Mapping[str, Sequence[int]] = {"kinds": range(1, 7), "bars": range(1, 4)}
"""What is predicted → the orders tried; order 1 is the unigram."""

TITLES = {"kinds": "next kind of section", "bars": "bars of a section"}

CARD = """# Forms of songs (`form.json`)

Counts of which kind of section follows which in real songs, and of how many bars each kind lasts, given how many it
lasted before in the same song. `studio/compose/songform.py` draws plans from them and weighs plans by them, for the
sub-styles whose data say `song_form`.

- **Data**: section labels and bar counts of {songs} songs ({sections} sections) of the McGill Billboard corpus
  (Burgoyne, Wild and Fujinaga 2011; charts of 1958 to 1991), licence CC0. No notes, words or chords are in the counts.
- **Made by** `python -m studio.training form --corpus FOLDER`; no randomness.
- **Smoothing**: Witten and Bell's, down to equal chances for all words (few different words: the lower orders of
  Kneser and Ney's have little to count).
- **Split** by artist: {counted} songs counted, {choosing} choose the order, {tested} test. What is shipped counts all.

Perplexity per section on the songs tested (order 1 is the unigram):

{tables}

**Known weaknesses**: pop, rock, soul and country of the American charts are counted together, since the corpus names no
genre; nothing after 1991; labels are one listener's; lengths over {longest} bars count as {longest}.
"""
TEST, CHOOSE = 0, 1
PARTS = 10


@dataclass(frozen=True)
class Song:
    """The sections of one song as (kind, bars), and which part of the split it is in, 0 … ``PARTS − 1``."""

    sections: tuple[tuple[str, int], ...]
    part: int


def songs_of(corpus: Path) -> list[Song]:
    """Read the songs of ``chords.jsonl.xz`` in ``corpus``; endings in a row are one. Raises ``CorpusError``."""
    found = []
    for row in rows(corpus / "chords.jsonl.xz"):
        sections: list[tuple[str, int]] = []
        for section in row.get("sections", ()):
            kind, bars = KINDS.get(section["n"]), len(section["bars"])
            if kind == "outro" and sections and sections[-1][0] == "outro":
                sections[-1] = ("outro", min(sections[-1][1] + bars, LONGEST))
            elif kind and bars:
                sections.append((kind, min(bars, LONGEST)))
        if len(sections) > 2:
            artist = "".join(letter for letter in row["artist"].lower() if letter.isalnum())
            digest = hashlib.blake2b(artist.encode(), digest_size=4).hexdigest()
            found.append(Song(tuple(sections), int(digest, 16) % PARTS))
    if not found:
        raise CorpusError(f"{corpus}: no songs with sections")
    return found


Event = tuple[tuple[str, ...], str]


def kind_events(songs: Sequence[Song]) -> list[Event]:
    """Return every kind of section with all kinds before it; a song starts with ``START`` and ends with ``END``."""
    events: list[Event] = []
    for song in songs:
        words = (START, *(kind for kind, _ in song.sections), END)
        events += [(words[:index], words[index]) for index in range(1, len(words))]
    return events


def length_events(songs: Sequence[Song]) -> list[Event]:
    """Return the bars of every section after its kind and the bars that its kind lasted before."""
    events: list[Event] = []
    for song in songs:
        before: dict[str, int] = {}
        for kind, bars in song.sections:
            events.append((length_context(kind, before.get(kind)), str(bars)))
            before[kind] = bars
    return events


EVENTS = {"kinds": kind_events, "bars": length_events}


def perplexity(ngrams: Ngrams, events: Sequence[Event]) -> float:
    """Return the perplexity per event: exp of the mean of −ln P."""
    return float(np.exp(-np.mean([np.log(ngrams.probability(word, before)) for before, word in events])))


def count_forms(corpus: Path, out: Path) -> str:
    """Count the songs in ``corpus``, write n-grams of kinds and of lengths to ``out``, a card beside it, and return the
    card's text. Raises ``CorpusError``."""
    songs = songs_of(corpus)
    counted = [song for song in songs if song.part not in (TEST, CHOOSE)]
    choosing = [song for song in songs if song.part == CHOOSE]
    tested = [song for song in songs if song.part == TEST]
    written, perplexities = {}, {}
    for name, events in EVENTS.items():
        orders = {order: Ngrams.of(events(counted), order) for order in ORDERS[name]}
        scores = {order: perplexity(ngrams, events(choosing)) for order, ngrams in orders.items()}
        best = min(scores, key=lambda order: scores[order])
        written[name] = Ngrams.of(events(songs), best).to_json()
        found = {order: perplexity(ngrams, events(tested)) for order, ngrams in orders.items()}
        perplexities[name] = {f"{order} (chosen)" if order == best else str(order): found[order] for order in orders}
    out.write_text(json.dumps(written, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
    counts = {
        "songs": len(songs), "sections": sum(len(song.sections) for song in songs),
        "counted": len(counted), "choosing": len(choosing), "tested": len(tested),
    }  # fmt: skip
    card = CARD.format(
        **counts, longest=LONGEST, tables="\n\n".join(_table(name, rows) for name, rows in perplexities.items())
    )
    out.with_suffix(".md").write_text(card, encoding="utf-8")
    return card


def _table(name: str, found: Mapping[str, float]) -> str:
    head = f"| {TITLES[name]} | {' | '.join(f'order {order}' for order in found)} |\n|---|{'---|' * len(found)}"
    return f"{head}\n| perplexity | {' | '.join(f'{value:.2f}' for value in found.values())} |"
