"""Progressions that the trained harmony model writes, within what a style's own tables allow.

A style's tables are its idiom: the chords it knows and how it spells them, the chords it begins and closes on, how
fast it changes. The model draws candidates inside that idiom for all sections at once; they are ranked by how likely
the model holds them, whether they close as the style does, and whether they are new.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from studio.compose.plan import Plan
from studio.models.files import trained
from studio.models.harmony import GENRES, KINDS, LONGEST, MOODS, QUALITIES, Ints, Passage, degree
from studio.models.player import Cache, Player, log_softmax
from studio.score import Section
from studio.seeds import stream

Bars = tuple[tuple[str, ...], ...]
"""Numerals by bar, the chords of a bar sharing it evenly."""

CANDIDATES = 24
"""Progressions drawn for a section name."""

KEPT = 10
"""Of those, how many a section may get."""

BORROWED = -1.0
"""What a chord of a kindred colour is worth less than one of the mood's own, in nats."""

TEMPERATURE = 1.0
LIKE = {"theme": "verse", "build": "prechorus", "drop": "chorus"}
"""Kinds of section that charted songs do not have → the kind that stands for them."""

_INVERSION = re.compile("/[b#]*[2-7]$")
"""A bass other than the root; a pedal on the tonic stays with its chord."""

NEW, OPEN_MIDDLE, LOOP = 0.15, 0.15, 0.25
"""What it adds to a candidate (nats per chord) not to stand in the style's tables, not to rest on the tonic in its
middle, and to state its first half twice."""


@dataclass(frozen=True)
class Request:
    """A section to write for. ``own``: the style's progressions of its colour; ``kin``: those of kindred colours."""

    section: Section
    colour: str
    own: tuple[Bars, ...]
    kin: tuple[Bars, ...]


@dataclass(frozen=True)
class Idiom:
    """What a style's progressions allow.

    ``worth``: (12, qualities) in nats, -inf where a chord is unknown; ``turns``: (qualities, qualities) whether a
    chord may change from one to the other over its root; ``first`` and ``last``: (12,) whether a progression may begin
    and close on a root; ``half``: whether chords may change in mid-bar; ``longest`` chord in bars; ``fewest``
    different roots; ``spelling``: (root, quality), or that with the roots before and after it → numeral; ``told``: the
    progressions themselves.
    """

    worth: np.ndarray
    turns: np.ndarray
    first: np.ndarray
    last: np.ndarray
    half: bool
    longest: int
    fewest: int
    spelling: Mapping[tuple[int, ...], str]
    told: frozenset[Bars]


def written(plan: Plan, requests: Sequence[Request]) -> dict[str, list[Bars]]:
    """Return section name → progressions, the best first; too few chords in an idiom leave a list empty."""
    model = trained("harmony")
    family, _, genre = plan.style.harmony.learned.partition("/")
    idioms = [idiom(request.own, request.kin) for request in requests]
    passages = [_passage(plan, request, family, genre or GENRES[0]) for request in requests]
    drawn = draw(model, passages, idioms, [_noise(plan, request) for request in requests])
    return {
        request.section.name: ranked(rows, likely, passage, known)
        for request, passage, known, (rows, likely) in zip(requests, passages, idioms, drawn, strict=True)
    }


def _passage(plan: Plan, request: Request, family: str, genre: str) -> Passage:
    kind = LIKE.get(request.section.kind, request.section.kind)
    bars = 8 if request.section.bars % 8 == 0 else 4
    return Passage(
        family, bars, plan.key.is_minor, plan.meter.pulses, kind if kind in KINDS else KINDS[0], genre,
        request.colour if request.colour in MOODS else MOODS[0],
    )  # fmt: skip


def _noise(plan: Plan, request: Request) -> np.ndarray:
    """Return Gumbel noise for every choice of a section's candidates, (candidates, steps, values)."""
    rng = stream(plan.brief.seed, f"harmony:learned {request.section.name}")
    width = 12 + len(QUALITIES) + LONGEST
    return rng.gumbel(size=(CANDIDATES, 16, width)).astype(np.float32)


def idiom(own: Sequence[Bars], kin: Sequence[Bars]) -> Idiom:
    """Read what a style's progressions allow."""
    worth = np.full((12, len(QUALITIES)), -np.inf, np.float32)
    turns = np.zeros((len(QUALITIES), len(QUALITIES)), bool)
    spelling: dict[tuple[int, ...], str] = {}
    for bars, value in [(bars, BORROWED) for bars in kin] + [(bars, 0.0) for bars in own]:
        names = [name for bar in bars for name in bar]
        chords = [degree(name) for name in names]
        for index, (name, found) in enumerate(zip(names, chords, strict=True)):
            before, after = chords[index - 1], chords[(index + 1) % len(chords)]
            worth[found] = value
            turns[before[1], found[1]] |= before[0] == found[0] and before != found
            spelling[(before[0], *found, after[0])] = name
            spelling[found] = _INVERSION.sub("", name)
    told = (*own, *kin)
    first, last = np.zeros(12, bool), np.zeros(12, bool)
    first[[degree(bars[0][0])[0] for bars in told]] = True
    last[[degree(bars[-1][-1])[0] for bars in told]] = True
    return Idiom(
        worth, turns, first, last, any(len(bar) > 1 for bars in own for bar in bars), max(map(_longest, told)),
        min(len({degree(name)[0] for bar in bars for name in bar}) for bars in own), spelling, frozenset(told),
    )  # fmt: skip


def _longest(bars: Bars) -> int:
    """Return for how many bars the longest chord of a progression lasts."""
    run = best = 1
    for before, after in pairwise(bars):
        run = run + 1 if len(before) == len(after) == 1 and before == after else 1
        best = max(best, run)
    return best


def draw(
    model: Player, passages: Sequence[Passage], idioms: Sequence[Idiom], noise: Sequence[np.ndarray]
) -> list[tuple[list[Ints], np.ndarray]]:
    """Draw candidates for every passage in one pass; return, by passage, their events and nats per chord."""
    rows = CANDIDATES * len(passages)
    total = np.repeat([passage.bars * passage.beats for passage in passages], CANDIDATES)
    now, likely, count = np.zeros(rows, np.int64), np.zeros(rows), np.zeros(rows)
    steps = noise[0].shape[1]
    said = np.full((rows, steps, 3), -1, np.int64)
    before = np.tile(model.grammar.nothing, (rows, 1))
    cache = Cache(model.size, rows, steps)
    for step in range(steps):
        context = np.concatenate(
            [passage.context(part) for passage, part in zip(passages, np.split(now, len(passages)), strict=True)]
        )
        state = model.trunk(before[:, None], context[:, None], cache)[:, 0]
        event = np.zeros((rows, 3), np.int64)
        chance = np.zeros(rows)
        dice = np.concatenate([part[:, step] for part in noise])
        for part in range(3):
            scores = log_softmax(model.logits(state, part, event))
            allowed = _allowed(part, event, before, now, passages, idioms)
            start = (0, 12, 12 + len(QUALITIES))[part]
            event[:, part] = np.argmax(scores / TEMPERATURE + allowed + dice[:, start : start + scores.shape[1]], 1)
            chance += scores[np.arange(rows), event[:, part]]
        going = now < total
        said[going, step] = event[going]
        likely, count = likely + chance * going, count + going
        now = np.minimum(now + event[:, 2] + 1, total)
        before = event
        if not (now < total).any():
            break
    finished = now >= total
    means = np.where(finished, likely / count, -np.inf)
    return [
        ([row[row[:, 0] >= 0] for row in part], mean)
        for part, mean in zip(np.split(said, len(passages)), np.split(means, len(passages)), strict=True)
    ]


def _allowed(
    part: int, event: np.ndarray, before: np.ndarray, now: np.ndarray, passages: Sequence[Passage],
    idioms: Sequence[Idiom],
) -> np.ndarray:  # fmt: skip
    """Return what is added to the scores of a part's values: the idiom's worth, -inf for what it denies."""
    found = []
    for index, (passage, known) in enumerate(zip(passages, idioms, strict=True)):
        rows = slice(index * CANDIDATES, (index + 1) * CANDIDATES)
        if part == 2:
            found.append(_lengths(event[rows], now[rows], passage, known))
            continue
        worth = np.repeat(known.worth[None], CANDIDATES, 0)
        going = np.flatnonzero(now[rows] > 0)
        root, quality = before[rows][going, 0], before[rows][going, 1]
        worth[going, root] = np.where(known.turns[quality], worth[going, root], -np.inf)
        worth[(now[rows] == 0)[:, None] & ~known.first] = -np.inf
        worth[(now[rows] >= (passage.bars - 1) * passage.beats)[:, None] & ~known.last] = -np.inf
        if part == 1:
            found.append(worth[np.arange(CANDIDATES), event[rows, 0]])
        else:
            found.append(worth.max(axis=2))
    stacked = np.concatenate(found)
    stacked[np.isneginf(stacked).all(axis=1)] = 0.0
    return stacked


def _lengths(event: np.ndarray, now: np.ndarray, passage: Passage, known: Idiom) -> np.ndarray:
    """Return 0 for the lengths that a chord may have, -inf for others: half a bar, or bars up to the bar line.

    A chord that the style does not close on ends before the last bar.
    """
    beats, total = passage.beats, passage.bars * passage.beats
    length = np.arange(1, LONGEST + 1)
    place = (now % beats)[:, None]
    whole = (place == 0) & (length % beats == 0) & (length <= known.longest * beats)
    half = known.half and beats % 2 == 0
    good = whole | (half & (length == beats // 2)) | ((place > 0) & (length == beats - place))
    closing = known.last[event[:, 0]] | (now >= total - beats)
    room = np.where(closing, total, total - beats) - now
    good &= length <= room[:, None]
    good[~good.any(axis=1), 0] = True
    return np.where(good, 0.0, -np.inf)


def ranked(rows: Sequence[Ints], likely: np.ndarray, passage: Passage, known: Idiom) -> list[Bars]:
    """Return the best candidates as bars of numerals, each once."""
    scores: dict[Bars, float] = {}
    for row, mean in zip(rows, likely, strict=True):
        if not np.isfinite(mean) or not _closes(row, passage, known):
            continue
        bars = _bars(row, passage, known)
        half = len(bars) // 2
        loops = bars[:half] == bars[half:]
        bars = bars[:half] if loops and half >= 4 else bars
        rests = degree(bars[half - 1][-1])[0] == 0
        scores[bars] = mean + NEW * (bars not in known.told) + OPEN_MIDDLE * (not rests) + LOOP * loops
    return sorted(scores, key=lambda bars: -scores[bars])[:KEPT]


def _closes(row: Ints, passage: Passage, known: Idiom) -> bool:
    roots = row[:, 0]
    enough = len(set(roots.tolist())) >= max(2, known.fewest)
    exact = int((row[:, 2] + 1).sum()) == passage.bars * passage.beats
    idiomatic = np.isfinite(known.worth[roots, row[:, 1]]).all()
    return bool(enough and exact and idiomatic and known.first[roots[0]] and known.last[roots[-1]])


def _bars(row: Ints, passage: Passage, known: Idiom) -> Bars:
    """Spell events as the style does between those neighbours, or by themselves; the first has its root below."""
    names = []
    for index, (root, quality, length) in enumerate(row.tolist()):
        ahead = int(row[(index + 1) % len(row), 0])
        between = (int(row[index - 1, 0]), root, quality, ahead) if index else ()
        names += [known.spelling.get(between, known.spelling[(root, quality)])] * (length + 1)
    bars = [names[at : at + passage.beats] for at in range(0, len(names), passage.beats)]
    return tuple((bar[0],) if len(set(bar)) == 1 else (bar[0], bar[passage.beats // 2]) for bar in bars)
