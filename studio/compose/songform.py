"""Plans of songs drawn from n-grams of the sections of real ones (``studio/models/form.json``).

An n-gram says which kind of section comes next and how long it lasts; a form of the style dresses the kinds: it gives
each its name, the lengths it may have, and the energies that its returns rise through.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from studio.compose.ngram import Ngrams, read_ngrams
from studio.styles import Form, FormSection

START, END = "<s>", "</s>"
MODEL = Path(__file__).parents[1] / "models" / "form.json"

LIKE = {"build": "prechorus", "drop": "chorus"}
"""Kinds that the songs counted do not have → the kind that stands for them."""

SHORTEST_SONG, LONGEST_SONG = 55.0, 330.0
"""Seconds between which songs are planned like those counted; others keep to the forms of their style."""

OPENINGS = ("intro", "verse", "chorus")
ONCE_RUNNING = ("prechorus", "bridge", "theme", "solo", "break", "intro", "outro")
"""Kinds that a song may begin with, and kinds that do not follow themselves; others come twice running at most."""

LONE_RISE = 0.85
"""Where a form knows one energy of a kind that returns: the share of it that the kind begins with."""

MOST = {"bridge": 2, "break": 2, "solo": 2}
"""How often a kind may come at most."""

TWO_CHORUSES = 90.0
"""Seconds from which a song has two choruses at least."""

TRIES, DRAWN = 60, 6
"""How often a plan is tried, and how many are kept."""

SPREAD = 0.15
"""How far, as a share, the bars of a drawn plan may be from those asked for; fitting does the rest."""


@lru_cache(maxsize=1)
def song_forms() -> dict[str, Ngrams]:
    """Return the n-grams of ``kinds`` of section and of ``bars`` (see ``length_context``)."""
    return read_ngrams(MODEL.read_text(encoding="utf-8"))


def length_context(kind: str, before: int | None) -> tuple[str, ...]:
    """Return what the length of a section is predicted from: its kind, and how long its kind was the last time."""
    return (str(before or "new"), kind)


def surprise(sections: Sequence[FormSection]) -> float:
    """Return how unlike a song an order of sections is: −ln P for each of its sections, in the mean."""
    kinds = song_forms()["kinds"]
    words = [START, *(LIKE.get(section.kind, section.kind) for section in sections), END]
    likely = [kinds.probability(word, words[:index]) for index, word in enumerate(words) if index]
    return float(-np.mean(np.log(likely)))


def is_song(sections: Sequence[FormSection], seconds: float) -> bool:
    """Whether an order of sections has the choruses that a song of ``seconds`` needs, one of them its last word."""
    kinds = [section.kind for section in sections if section.kind != "outro"]
    return (
        kinds[0] in OPENINGS
        and kinds[-1] == "chorus"
        and kinds.count("chorus") >= 1 + (seconds > TWO_CHORUSES)
        and all(_follows(other, one) for one, other in pairwise(kinds))
    )


def _follows(kind: str, before: str) -> bool:
    """Whether a kind may come after another: what leads to a chorus leads there."""
    if before == "prechorus":
        return kind == "chorus"
    return kind != before or kind not in ONCE_RUNNING


def drawn_songs(forms: Sequence[Form], bars: int, bar_seconds: float, rng: np.random.Generator) -> list[Form]:
    """Return up to ``DRAWN`` plans of about ``bars`` bars of ``bar_seconds``, each dressed by one of ``forms``."""
    dresses = [form for form in forms if {"verse", "chorus", "outro"} <= {section.kind for section in form.sections}]
    if not dresses or not SHORTEST_SONG <= bars * bar_seconds <= LONGEST_SONG:
        return []
    found: list[Form] = []
    for _ in range(TRIES):
        dress = dresses[int(rng.integers(len(dresses)))]
        plan = _Song(dress, forms, bars, bar_seconds, rng).drawn()
        if plan and plan not in found:
            found.append(plan)
        if len(found) == DRAWN:
            break
    return found


class _Song:
    """One plan in the making: kinds and bars so far."""

    def __init__(
        self, dress: Form, forms: Sequence[Form], bars: int, bar_seconds: float, rng: np.random.Generator
    ) -> None:
        self.bars, self.seconds, self.rng = bars, bars * bar_seconds, rng
        self.dress, self.wardrobe = dress, _wardrobe(dress, forms)
        self.kinds: list[str] = []
        self.lengths: list[int] = []

    def drawn(self) -> Form | None:
        """Return the plan, or None where the draw led nowhere."""
        while not self.kinds or self.kinds[-1] != "outro":
            choices = [kind for kind in self.wardrobe if self._may_come(kind)]
            if not choices or sum(self.lengths) > self.bars * (1 + SPREAD):
                return None
            before = (START, *self.kinds)
            kind = choices[self._draw([song_forms()["kinds"].probability(kind, before) for kind in choices])]
            self.lengths.append(self._length(kind))
            self.kinds.append(kind)
        if abs(sum(self.lengths) / self.bars - 1) > SPREAD:
            return None
        sections = self._dressed()
        return Form(self.dress.id, sections, self.dress.meter) if is_song(sections, self.seconds) else None

    def _may_come(self, kind: str) -> bool:
        if not self.kinds:
            return kind in OPENINGS
        if self.kinds.count(kind) == MOST.get(kind):
            return False
        if kind == "outro":
            enough = self.kinds.count("chorus") >= 1 + (self.seconds > TWO_CHORUSES)
            return enough and self.kinds[-1] == "chorus" and sum(self.lengths) >= self.bars * (1 - SPREAD) - 8
        return _follows(kind, self.kinds[-1]) and self.kinds[-2:] != [kind, kind] and kind != "intro"

    def _length(self, kind: str) -> int:
        before = next(
            (bars for bars, old in zip(self.lengths[::-1], self.kinds[::-1], strict=True) if old == kind), None
        )
        lengths = sorted({section.bars for section in self.wardrobe[kind]})
        context = length_context(kind, before)
        return lengths[self._draw([song_forms()["bars"].probability(str(bars), context) for bars in lengths])]

    def _draw(self, likely: Sequence[float]) -> int:
        return int(self.rng.choice(len(likely), p=np.array(likely) / sum(likely)))

    def _dressed(self) -> tuple[FormSection, ...]:
        """Give every section its name and energy: the returns of a kind go through the names of the form in their
        order, and through its energies from the lowest to the highest."""
        come: dict[str, int] = defaultdict(int)
        sections = []
        for kind, bars in zip(self.kinds, self.lengths, strict=True):
            clothes, times = self.wardrobe[kind], self.kinds.count(kind)
            place = come[kind] / (times - 1) if times > 1 else 1.0 if kind == "chorus" else 0.0
            come[kind] += 1
            energies = sorted(section.energy for section in clothes)
            if times > len(energies) == 1:
                energies = [LONE_RISE * energies[0], *energies]
            energy = float(np.interp(place * (len(energies) - 1), range(len(energies)), energies))
            name = clothes[round(place * (len(clothes) - 1))].name
            sections.append(FormSection(kind, name, bars, round(energy, 3)))
        return tuple(sections)


def _wardrobe(dress: Form, forms: Sequence[Form]) -> dict[str, list[FormSection]]:
    """Return the sections of each kind: those of the dress, or of the first other form that has the kind."""
    known = song_forms()["kinds"].words
    found: dict[str, list[FormSection]] = {}
    for form in (dress, *forms):
        for kind in {section.kind: None for section in form.sections}:
            if kind in known and kind not in found:
                found[kind] = [section for section in form.sections if section.kind == kind]
    return found
