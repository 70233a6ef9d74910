"""Bars by the trained drum model: it plays on from a written groove, around the strokes that must stay.

Every bar asked for is a row of a batch; all rows play at the same time, a stroke of each at every step. Batches have
one shape, so that what is played in a row does not hang on how many others there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.compose.drum_grid import METERS, Grid
from studio.compose.kit import EPSILON, HEARD_AS, PLAYED_AS, Hit, Hits
from studio.compose.plan import Plan
from studio.models.drums import (
    BAR_LINE,
    GRAMMAR,
    LATEST,
    LOUDNESS,
    MANNERS,
    PLACES,
    STYLES,
    VOICES,
    Ints,
    Manner,
    encode,
    loudness_class,
    strokes_class,
    tick_of,
)
from studio.models.files import trained
from studio.models.player import Cache, Player

ROWS, PAST, LONGEST = 16, 48, 48
"""Rows of a batch, events that each hears before it begins, events it may have."""

WARMTH, UNLIKELY = 0.8, 3.0
"""Temperature of the draw; what is less likely than the likeliest by this factor's logarithm is not drawn."""

DECIMALS = 3
"""Scores are rounded so far: behind that they hang on the order of additions."""

SOFT, MIDDLE, LOUDEST = 44, 80, 120
"""Velocities: the loudest of strokes added to snare and rim of a groove, so that its backbeat stays; of those on a
voice that the groove does not have; and of a fill."""

QUIET = (VOICES.index("snare"), VOICES.index("rim"))

BEFORE = list(GRAMMAR.context).index("before")


@dataclass(frozen=True)
class Wish:
    """A bar to be played.

    ``past``: the bars before it, oldest first; ``kept``: strokes that stay as they are; ``voices`` that may be added
    from beat ``start`` on; ``strokes``: about how many the bar should have; ``number`` of the bar in its phrase.
    """

    past: tuple[Hits, ...]
    kept: Hits
    voices: frozenset[str]
    start: float
    is_fill: bool
    strokes: int
    number: int
    grid: Grid
    rng: np.random.Generator


def manner_of(plan: Plan) -> Manner | None:
    """Return the manner in which a plan's style lets the model play; None where it does not."""
    learned = plan.style.drums.learned
    if not learned or plan.meter.pulses not in METERS:
        return None
    tempo = plan.tempo.bpm[0] / plan.meter.pulse_beats
    return Manner(learned.partition("/")[0], tempo, METERS[plan.meter.pulses], learned)


def is_known(learned: str) -> bool:
    """Whether the model knows a style, or style/manner, by name."""
    return learned in (MANNERS if "/" in learned else STYLES)


def play(wishes: Sequence[Wish], manner: Manner) -> list[Hits]:
    """Return a bar for every wish, strokes sorted by beat, velocity digits as written."""
    found: list[Hits] = []
    for start in range(0, len(wishes), ROWS):
        rows = [_Row(wish, manner) for wish in wishes[start : start + ROWS]]
        _perform(trained("drums"), rows)
        found += [row.bar() for row in rows]
    return found


def _perform(model: Player, rows: Sequence["_Row"]) -> None:
    """Let all rows play to their bar lines."""
    cache = Cache(model.size, ROWS, PAST + LONGEST)
    first = np.tile(model.grammar.nothing, (ROWS, 1, 1))
    past = _batch([row.past for row in rows])
    model.trunk(np.concatenate([first, past[:, :-1]], axis=1), _batch([row.context for row in rows]), cache)
    before = past[:, -1:]
    for step in range(LONGEST):
        known = _batch([row.known() for row in rows])
        state = model.trunk(before, known[:, None], cache)[:, 0]
        event = np.full((ROWS, len(GRAMMAR.parts)), LATEST)
        for part in range(3):
            scores = model.logits(state, part, event).astype(np.float64).round(DECIMALS)
            event[: len(rows), part] = [row.draw(part, step, scores[i]) for i, row in enumerate(rows)]
        before = event[:, None]
        if all(row.is_over for row in rows):
            return


def _batch(tables: list[Ints]) -> Ints:
    """Return the tables of all rows as one, of ``ROWS`` rows; spare ones repeat the first."""
    return np.stack([*tables, *tables[:1] * (ROWS - len(tables))])


class _Row:
    """One bar being played: what was, what must come, what may."""

    def __init__(self, wish: Wish, manner: Manner) -> None:
        self.wish, self.manner = wish, manner
        keys = [(_key(hit, wish.grid), hit) for hit in wish.kept]
        self.kept = {key: hit for key, hit in sorted(keys, key=lambda row: row[1].force) if key is not None}
        self.waiting = sorted(self.kept)
        self.may = self._may()
        self.last, self.place, self.voice = -1, BAR_LINE, 0
        self.past, self.context = self._heard()
        self.noise = wish.rng.gumbel(size=(LONGEST, 3, BAR_LINE + 1))
        self.added: list[tuple[int, int]] = []
        self.is_over = False

    def _heard(self) -> tuple[Ints, Ints]:
        """Return the last ``PAST`` events, and their context: the bars before, repeated as often as need be, and what
        must come in this bar before anything may."""
        grid, free = self.wish.grid, int(np.argmax(self.may))
        bars = [_strokes(bar, grid) for bar in self.wish.past]
        bars = bars * -(-PAST // (sum(map(len, bars)) + len(bars)))
        bars = [[]] * (-(len(bars) - self.wish.number) % 4) + bars
        events, context = encode(bars, self.manner, [False] * len(bars))
        loud = loudness_class(float(np.mean([stroke[2] for bar in bars for stroke in bar])))
        row = BAR_LINE, self.wish.number, int(self.wish.is_fill), strokes_class(self.wish.strokes), loud
        self.now = self.manner.context(*map(np.array, row))
        while self.waiting and self.waiting[0] < free:
            key = self.waiting.pop(0)
            event = (key // len(VOICES), key % len(VOICES), _velocity(self.kept[key]) // LOUDNESS, LATEST)
            events, context = np.vstack([events, event]), np.vstack([context, self.known()])
            self.last, self.place = key, event[0]
        return events[-PAST:], context[-PAST:]

    def _may(self) -> NDArray[np.bool_]:
        """Return which strokes may be added, by key."""
        may = np.zeros((PLACES, len(VOICES)), bool)
        voices = sorted({VOICES.index(HEARD_AS[voice]) for voice in self.wish.voices if voice in HEARD_AS})
        may[np.ix_(self.wish.grid.places(self.wish.start), voices)] = True
        return may.ravel()

    def known(self) -> Ints:
        """Return the context of the next event."""
        context = self.now.copy()
        context[BEFORE] = self.place
        return context

    def draw(self, part: int, step: int, scores: NDArray[np.float64]) -> int:
        """Return the next event's place, voice or velocity; the velocity closes the event."""
        if self.is_over:
            return (BAR_LINE, 0, 0)[part]
        noise = self.noise[step, part]
        if part == 0:
            self.place = _drawn(scores, noise, self._places())
            return self.place
        if part == 1:
            self.voice = _drawn(scores, noise, self._voices()) if self.place != BAR_LINE else 0
            return self.voice
        return self._close(scores, noise)

    def _window(self) -> Ints:
        """Return the keys that may come next, but for what must."""
        end = self.waiting[0] if self.waiting else len(self.may)
        return self.last + 1 + np.flatnonzero(self.may[self.last + 1 : end])

    def _places(self) -> Ints:
        places = np.unique(self._window() // len(VOICES))
        if self.waiting:
            return np.union1d(places, self.waiting[0] // len(VOICES))
        reached = self.wish.grid.beat(self.last // len(VOICES)) if self.last >= 0 else 0.0
        if self.wish.is_fill and len(places) and reached < self.wish.grid.bar - self.wish.grid.length - EPSILON:
            return places
        return np.append(places, BAR_LINE)

    def _voices(self) -> Ints:
        keys = [*self._window().tolist(), *self.waiting[:1]]
        return np.array([key % len(VOICES) for key in keys if key // len(VOICES) == self.place])

    def _close(self, scores: NDArray[np.float64], noise: NDArray[np.float64]) -> int:
        if self.place == BAR_LINE:
            self.is_over = True
            return 0
        key = self.last = self.place * len(VOICES) + self.voice
        if key in self.kept:
            self.waiting.remove(key)
            return _velocity(self.kept[key]) // LOUDNESS
        velocity = _drawn(scores, noise, np.arange(1, self._loudest(self.voice) // LOUDNESS + 1))
        self.added.append((key, velocity * LOUDNESS + LOUDNESS // 2))
        return velocity

    def _loudest(self, voice: int) -> int:
        """Return the loudest velocity of an added stroke: a groove's drums stay soft, its hats as loud as they are."""
        if self.wish.is_fill:
            return LOUDEST
        if voice in QUIET:
            return SOFT
        strokes = [hit for bar in self.wish.past for hit in bar if HEARD_AS.get(hit.voice) == VOICES[voice]]
        return max(map(_velocity, strokes), default=MIDDLE)

    def bar(self) -> Hits:
        """Return the bar played."""
        added = [hit for key, velocity in self.added if (hit := self._hit(key, velocity))]
        return tuple(sorted((*self.wish.kept, *added), key=lambda hit: (hit.beat, hit.voice)))

    def _hit(self, key: int, velocity: int) -> Hit | None:
        """Return an added stroke on the drum that the wish has for it; of two, the second in the later half."""
        beat = self.wish.grid.beat(key // len(VOICES))
        voices = [voice for voice in PLAYED_AS[VOICES[key % len(VOICES)]] if voice in self.wish.voices]
        late = beat >= self.wish.grid.bar - self.wish.grid.length - EPSILON
        return Hit(voices[-1 if late else 0], beat, velocity / 14) if voices else None


def _key(hit: Hit, grid: Grid) -> int | None:
    """Return the number of a stroke's place and voice; None where the model has none."""
    place = grid.place(hit.beat)
    if place is None or hit.voice not in HEARD_AS:
        return None
    return place * len(VOICES) + VOICES.index(HEARD_AS[hit.voice])


def _strokes(bar: Hits, grid: Grid) -> list[tuple[int, int, int, int]]:
    """Return what the model hears of a bar, as ``encode`` takes it."""
    loudest: dict[int, int] = {}
    for hit in bar:
        if (key := _key(hit, grid)) is not None:
            loudest[key] = max(loudest.get(key, 0), _velocity(hit))
    return [(tick_of(key // len(VOICES)), key % len(VOICES), velocity, 0) for key, velocity in loudest.items()]


def _velocity(hit: Hit) -> int:
    return max(1, min(round(hit.force * 14), 127))


def _drawn(scores: NDArray[np.float64], noise: NDArray[np.float64], choices: Ints) -> int:
    """Draw one of ``choices``."""
    likely = scores[choices]
    likely = np.where(likely < likely.max() - UNLIKELY, -np.inf, likely)
    return int(choices[(likely / WARMTH + noise[choices]).argmax()])
