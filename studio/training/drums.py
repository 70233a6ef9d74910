"""Recorded drumming of the Groove MIDI Dataset as the events of `studio.models.drums`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from studio.models.drums import GRAMMAR, HINTS, VOICES, Manner, encode
from studio.models.grammar import Size
from studio.training.corpus import rows, side
from studio.training.dataset import Piece
from studio.training.task import Task

TOMS = (VOICES.index("low-tom"), VOICES.index("high-tom"))
MORE_TOMS = 3
"""A bar is a fill when it has so many strokes on toms more than the four before it commonly have."""

LANDING = 2
"""The last bar of a recorded fill is left out when it has no more strokes: it is the downbeat that follows."""

LONGEST = 32
"""Bars of a piece; longer takes are cut."""

LEAD_INS = 3
"""How often every recorded fill is learned, each time after another groove of its style."""

LEAD_IN_BARS = 2

Bars = list[list[list[int]]]
Grooves = dict[tuple[str, str], list[dict[str, Any]]]
"""Side and style → takes of grooves."""


def pieces(corpus: Path) -> Iterator[Piece]:
    """Yield takes in stretches of up to 32 bars, and recorded fills behind two bars of their style, well mixed."""
    takes = list(rows(corpus / "drums_gmd.jsonl.xz"))
    grooves: Grooves = defaultdict(list)
    for row in takes:
        if row["type"] == "beat" and row["meter"] == [4, 4] and len(row["bars"]) > LEAD_IN_BARS:
            grooves[side(title(row)), row["style"]].append(row)
    found = [piece for row in takes for piece in (_fills(row, grooves) if row["type"] == "fill" else _beats(row))]
    yield from sorted(found, key=lambda piece: blake2b(piece.events.tobytes()).digest())


def title(row: dict[str, Any]) -> str:
    """Return what must stay on one side: a take; of the exercises that all drummers played, the exercise."""
    _, session, number = row["id"].split("/")
    return f"exercise {row['style']} {number}" if session == "eval_session" else row["id"]


def _beats(row: dict[str, Any]) -> Iterator[Piece]:
    bars = [bar for bar in row["bars"] if bar]
    fills = _toms_up(bars)
    for start in range(0, len(bars), LONGEST):
        yield _piece(row, bars[start : start + LONGEST], fills[start : start + LONGEST])


def _fills(row: dict[str, Any], grooves: Grooves) -> Iterator[Piece]:
    bars = [bar for bar in row["bars"] if bar]
    while len(bars) > 1 and len(bars[-1]) <= LANDING:
        bars.pop()
    rng = np.random.default_rng(int(blake2b(row["id"].encode(), digest_size=8).hexdigest(), 16))
    options = grooves.get((side(title(row)), row["style"]), []) if row["meter"] == [4, 4] else []
    for _ in range(LEAD_INS if options else 1):
        lead: Bars = []
        if options:
            groove = _near(row, options, rng)["bars"]
            start = int(rng.integers(len(groove) - LEAD_IN_BARS + 1))
            lead = groove[start : start + LEAD_IN_BARS]
        yield _piece(row, lead + bars, [False] * len(lead) + [True] * len(bars))


def _near(row: dict[str, Any], options: list[dict[str, Any]], rng: np.random.Generator) -> dict[str, Any]:
    """Return a take like the one a fill might come in: of its manner if there is one, near its tempo."""
    alike = [other for other in options if other["sub"] == row["sub"]] or options
    nearest = sorted(alike, key=lambda other: abs(other["bpm"] - row["bpm"]))[: 2 * LEAD_INS]
    return nearest[int(rng.integers(len(nearest)))]


def _toms_up(bars: Bars) -> list[bool]:
    """Return which bars of a take are fills, told by their toms."""
    toms = np.array([sum(stroke[1] in TOMS for stroke in bar) for bar in bars])
    return [
        index > 0 and bool(toms[index] >= np.median(toms[max(0, index - 4) : index]) + MORE_TOMS)
        for index in range(len(bars))
    ]


def _piece(row: dict[str, Any], bars: Bars, fills: Sequence[bool]) -> Piece:
    numerator, denominator = row["meter"]
    manner = Manner(row["style"], row["bpm"], f"{numerator}/{denominator}", f"{row['style']}/{row['sub']}")
    events, context = encode(bars, manner, fills)
    return Piece(title(row), row["style"], "gmd", events.astype(np.int16), context.astype(np.int16))


TASK = Task(
    name="drums",
    about="Drums: the place, voice, velocity and lateness of each stroke of grooves and fills, in the manner of a "
    "style at a tempo.",
    grammar=GRAMMAR,
    pieces=pieces,
    hints=HINTS,
    size=Size(128, 5, 4),
    weights={"blues": 2.0, "country": 2.0, "pop": 2.0, "reggae": 2.0, "gospel": 1.5, "soul": 1.5},
    dropout=0.05,
    epochs=4,
    weaknesses=(
        "Ten drummers and 13.6 hours; two strokes of three are rock, latin or funk. Blues, gospel, country, pop and "
        "reggae are a few minutes each: what is learned there leans on the other styles.",
        "Split by take: another take of the same drummer in the same session may have been learned.",
        "Only kick, snare, rim, three hats, two toms, crash and ride; brushes, hand percussion, machines are unknown.",
        "Strokes were moved to sixteenths and eighth triplets, and lateness is known to a 24th of a quarter note only; "
        "flams and rolls became single strokes.",
        "Fills inside long takes were told by their toms, so quiet snare fills there count as grooves.",
        "Almost everything is in 4/4 (22 bars of 23).",
    ),
)
