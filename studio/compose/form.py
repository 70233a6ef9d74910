"""Form: which sections, how long, how fast, so that the ending lands on the asked length to the frame."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from studio.audio import SAMPLE_RATE
from studio.brief import Brief
from studio.compose.ensemble import seat, staggered
from studio.compose.fitting import fitted_form
from studio.compose.plan import Plan
from studio.score import Section, TempoMap
from studio.seeds import stream
from studio.styles import Ending, FormSection, MoodChange, Style, genres
from studio.theory.key import MODES, Key
from studio.theory.meter import Meter
from studio.variations import Variations

LEAD_IN = 0.05
"""Seconds before beat 0: room for players who are early."""

TEMPO_FREEDOM = 0.03
"""How far, as a share, a tempo that nobody asked for may bend to make the bars fit."""

LONGEST_RING = 0.2
"""Share of a short piece that its last chord may ring."""

LEAST_LIFTED = 90.0
"""Seconds that a piece must last for its key to be lifted: the home key has to be known first."""

LEAST_STAGGERED = 60.0
"""Seconds from which players come and go at every border of sections."""

MOST_RITARD = 0.3
RITARD_STEPS = 4


def plan_form(brief: Brief, variations: Variations | Mapping[str, int]) -> Plan:
    """Decide everything that precedes the notes."""
    genre, style = genres()[brief.genre], brief.style
    mood = genre.moods[brief.mood]
    variations = Variations.of(variations)
    rng = stream(brief.seed, "form", variations.count("form"))
    key = brief.key or _key(style, mood, rng)
    meter = _meter(style, brief)
    pulse = brief.tempo or _tempo(style, mood, meter, rng)
    ending = _ending(style, brief.duration, pulse if brief.tempo else None, meter, rng)
    if brief.tempo is None:
        pulse = _bent(pulse, meter, brief.duration, ending)
    bpm = pulse * meter.pulse_beats
    bars = bars_for(brief.duration, bpm, meter, ending)
    bar_seconds = meter.bar_beats * 60 / bpm
    form = fitted_form(style, meter, bars, bar_seconds, rng, asked=brief.form)
    if style.song_form:
        form = _crowned(form)
    sections = _sections(form, meter, mood)
    sections = _lifted(sections, style, brief.duration, stream(brief.seed, "form:lift", variations.count("form")))
    chairs = seat(brief, style, mood)
    if brief.duration >= LEAST_STAGGERED:
        sections = staggered(sections, chairs)
    tempo, ending = landing(bpm, meter, bars, brief.duration, ending)
    return Plan(
        brief, style, mood, key, meter, tempo, round(brief.duration * SAMPLE_RATE) / SAMPLE_RATE, sections, ending,
        chairs, variations,
    )  # fmt: skip


def bars_for(duration: float, bpm: float, meter: Meter, ending: Ending) -> int:
    """Return how many bars a piece of ``duration`` seconds has at ``bpm`` quarter notes a minute.

    A fading piece fills its length; any other needs ``ending.ring`` seconds after the downbeat of its last bar.
    """
    bar = meter.bar_beats * 60 / bpm
    if ending.kind == "fade":
        return max(2, math.ceil((duration - LEAD_IN) / bar))
    return max(2, math.floor((duration - LEAD_IN - ending.ring) / bar) + 1)


# ------------------------------------------------------------------------------------------- key, tempo and ending
def _meter(style: Style, brief: Brief) -> Meter:
    """The meter asked for, else that of the form asked for, else the style's first."""
    if brief.meter:
        return brief.meter
    asked = next((form.meter for form in style.forms if form.id == brief.form), "")
    return Meter.parse(asked or style.meters[0])


def _key(style: Style, mood: MoodChange, rng: np.random.Generator) -> Key:
    """A key of the style's own on the mood's side; the mood's mode colours it where the style knows that mode."""
    minor = MODES[mood.mode][2] == 3
    keys = [Key.parse(text) for text in style.keys]
    same_side = [key for key in keys if key.is_minor == minor]
    if not same_side:
        return Key(keys[int(rng.integers(len(keys)))].tonic, mood.mode)
    chosen = same_side[int(rng.integers(len(same_side)))]
    return replace(chosen, mode=mood.mode) if mood.mode not in ("major", "minor") else chosen


def _tempo(style: Style, mood: MoodChange, meter: Meter, rng: np.random.Generator) -> float:
    """The style's typical tempo, moved by mood and a little chance; whole numbers, as musicians say them."""
    wished = style.tempo.typical * mood.tempo * rng.uniform(0.96, 1.04)
    if meter.is_compound and not Meter.parse(style.meters[0]).is_compound:
        wished *= 2 / 3
        return float(np.clip(round(wished), 40, 240))
    return float(np.clip(round(wished), max(40, style.tempo.min * 0.92), min(240, style.tempo.max * 1.08)))


def _ending(style: Style, duration: float, tempo: float | None, meter: Meter, rng: np.random.Generator) -> Ending:
    """An ending of the style; where the tempo is fixed, rather one that leaves little over after its ring."""
    endings = [replace(ending, ring=min(ending.ring, LONGEST_RING * duration)) for ending in style.endings]
    chances = np.ones(len(endings))
    if tempo is not None:
        chances = np.array([np.exp(-_left_over(tempo, meter, duration, ending)) for ending in endings])
    return endings[int(rng.choice(len(endings), p=chances / chances.sum()))]


def _left_over(pulse: float, meter: Meter, duration: float, ending: Ending) -> float:
    """Seconds that whole bars at a tempo leave over, beside the ring; a fade and a ritard leave nothing."""
    if ending.kind == "fade":
        return 0.0
    bar = meter.bar_beats * 60 / (pulse * meter.pulse_beats)
    over = (duration - LEAD_IN - ending.ring) % bar
    return max(0.0, over - _added(MOST_RITARD, bar)) if ending.ritard else over


def _bent(pulse: float, meter: Meter, duration: float, ending: Ending) -> float:
    """Return the whole-number tempo near ``pulse`` whose bars leave the least over."""

    reach = max(1, int(pulse * TEMPO_FREEDOM))
    candidates = [tempo for tempo in range(round(pulse) - reach, round(pulse) + reach + 1) if 40 <= tempo <= 240]
    return float(
        min(candidates, key=lambda tempo: _left_over(tempo, meter, duration, ending) + abs(tempo / pulse - 1) * 4)
    )


def landing(bpm: float, meter: Meter, bars: int, duration: float, ending: Ending) -> tuple[TempoMap, Ending]:
    """Return the tempo map and the ending with the ring that is really left.

    What the whole bars leave over is taken by the ritard first, where the ending has one, then by the ring.
    """
    steady = TempoMap((0.0,), (bpm,), LEAD_IN)
    if ending.kind == "fade":
        return steady, ending
    bar = meter.bar_beats * 60 / bpm
    spare = duration - LEAD_IN - ending.ring - (bars - 1) * bar
    tempo, taken = steady, 0.0
    if ending.ritard and bars > 4 and spare > 0:
        share = _ritard_for(min(spare, _added(MOST_RITARD, bar)), bar)
        start = (bars - 3) * meter.bar_beats
        step = 2 * meter.bar_beats / RITARD_STEPS
        beats = [start + index * step for index in range(RITARD_STEPS)]
        paces = [bpm * (1 - share * (index + 1) / RITARD_STEPS) for index in range(RITARD_STEPS)]
        tempo = TempoMap((0.0, *beats), (bpm, *paces), LEAD_IN)
        taken = _added(share, bar)
    return tempo, replace(ending, ring=ending.ring + spare - taken)


def _added(share: float, bar: float) -> float:
    """Seconds that a ritard over two bars of ``bar`` seconds adds."""
    piece = 2 * bar / RITARD_STEPS
    return sum(piece / (1 - share * (index + 1) / RITARD_STEPS) - piece for index in range(RITARD_STEPS))


def _ritard_for(seconds: float, bar: float) -> float:
    """Return the ritard that adds ``seconds``, by bisection."""
    low, high = 0.0, MOST_RITARD
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _added(middle, bar) < seconds else (low, middle)
    return low


def _last_chorus(kinds: Sequence[str]) -> int | None:
    """Return the number of the last chorus, or None where no other comes before it."""
    places = [index for index, kind in enumerate(kinds) if kind == "chorus"]
    return places[-1] if len(places) > 1 else None


def _crowned(form: Sequence[FormSection]) -> list[FormSection]:
    """Make the last chorus of a song its summit."""
    sections, last = list(form), _last_chorus([section.kind for section in form])
    if last is not None:
        sections[last] = replace(sections[last], energy=max(section.energy for section in sections))
    return sections


def _lifted(
    sections: tuple[Section, ...], style: Style, duration: float, rng: np.random.Generator
) -> tuple[Section, ...]:
    """Raise the key from the last chorus to the end, if the style does so, by chance, and the piece has room for it."""
    last, draw = _last_chorus([section.kind for section in sections]), rng.random()
    if last is None or duration < LEAST_LIFTED or draw >= style.lift.chance:
        return sections
    lift = style.lift.keys[int(rng.integers(len(style.lift.keys)))]
    return (*sections[:last], *(replace(section, lift=lift) for section in sections[last:]))


def _sections(form: Sequence[FormSection], meter: Meter, mood: MoodChange) -> tuple[Section, ...]:
    """Lay the sections out in beats; the mood's dynamics shift the whole energy curve a little."""
    sections, start = [], 0.0
    for entry in form:
        beats = entry.bars * meter.bar_beats
        energy = min(1.0, max(0.05, entry.energy + 0.015 * mood.dynamics))
        sections.append(Section(entry.name, entry.kind, start, beats, entry.bars, round(energy, 3)))
        start += beats
    return tuple(sections)
