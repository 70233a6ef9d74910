"""Drums: a groove for every section, something new every four bars, fills where the form turns."""

from dataclasses import replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.kit import Hit, Hits
from studio.compose.plan import Plan, Streams
from studio.compose.repertoire import Repertoire, Stretch
from studio.compose.small_changes import varied
from studio.compose.timeline import EPSILON, Bar, bars, fitted, plays_final, rise_before
from studio.score import Notes, Section, notes
from studio.styles import DRUM_VOICES, Groove

CYMBALS = ("HH", "OH", "PH", "RD", "RB")
RISE = 0.15
"""Energy must rise by this much for a crash; a fall of as much forbids the fill before it."""

QUIET = 0.3
"""Energy below which a section is not announced."""

FILLED, DROPPED = 0.6, 0.15
"""Share of borders marked by a fill and by a drop-out; where energy rises the fill is all but sure."""


def write_drums(plan: Plan, chair: Chair, streams: Streams) -> Notes:
    """Return the drum part: notes on General MIDI keys, onsets and durations in beats."""
    player = _Drummer(plan, chair, streams)
    for bar in bars(plan, chair):
        player.play(bar)
    player.finish()
    loudest: dict[tuple[float, int], tuple[float, float, int, int]] = {}
    for row in player.rows:
        key = (round(row[0], 6), row[2])
        if key not in loudest or row[3] > loudest[key][3]:
            loudest[key] = row
    return notes(loudest.values())


class _Drummer:
    """What a drummer remembers from bar to bar: the last fill, and how often a bar came unchanged."""

    def __init__(self, plan: Plan, chair: Chair, streams: Streams) -> None:
        self.plan, self.chair, self.streams = plan, chair, streams
        self.rows: list[tuple[float, float, int, int]] = []
        self.last_fill: tuple[str, float] = ("", 0.0)
        self.last_bar: Hits = ()
        self.same = 0
        self.grooves: dict[tuple[str, float, int], Groove | None] = {}
        self.learned = self._listen() if plan.style.drums.learned else None

    def play(self, bar: Bar) -> None:
        """Play one bar."""
        groove = self._groove(bar.section)
        if groove is None:
            return
        hits = self._groove_bar(groove, bar.number, bar.section)
        self._pick_up(bar, groove)
        turn = self._turned(bar)
        if turn and {(hit.beat, hit.voice) for hit in turn} != {(hit.beat, hit.voice) for hit in hits}:
            hits = turn
        elif bar.number % 4 == 3 and not bar.last:
            hits = varied(hits, self.plan, self.streams(bar.section))
        hits = self._border(hits, bar)
        self.same = self.same + 1 if hits == self.last_bar else 1
        if self.same > 7:
            hits = varied(hits, self.plan, self.streams(bar.section))
            self.same = 1
        self.last_bar = hits
        if bar.number == 0 and rise_before(self.plan, bar.section) >= RISE and self.plan.style.drums.crash:
            hits = (
                *(hit for hit in hits if hit.beat > EPSILON or hit.voice not in CYMBALS),
                Hit("CR", 0.0, 6.5), Hit("KK", 0.0, 7.5),
            )  # fmt: skip
        self._write(hits, bar.start, bar.section, _ramp(bar))

    def finish(self) -> None:
        """Strike the final chord."""
        if plays_final(self.plan, self.chair) and self.rows:
            voices = ("CR", "KK") if self.plan.style.drums.crash else ("KK",)
            hits = tuple(Hit(voice, 0.0, 5.5 + 2 * self.plan.sections[-1].energy) for voice in voices)
            self._write(hits, self.plan.final, self.plan.sections[-1], 1.0)

    def _groove(self, section: Section) -> Groove | None:
        """The same section name at the same energy plays the same groove."""
        key = (section.kind, section.energy, self.plan.turn("drums", section))
        if key not in self.grooves:
            self.grooves[key] = choose_groove(self.plan, section, self.streams(section))
        return self.grooves[key]

    def _listen(self) -> Repertoire:
        """Let the trained model play turns and fills for the grooves of the piece."""
        stretches = []
        for section in dict.fromkeys(bar.section for bar in bars(self.plan, self.chair)):
            if groove := self._groove(section):
                written = tuple(_read(self.plan, groove, number) for number in range(4))
                beats = self._fill_beats(self._rise(section)) if self._wants_fill(section) else 0.0
                stretches.append(Stretch(section, self._name(section), written, beats))
        return Repertoire(self.plan, self.streams, stretches)

    def _turned(self, bar: Bar) -> Hits | None:
        if self.learned is None or bar.last:
            return None
        return self.learned.turn(self._name(bar.section), bar.number, bar.section.energy)

    def _name(self, section: Section) -> str:
        """Return what the groove of a section is called, and how often it was drawn again."""
        groove = self._groove(section)
        return f"{groove.id} {self.plan.turn('drums', section)}" if groove else ""

    def _wants_fill(self, section: Section) -> bool:
        """Whether a fill may stand at a section's end: what follows is played, not softer by much and not quiet."""
        following = self.plan.following(section)
        if following is None or not self.chair.plays(following):
            return False
        return self._rise(section) > -RISE and following.energy >= QUIET

    def _rise(self, section: Section) -> float:
        following = self.plan.following(section)
        return following.energy - section.energy if following else 0.0

    def _fill_beats(self, rise: float) -> float:
        pulse = self.plan.meter.pulse_beats
        return min(self.plan.bar if rise >= 0.25 else 2 * pulse if rise >= 0.1 else pulse, self.plan.bar)

    def _groove_bar(self, groove: Groove, number: int, section: Section) -> Hits:
        """The groove's bar; drawn again, every other bar has a small change that stays through the section."""
        hits = _read(self.plan, groove, number)
        if not self.plan.turn("drums", section) or number % 2 == 0:
            return hits
        return varied(hits, self.plan, self.plan.stream("drums", f"touch {section.name}", section.name))

    def _border(self, hits: Hits, bar: Bar) -> Hits:
        """Mark the end of a section, or of eight bars inside one."""
        inside = (bar.number + 1) % 8 == 0 and not bar.last
        if not inside and not (bar.last and self._wants_fill(bar.section)):
            return hits
        rise = 0.0 if inside else self._rise(bar.section)
        draw = self.streams(bar.section).random()
        if not inside and draw < DROPPED:
            silence = self.plan.meter.pulse_beats * (2 if draw < DROPPED / 3 else 1)
            return tuple(hit for hit in hits if hit.beat < self.plan.bar - silence - EPSILON)
        if draw < DROPPED + FILLED + (0.25 if rise >= 0.1 else 0.0):
            learned = self.learned and self.learned.fill(bar.section, inside=inside)
            return learned or self._fill(hits, bar.section, rise)
        return hits

    def _fill(self, hits: Hits, section: Section, rise: float) -> Hits:
        fill = self._choose_fill(section, self._fill_beats(rise))
        if not fill:
            return hits
        start = min(hit.beat for hit in fill)
        supported = any(hit.voice == "KK" for hit in fill)
        kept = tuple(hit for hit in hits if hit.beat < start - EPSILON or (hit.voice == "KK" and not supported))
        rising = tuple(replace(hit, force=hit.force + 0.4 * index / len(fill)) for index, hit in enumerate(fill))
        return (*kept, *rising)

    def _choose_fill(self, section: Section, wanted: float) -> Hits:
        """Return the fill whose length is nearest to ``wanted`` beats and that was not played last."""
        plan, options = self.plan, []
        for fill in _suitable(plan.style.drums.fills, section) or plan.style.drums.fills:
            whole = _read(plan, fill, 0)
            for length in sorted({wanted, plan.bar, plan.meter.pulse_beats}):
                hits = tuple(hit for hit in whole if hit.beat > plan.bar - length - EPSILON)
                if not hits:
                    continue
                own = plan.bar - min(hit.beat for hit in hits)
                key = (fill.id, round(own, 3))
                if key != self.last_fill:
                    options.append((abs(own - wanted) + 0.3 * self.streams(section).random(), key, hits))
        if not options:
            return ()
        _, self.last_fill, hits = min(options, key=lambda option: option[0])
        return hits

    def _pick_up(self, bar: Bar, groove: Groove) -> None:
        """Announce the first entry in the beat before it."""
        if self.rows or bar.start < self.plan.bar - EPSILON or bar.section.energy < 0.35:
            return
        pulse = self.plan.meter.pulse_beats
        hits = self._choose_fill(bar.section, pulse) or self._groove_bar(groove, 0, bar.section)
        hits = tuple(
            replace(hit, force=hit.force * 0.85) for hit in hits if hit.beat > self.plan.bar - 2 * pulse - EPSILON
        )
        self._write(hits, bar.start - self.plan.bar, bar.section, 1.0)

    def _write(self, hits: Hits, start: float, section: Section, ramp: float) -> None:
        touch = (self.chair.style.velocity / 80) ** 0.25  # digits say most of it already
        loudness = touch * ramp * 10 ** (self.plan.mood.dynamics / 80) * (0.7 + 0.24 * section.energy)
        for hit in hits:
            velocity = int(np.clip(round(hit.force * 14 * loudness), 12, 127))
            length = 2.0 if hit.voice in ("CR", "CH") else 0.25
            length = min(length, self.plan.end - start - hit.beat)
            self.rows.append((start + hit.beat, length, DRUM_VOICES[hit.voice], velocity))


def _ramp(bar: Bar) -> float:
    """Builds grow from bar to bar."""
    if bar.section.kind != "build":
        return 1.0
    return 0.75 + 0.3 * (bar.number + 1) / bar.section.bars


def _read(plan: Plan, groove: Groove, number: int) -> Hits:
    """Return one bar of a groove in the plan's meter, by beat."""
    hits = [
        Hit(voice, step.beat, int(step.symbol))
        for voice, row in groove.rows.items()
        for step in fitted(plan, row, written_for(plan, groove)).bar(number, plan.bar)
    ]
    return tuple(sorted(hits, key=lambda hit: (hit.beat, hit.voice)))


def written_for(plan: Plan, groove: Groove) -> str:
    """Return the meter a groove is written in: what it says, else the style's first."""
    first = plan.style.meters[0]
    return first if groove.meter == Groove.meter else groove.meter


def _suitable(grooves: tuple[Groove, ...], section: Section) -> list[Groove]:
    """Return what fits a section by kind and energy."""
    return [
        groove
        for groove in grooves
        if (not groove.kinds or section.kind in groove.kinds or section.name in groove.kinds)
        and groove.min_energy - EPSILON <= section.energy <= groove.max_energy + EPSILON
    ]


def choose_groove(plan: Plan, section: Section, rng: np.random.Generator) -> Groove | None:
    """Return the groove of a section: one written for its meter and its kind before others, then the busiest that
    its energy allows; None if the style has none."""
    grooves = plan.style.drums.grooves
    fitting = _suitable(grooves, section)
    if not fitting:
        others = [groove for groove in grooves if not groove.kinds] or list(grooves)
        return min(others, key=lambda groove: _distance(groove, section.energy), default=None)
    rank = lambda groove: (written_for(plan, groove) == str(plan.meter), bool(groove.kinds), groove.min_energy)  # noqa: E731
    best = max(map(rank, fitting))
    choices = [groove for groove in fitting if rank(groove) == best]
    if turn := plan.turn("drums", section):
        choices = sorted((groove for groove in fitting if rank(groove)[0] == best[0]), key=rank, reverse=True)
        return choices[turn % len(choices)]
    return choices[int(rng.integers(len(choices)))]


def _distance(groove: Groove, energy: float) -> float:
    return max(groove.min_energy - energy, energy - groove.max_energy, 0.0)
