"""Cutdowns: the best story that a piece can tell in so many seconds, cut at bar lines, with an ending.

Under ``STORY`` seconds a cutdown is the strongest section and a last chord; from there on it begins as the piece does,
comes to the strongest section and ends with the piece's own last bars. All ways that fit the length are compared by
what they cost; the ring of the last chord takes what whole bars leave over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from studio.audio import SAMPLE_RATE
from studio.edits.closing import closed, own_closing, tonic_bars
from studio.edits.splice import EPSILON, Stretch, lasting, merged, spliced
from studio.score import Score, Section, TempoMap

LENGTHS = (6.0, 15.0, 30.0, 60.0)
STORY = 20.0
LEAST_RING, MOST_RING = 0.6, 3.0
"""Seconds that the last chord rings at least, and at most beside its own bar."""

GOOD_RING, HASTY = (1.2, 3.5), 3.0
"""Seconds that it rings best, and the cost of every second that it rings shorter; longer costs one."""

PACES = (1.0, 0.99, 1.01, 0.98, 1.02, 0.97, 1.03)
PACE_COST = 40.0
"""Factors on the tempo that are tried, and the cost of a whole one."""

HOOKS = {"chorus": 0.15, "drop": 0.15, "theme": 0.05, "intro": -1.0, "outro": -1.0, "build": -0.5, "break": -0.3}
"""Kind of section → how much energy its claim to be the strongest is worth beside its own."""

LEADING = ("build", "prechorus")
TELLING = ("verse", "theme", "solo")
CHOICES = 3


@dataclass(frozen=True)
class Cut:
    """Stretches to be laid end to end, the last chord's bar after them, the tempo's factor and what it all costs."""

    stretches: tuple[Stretch, ...]
    closing: Stretch
    pace: float
    cost: float


def cutdown(score: Score, written: Score, seconds: float) -> tuple[Score, Score] | None:
    """Return score and written twin, cut down to ``seconds`` exactly, ring-out inside; None where no bar of it fits.

    Joins are on bar lines, tempo map and lead-in stay; the tempo moves by 3 % at most, where that lets bars fit.
    """
    cut = best_cut(written, seconds)
    if cut is None:
        return None
    exact = round(seconds * SAMPLE_RATE) / SAMPLE_RATE
    played, on_paper = (_laid(piece, cut, exact) for piece in (score, written))
    return played, on_paper


def best_cut(written: Score, seconds: float) -> Cut | None:
    """Return the cheapest way to tell a piece in ``seconds``."""
    ways = _hooks_alone(written, seconds) if seconds < STORY else _stories(written, seconds)
    timed = (cut for stretches, closing, cost in ways for cut in _timed(written, stretches, closing, cost, seconds))
    return min(timed, key=lambda cut: cut.cost, default=None)


def _laid(score: Score, cut: Cut, seconds: float) -> Score:
    short = spliced(score, (*cut.stretches, cut.closing))
    tempo = short.tempo
    short = replace(short, tempo=TempoMap(tempo.beats, tuple(bpm * cut.pace for bpm in tempo.bpm), tempo.lead_in))
    return closed(short, seconds, own=cut.closing[0] == own_closing(score))


def _timed(
    score: Score, stretches: tuple[Stretch, ...], closing: Stretch, cost: float, seconds: float
) -> Iterator[Cut]:
    """Yield a way at every tempo at which its last chord rings neither too short nor too long."""
    sounding = lasting(score, stretches)
    bar = lasting(score, [closing])
    for pace in PACES:
        ring = seconds - score.tempo.lead_in - sounding / pace
        if LEAST_RING <= ring <= bar / pace + MOST_RING:
            low, high = GOOD_RING
            off = max(HASTY * (low - ring), 0.0, ring - high)
            yield Cut(stretches, closing, pace, cost + off + PACE_COST * abs(pace - 1.0))


# -------------------------------------------------------------------------------------------------------- the choices
def hooks(score: Score) -> list[Section]:
    """Return the sections that a piece is known by, the strongest first."""
    tunes = [part.notes["onset"] for part in score.parts if part.role == "lead"]

    def claim(section: Section) -> float:
        sung = any(((onset >= section.start) & (onset < section.end)).sum() > section.bars for onset in tunes)
        return section.energy + HOOKS.get(section.kind, 0.0) + 0.2 * sung - 0.3 * (section.bars < 4)

    return sorted(score.sections, key=claim, reverse=True)[:CHOICES]


def _hooks_alone(score: Score, seconds: float) -> Iterator[tuple[tuple[Stretch, ...], Stretch, float]]:
    """Yield the first bars of the strongest sections, each with every fitting last chord."""
    bar = score.meter.bar_beats
    longest = int(seconds / lasting(score, [(0.0, bar)]) * 1.04)
    for rank, hook in enumerate(hooks(score)):
        room = round((_limit(score) - hook.start) / bar)
        for bars in range(1, min(longest, room) + 1):
            end = hook.start + bars * bar
            over = max(0, bars - hook.bars)
            for closing, cost in _closings(score, hook, end):
                yield ((hook.start, end),), closing, cost + 0.5 * rank + 0.3 * over + _phrase(bars)


def _stories(score: Score, seconds: float) -> Iterator[tuple[tuple[Stretch, ...], Stretch, float]]:
    """Yield beginning, verse, what leads on, strongest section and ending, all in the order of the piece."""
    bar, limit = score.meter.bar_beats, _limit(score)
    total = int(seconds / lasting(score, [(0.0, bar)]) * 1.04)
    for rank, hook in enumerate(hooks(score)):
        heads = _heads(score.sections[0], hook, bar)
        verses = _verses(score, hook, bar)
        leads = _leads(score, hook)
        for (head, paid), (verse, owed), (lead, due), (tail, closing, last) in product(
            heads, verses, leads, _tails(score, hook, bar)
        ):
            front = [stretch for stretch in (head, verse, lead) if stretch[1] > stretch[0]]
            used = sum(round((end - start) / bar) for start, end in (*front, tail))
            most = round(((tail[0] if tail[1] > tail[0] else limit) - hook.start) / bar)
            for bars in range(max(2, total - used - 3), min(total - used, most) + 1):
                stretches = (*front, (hook.start, hook.start + bars * bar), tail)
                share = abs(bars / max(bars + used, 1) - 0.5)
                far = 0.4 * max(0, bars - hook.bars) + 2.0 * (bars < 4)
                cost = paid + owed + due + last + 0.3 * rank + 2.0 * share + far + _phrase(bars)
                yield tuple(merged(stretches)), closing, cost


def _phrase(bars: int) -> float:
    """What it costs to leave a section after so many bars."""
    return 0.0 if bars % 4 == 0 else 0.4 if bars % 2 == 0 else 1.2


def _limit(score: Score) -> float:
    """Return the beat from which on there is only the ending's last chord, or nothing."""
    own = own_closing(score)
    return score.end if own is None else own


def _heads(first: Section, hook: Section, bar: float) -> list[tuple[Stretch, float]]:
    """Return how a cutdown may begin: with bars of the first section, or not with it."""
    if first.start >= hook.start - EPSILON:
        return [((0.0, 0.0), 0.0)]
    whole = [(bars, 0.1 * max(0, bars - 4)) for bars in (2, 4, 8) if bars < first.bars]
    whole.append((first.bars, 0.2 * max(0, first.bars - 4) - 0.1))
    return [((0.0, 0.0), 1.0), *(((0.0, bars * bar), cost) for bars, cost in whole)]


def _verses(score: Score, hook: Section, bar: float) -> list[tuple[Stretch, float]]:
    """Return what may be told before the strongest section comes."""
    found: list[tuple[Stretch, float]] = [((0.0, 0.0), 0.8)]
    told = [
        section
        for section in score.sections[1:]
        if section.kind in TELLING and section.name != hook.name and section.end <= hook.start + EPSILON
    ]
    for section in told[:1]:
        lengths = {bars for bars in (4, 8, 16) if bars < section.bars} | {section.bars}
        found += [
            ((section.start, section.start + bars * bar), 0.1 * (bars < section.bars) + _phrase(bars))
            for bars in lengths
        ]
    return found


def _leads(score: Score, hook: Section) -> list[tuple[Stretch, float]]:
    """Return the section that leads straight to the strongest, if there is one, or nothing."""
    index = score.sections.index(hook)
    if index and score.sections[index - 1].kind in LEADING:
        before = score.sections[index - 1]
        return [((before.start, before.end), 0.0), ((0.0, 0.0), 0.4)]
    return [((0.0, 0.0), 0.0)]


def _tails(score: Score, hook: Section, bar: float) -> list[tuple[Stretch, Stretch, float]]:
    """Return how it may end: bars before the piece's own last chord and that chord, or a chord made for it."""
    own, last = own_closing(score), score.sections[-1]
    made = [((0.0, 0.0), closing, cost + 1.0) for closing, cost in _closings(score, hook, hook.end)]
    if own is None:
        return made
    lifted = 3.0 * (last.lift != hook.lift)
    closing = (own, own + bar)
    found: list[tuple[Stretch, Stretch, float]] = [((own, own), closing, 1.2 + lifted)]
    for bars in range(1, 9):
        start = own - bars * bar
        if start < hook.start + 2 * bar:
            break
        at_border = any(abs(section.start - start) < EPSILON for section in score.sections)
        cost = 0.0 if at_border else 0.3 if bars in (2, 4) else 0.7
        found.append(((start, own), closing, cost + 0.05 * max(0, bars - 4) + lifted))
    return [*found, *made]


def _closings(score: Score, hook: Section, after: float) -> Iterator[tuple[Stretch, float]]:
    """Yield bars whose downbeat can close what ``hook`` began: on its tonic, as full as it is, near by; else the
    piece's own last chord."""
    bar, own = score.meter.bar_beats, own_closing(score)
    found = []
    for beat in tonic_bars(score):
        section = next(section for section in score.sections if beat < section.end - EPSILON)
        if section.lift == hook.lift and beat != own:
            near = 0.2 * (section.name != hook.name) + 2.0 * abs(section.energy - hook.energy)
            found.append(((beat, beat + bar), near + 0.1 * (abs(beat - after) > EPSILON)))
    yield from sorted(found, key=lambda row: (row[1], row[0]))[:CHOICES]
    if own is not None:
        last = score.sections[-1]
        yield (own, own + bar), 0.2 + 1.5 * max(0.0, hook.energy - last.energy) + 3.0 * (last.lift != hook.lift)
    elif not found:
        yield (hook.start, hook.start + bar), 2.0
