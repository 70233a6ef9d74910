"""Fitting a form to a length: which sections stay, and how long, by a knapsack over bars."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.compose.songform import drawn_songs, is_song, surprise
from studio.styles import Form, FormSection, Style
from studio.theory.meter import Meter
from studio.theory.numeral import parse_progression

DROP_COST = {
    "chorus": 9.0, "drop": 9.0, "theme": 9.0, "verse": 6.0, "solo": 3.0, "bridge": 4.0, "break": 2.5,
    "prechorus": 2.0, "build": 2.5, "intro": 1.0, "outro": 99.0,
}  # fmt: skip
"""Kind of section → how much a form loses without its first one."""

REPEAT_COST = 0.35
"""Share of ``DROP_COST`` that leaving out a later section of the same name costs."""

LAST_RETURN_COST = 0.8
"""The same for the last return of the main section."""

OPENERS = ("intro", "theme", "verse", "chorus", "drop")
AWKWARD_START_COST = 5.0
"""Kinds of section that a piece may well begin with, and the cost of beginning with another."""

SHORTEN_COST = {2: 0.06, 4: 0.16, 8: 0.4}
DOUBLE_COST = 0.5
STRETCH_COST = 0.1
"""Cost of a section at a half, a quarter and an eighth of its length and at its double, as shares of ``DROP_COST``
(twice that for what only leads on); cost of each bar that an intro or outro differs from its form, thrice that beyond
twice an outro's length."""

SHORTEST = {"break": 3.0, "build": 3.0, "prechorus": 3.0}
SHORTEST_ELSE = 6.5
"""Seconds below which a section is not cut, by kind; intros and endings may be as short as need be."""

SETTLED, CRAMPED_COST = 12.0, 0.3
"""Seconds a section needs to say its tune and answer it, and the cost of each that one is cut short of them."""

ARRIVED, HASTY_COST = 4.0, 0.6
"""Seconds an intro needs to be one, and the cost of a shorter one."""

LASTING, LENGTHY_COST = 40.0, 0.1
"""Seconds after which a section that was made twice as long grows tiresome, and the cost of each beyond them."""

TORN_COST = 3.0
TUNES = ("theme", "verse", "chorus", "solo")
"""Cost of cutting a section shorter than the progression that its name stands for (a twelve-bar blues), and the kinds
of section that it spoils."""

CHOOSY = 2.0
"""How much dearer a form may be to be chosen e times less often."""

STRANGE_COST = 3.0
"""Cost of each nat by which the sections of a song surprise who knows real ones."""


@dataclass(frozen=True)
class Fit:
    """What a cut is judged by: how long a bar lasts, and how many bars the pinned progressions have, by section."""

    bar_seconds: float
    pinned: Mapping[str, int]


def fitted_form(
    style: Style, meter: Meter, bars: int, bar_seconds: float, rng: np.random.Generator, *, asked: str = ""
) -> list[FormSection]:
    """Return the sections of a form of the style (``asked``, or one that suits meter and length, by chance; where the
    style's are songs, also one drawn from the n-grams of real songs), shortened, stretched, left out or repeated to
    exactly ``bars`` bars of ``bar_seconds`` seconds."""
    fit = Fit(bar_seconds, _pinned(style))
    for form in style.forms:
        if form.id == asked:
            return _fitted(form, bars, fit)[0]
    forms = [form for form in style.forms if form.meter in ("", str(meter))]
    plans = [_fitted(form, bars, fit) for form in forms]
    if style.song_form:
        drawn = [_fitted(form, bars, fit) for form in drawn_songs(forms, bars, bar_seconds, rng)]
        plans += [plan for plan in drawn if is_song(plan[0], bars * bar_seconds)]
        plans = [(sections, cost + STRANGE_COST * surprise(sections)) for sections, cost in plans]
    costs = np.array([cost for _, cost in plans])
    weights = np.exp(-(costs - costs.min()) / CHOOSY)
    return plans[int(rng.choice(len(plans), p=weights / weights.sum()))][0]


def _fitted(form: Form, bars: int, fit: Fit) -> tuple[list[FormSection], float]:
    """Return the sections of a form fitted to ``bars``, and what the fitting cost."""
    sections = _lengthened(form, bars)
    lengths, cost = _cheapest(sections, bars, fit)
    fitted = zip(sections, lengths, strict=True)
    return [replace(section, bars=length) for section, length in fitted if length], cost


def _pinned(style: Style) -> dict[str, int]:
    harmony = style.harmony
    return {
        name: round(
            min(len(parse_progression(text)) for texts in modes.values() for text in texts) * harmony.bars_per_chord
        )
        for name, modes in harmony.sections.items()
    }


def _lengthened(form: Form, bars: int) -> list[FormSection]:
    """Repeat the body of a form that is much too short, each time with more energy."""
    sections = list(form.sections)
    first = 1 if sections[0].kind == "intro" else 0
    last = len(sections) - 1 if sections[-1].kind == "outro" else len(sections)
    body = sections[first:last]
    frame = sum(section.bars for section in sections) - sum(section.bars for section in body)
    chapters = round((bars - frame) / sum(section.bars for section in body))
    if chapters < 2:
        return sections
    rising = [0.85 + 0.15 * chapter / (chapters - 1) for chapter in range(chapters)]
    repeated = [replace(section, energy=section.energy * factor) for factor in rising for section in body]
    return [*sections[:first], *repeated, *sections[last:]]


def _options(sections: Sequence[FormSection], index: int, fit: Fit) -> list[tuple[int, float]]:
    """Return (bars, cost) of everything that may happen to a section."""
    section, bars = sections[index], sections[index].bars
    if index == len(sections) - 1:
        return [
            (
                length,
                STRETCH_COST * (abs(length - bars) + 2 * max(0, length - 2 * bars))
                + _haste(section, length, fit)
                + (2 if length < 2 else 0),
            )
            for length in range(1, bars + 9)
        ]
    if section.kind == "intro":
        return [(length, STRETCH_COST * (bars - length) + _haste(section, length, fit)) for length in range(bars + 1)]
    cost = DROP_COST[section.kind]
    if any(_same(other, section) for other in sections[:index]):
        returns = any(_same(other, section) for other in sections[index + 1 :])
        cost *= REPEAT_COST if returns else LAST_RETURN_COST
    options = [(bars, 0.0), (0, cost)]
    shortest = SHORTEST.get(section.kind, SHORTEST_ELSE)
    for divisor, share in SHORTEN_COST.items():
        part = bars // divisor
        square = bars % divisor == 0 and (part % 4 == 0 or part == 2)
        if square and part * fit.bar_seconds >= shortest:
            options.append((part, cost * share + _haste(section, part, fit)))
    if bars % 4 == 0:
        lengthy = max(0.0, bars * 2 * fit.bar_seconds - LASTING)
        dear = 2.0 if section.kind in SHORTEST else 1.0
        options.append((bars * 2, max(cost, 3.0) * DOUBLE_COST * dear + LENGTHY_COST * lengthy))
    return options


def _same(one: FormSection, other: FormSection) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _haste(section: FormSection, length: int, fit: Fit) -> float:
    """Return what it costs that ``length`` bars are too short for what the section has to say."""
    seconds, whole = length * fit.bar_seconds, section.bars * fit.bar_seconds
    if section.kind == "intro":
        return HASTY_COST * (0 < seconds < min(ARRIVED, whole) - 1e-9)
    if section.kind == "outro" or section.kind in SHORTEST:
        return 0.0
    torn = section.kind in TUNES and length < min(fit.pinned.get(section.name, 0), section.bars)
    return CRAMPED_COST * max(0.0, min(SETTLED, whole) - seconds) + TORN_COST * torn


def _cheapest(sections: Sequence[FormSection], bars: int, fit: Fit) -> tuple[list[int], float]:
    """Return the length of every section so that they make ``bars`` at the least cost: a knapsack over bars."""
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for index in range(len(sections)):
        reached: dict[int, tuple[float, int]] = {}
        options = _options(sections, index, fit)
        for total, (cost, _) in best[-1].items():
            for length, price in options:
                if length and not total and sections[index].kind not in OPENERS:
                    price += AWKWARD_START_COST
                if total + length <= bars and cost + price < reached.get(total + length, (math.inf, 0))[0]:
                    reached[total + length] = (cost + price, length)
        best.append(reached)
    if bars not in best[-1]:  # the ending takes up what no section can
        total = max(best[-2])
        lengths, cost = _cheapest(sections[:-1], total, fit) if len(sections) > 1 else ([], 0.0)
        return [*lengths, bars - total], cost + STRETCH_COST * (bars - total)
    lengths, total = [], bars
    for level in range(len(sections), 0, -1):
        length = best[level][total][1]
        lengths.append(length)
        total -= length
    return lengths[::-1], best[-1][bars][0]
