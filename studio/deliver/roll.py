"""A score as a picture: piano roll in systems, with sections, chord symbols and drums, to read the music by eye."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from studio.deliver.percussion import stroke
from studio.errors import StudioError
from studio.score import Part, Score
from studio.theory.pitch import FLAT_NAMES, SHARP_NAMES

Colour = tuple[int, int, int]

WIDTH, LEFT, RIGHT, TOP = 1900, 76, 16, 16
SECTION_HEIGHT, CHORD_HEIGHT, GAP, SYSTEM_GAP, LEGEND_ROW = 20, 24, 8, 30, 22
ROW_HEIGHT: Mapping[str, int] = {"lead": 8, "chords": 6, "bass": 8, "drums": 12, "effects": 12}
"""Pixels a semitone (or a drum) by lane."""
LANES: Mapping[str, tuple[str, ...]] = {
    "lead": ("lead", "counter"),
    "chords": ("chords", "pad", "arpeggio"),
    "bass": ("bass",),
    "drums": ("drums",),
    "effects": ("effects",),
}
"""Lane → the roles drawn in it, top lane first."""
BEATS_PER_SYSTEM = 32.0

PAPER, INK, FAINT, GRID, OFF_SCALE = (255, 255, 255), (25, 25, 30), (140, 140, 150), (222, 222, 228), (241, 241, 245)
PALETTE: tuple[Colour, ...] = (
    (200, 30, 45), (20, 90, 190), (20, 130, 60), (150, 50, 160), (205, 105, 0), (0, 130, 140), (120, 75, 40),
    (215, 60, 130), (90, 105, 10), (70, 70, 200), (90, 90, 100), (0, 90, 90),
)  # fmt: skip
KINDS: Mapping[str, Colour] = {
    "intro": (214, 221, 228), "verse": (198, 219, 239), "prechorus": (212, 205, 240), "chorus": (253, 208, 162),
    "bridge": (199, 233, 192), "theme": (220, 215, 245), "solo": (255, 224, 178), "build": (255, 236, 179),
    "drop": (248, 187, 190), "break": (207, 232, 232), "outro": (221, 221, 221),
}  # fmt: skip
"""Kind of section → colour of its band."""
SHADOW = 0.25
"""How much colour a note of velocity 0 would have."""


class RollError(StudioError):
    """A picture was asked for that cannot be drawn."""


@dataclass(frozen=True)
class Lane:
    """A strip of every system: ``parts`` with their colours, ``rows`` from pitch to row number (top 0), and the words
    beside rows."""

    name: str
    parts: tuple[tuple[Part, Colour], ...]
    rows: Mapping[int, int]
    words: Mapping[int, str]

    @property
    def row_height(self) -> int:
        """Pixels a row."""
        return ROW_HEIGHT[self.name]

    @property
    def height(self) -> int:
        """Pixels of the whole strip."""
        return self.row_height * (1 + max(self.rows.values()))


@dataclass(frozen=True)
class System:
    """One line of the picture: from ``start`` to ``end`` in beats, its top in pixels, and pixels a beat."""

    start: float
    end: float
    top: int
    scale: float

    def x(self, beat: float) -> float:
        """Return where a beat stands, held within the line."""
        return LEFT + (min(max(beat, self.start), self.end) - self.start) * self.scale


def draw(score: Score, *, bars: tuple[int, int] | None = None, bars_per_row: int | None = None) -> Image.Image:
    """Return the picture of ``score``.

    Lanes for melody, chords, bass, drums and effects; darker notes are louder; rows outside the key are shaded.
    ``bars`` draws from bar to bar only (1 first, both included); ``bars_per_row`` is eight in 4/4 by default. Raises
    ``RollError`` for bars that the piece does not have.
    """
    bar = score.meter.bar_beats
    per_row = bars_per_row or max(1, round(BEATS_PER_SYSTEM / bar))
    last = max(1, -int(-(score.end - 1e-6) // bar))
    if bars and bars[0] > last:
        raise RollError(f"bars: {bars[0]} is beyond the last bar, {last}")
    first, last = (bars[0], min(bars[1], last)) if bars else (1, last)
    colours = {part.id: PALETTE[index % len(PALETTE)] for index, part in enumerate(score.parts)}
    lanes = tuple(_lanes(score, colours))
    legend = _legend_rows(score)
    head = TOP + 30 + LEGEND_ROW * len(legend) + 8
    height = SECTION_HEIGHT + CHORD_HEIGHT + sum(lane.height + GAP for lane in lanes)
    scale = (WIDTH - LEFT - RIGHT) / (per_row * bar)
    systems = [
        System(start * bar, min(start + per_row, last) * bar, head + row * (height + SYSTEM_GAP), scale)
        for row, start in enumerate(range(first - 1, last, per_row))
    ]
    image = Image.new("RGB", (WIDTH, systems[-1].top + height + SYSTEM_GAP), PAPER)
    pen = ImageDraw.Draw(image)
    _draw_head(pen, score, legend, colours)
    for system in systems:
        _draw_system(pen, score, lanes, system)
    return image


def write_roll(
    score: Score, path: Path, *, bars: tuple[int, int] | None = None, bars_per_row: int | None = None
) -> None:
    """Write the picture of ``score`` to ``path`` as PNG; see ``draw``."""
    draw(score, bars=bars, bars_per_row=bars_per_row).save(path, "PNG")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _lanes(score: Score, colours: Mapping[str, Colour]) -> Iterator[Lane]:
    for name, roles in LANES.items():
        parts = sorted(
            (part for part in score.parts if part.role in roles and len(part.notes)), key=lambda part: _layer(part.role)
        )
        if not parts:
            continue
        pitches = sorted({int(pitch) for part in parts for pitch in part.notes["pitch"]}, reverse=True)
        if name in ("drums", "effects"):
            rows = {pitch: row for row, pitch in enumerate(pitches)}
            words = {pitch: stroke(pitch).label if name == "drums" else "effect" for pitch in pitches}
        else:
            high, low = pitches[0] + 1, pitches[-1] - 1
            rows = {pitch: high - pitch for pitch in range(low, high + 1)}
            words = {pitch: f"C{pitch // 12 - 1}" for pitch in rows if pitch % 12 == 0}
        yield Lane(name, tuple((part, colours[part.id]) for part in parts), rows, words)


def _layer(role: str) -> int:
    """Return when a role is drawn: what should stay readable comes last, on top."""
    return ("counter", "lead", "pad", "arpeggio", "chords", "bass", "drums", "effects").index(role)


def _legend_rows(score: Score) -> list[list[tuple[Part, str, int]]]:
    """Return the parts with their words and left edges, in as many rows as they need."""
    rows: list[list[tuple[Part, str, int]]] = [[]]
    x = LEFT
    for part in score.parts:
        words = f"{part.name or part.instrument or part.id} ({part.role})"
        width = round(_font(14).getlength(words)) + 40
        if x + width > WIDTH - RIGHT:
            rows.append([])
            x = LEFT
        rows[-1].append((part, words, x))
        x += width
    return rows


def _draw_head(
    pen: ImageDraw.ImageDraw, score: Score, legend: list[list[tuple[Part, str, int]]], colours: Mapping[str, Colour]
) -> None:
    bpm = score.tempo.bpm[0] / score.meter.pulse_beats
    facts = f"{score.title}  ·  {score.key}  ·  {score.meter}  ·  {bpm:.0f} BPM  ·  {score.duration:.1f} s"
    pen.text((LEFT, TOP), facts, INK, _font(20))
    for row, entries in enumerate(legend):
        y = TOP + 30 + row * LEGEND_ROW
        for part, words, x in entries:
            pen.rectangle((x, y + 3, x + 14, y + 15), fill=colours[part.id])
            pen.text((x + 20, y), words, INK, _font(14))


def _draw_system(pen: ImageDraw.ImageDraw, score: Score, lanes: tuple[Lane, ...], system: System) -> None:
    y = system.top + SECTION_HEIGHT + CHORD_HEIGHT
    for lane in lanes:
        _draw_rows(pen, score, lane, system, y)
        y += lane.height + GAP
    _draw_bars(pen, score, system, system.top + SECTION_HEIGHT + CHORD_HEIGHT, y - GAP)
    _draw_sections(pen, score, system)
    _draw_chords(pen, score, system)
    y = system.top + SECTION_HEIGHT + CHORD_HEIGHT
    for lane in lanes:
        _draw_notes(pen, score, lane, system, y)
        y += lane.height + GAP


def _draw_rows(pen: ImageDraw.ImageDraw, score: Score, lane: Lane, system: System, top: int) -> None:
    left, right = system.x(system.start), system.x(system.end)
    pen.rectangle((left, top, right, top + lane.height), outline=GRID)
    for pitch, row in lane.rows.items():
        y = top + row * lane.row_height
        pitched = lane.name not in ("drums", "effects")
        if (pitched and pitch % 12 not in score.key.scale) or (not pitched and row % 2):
            pen.rectangle((left, y, right, y + lane.row_height - 1), fill=OFF_SCALE)
        if pitch in lane.words:
            pen.text((LEFT - 6, y + lane.row_height / 2), lane.words[pitch], FAINT, _font(12), anchor="rm")
            if pitched:
                pen.line((left, y + lane.row_height - 1, right, y + lane.row_height - 1), fill=(200, 200, 210))


def _draw_bars(pen: ImageDraw.ImageDraw, score: Score, system: System, top: int, bottom: int) -> None:
    bar, pulse = score.meter.bar_beats, score.meter.pulse_beats
    steps = round((system.end - system.start) / pulse)
    for step in range(steps + 1):
        beat = system.start + step * pulse
        number = beat / bar
        on_bar = abs(number - round(number)) < 1e-6
        x = system.x(beat)
        pen.line((x, top, x, bottom), fill=FAINT if on_bar else GRID, width=2 if on_bar else 1)
        if on_bar and step < steps:
            pen.text((x + 3, bottom + 3), f"{round(number) + 1}", FAINT, _font(12))


def _draw_sections(pen: ImageDraw.ImageDraw, score: Score, system: System) -> None:
    for section in score.sections:
        if section.start >= system.end or section.end <= system.start:
            continue
        left, right = system.x(section.start), system.x(section.end)
        pen.rectangle((left, system.top, right - 2, system.top + SECTION_HEIGHT - 3), fill=KINDS[section.kind])
        begins = section.start >= system.start
        pen.text((left + 5, system.top + 1), section.name if begins else f"({section.name})", INK, _font(14))


def _draw_chords(pen: ImageDraw.ImageDraw, score: Score, system: System) -> None:
    for span in score.chords:
        if span.start >= system.end - 1e-6 or span.end <= system.start + 1e-6:
            continue
        symbol = span.chord.symbol(flats=score.key.uses_flats)
        begins = span.start >= system.start - 1e-6
        size = 16 if _font(16).getlength(symbol) < (span.end - span.start) * system.scale else 12
        place = (system.x(span.start) + 2, system.top + SECTION_HEIGHT + 2)
        pen.text(place, symbol if begins else f"({symbol})", INK, _font(size))


def _draw_notes(pen: ImageDraw.ImageDraw, score: Score, lane: Lane, system: System, top: int) -> None:
    names = FLAT_NAMES if score.key.uses_flats else SHARP_NAMES
    for part, colour in lane.parts:
        for onset, duration, pitch, velocity in part.notes.tolist():
            if onset >= system.end or onset + duration <= system.start:
                continue
            left = system.x(onset)
            right = max(left + 3, system.x(onset + (0.2 if lane.name == "drums" else duration)) - 1)
            y = top + lane.rows[pitch] * lane.row_height
            edge = colour if lane.name != "chords" else _shade(colour, 100)
            pen.rectangle((left, y, right, y + lane.row_height - 1), fill=_shade(colour, velocity), outline=edge)
            if lane.name in ("lead", "bass") and right - left > 13:
                ink = PAPER if velocity > 60 else INK
                pen.text((left + 2, y + lane.row_height / 2), names[pitch % 12], ink, _font(9), anchor="lm")


def _shade(colour: Colour, velocity: int) -> Colour:
    """Return a colour paled towards the paper by how soft a note is."""
    share = SHADOW + (1 - SHADOW) * velocity / 127
    red, green, blue = (round(255 - (255 - value) * share) for value in colour)
    return red, green, blue
