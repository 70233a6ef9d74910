"""The create form: what it offers, and reading what was sent. The rules about it are those of ``studio.brief``."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import QueryDict

from studio.brief import MASTERS, METERS, MODES, MOODS, Key, Problem, instruments_known
from studio.styles import COMPLEXITIES, Genre, Style, genres

NUMBERS = ("tempo", "duration", "seed")
TEXTS = ("genre", "substyle", "mood", "key", "complexity", "meter", "title", "form", "master")
LISTS = ("instruments", "avoid")
DETAILS = ("meter", "seed", "master", *LISTS)
"""Fields that stand in the part of the form that is folded away at first."""

FRESH = {"duration": 60, "complexity": "moderate"}
LENGTHS = (30, 60, 120, 180, 300)
MASTER_WORDS = {
    "streaming": "Streaming, −14 LUFS",
    "apple": "Apple Music, −16 LUFS",
    "club": "Club, −9 LUFS",
    "podcast": "Under speech, −20 LUFS",
    "broadcast": "Broadcast, −23 LUFS",
}

EMPTY_FORM = [
    {"name": name, "kind": kind, "bars": bars, "energy": energy}
    for name, kind, bars, energy in (
        ("Intro", "intro", 4, 0.2), ("Verse", "verse", 8, 0.45), ("Chorus", "chorus", 8, 0.8),
        ("Verse", "verse", 8, 0.5), ("Chorus", "chorus", 8, 0.9), ("Outro", "outro", 4, 0.25),
    )
]  # fmt: skip
"""The ribbon of a piece that is not yet known."""


def asked_from(data: QueryDict) -> dict[str, Any]:
    """Return what the form asks for: empty fields left out, numbers as numbers where they are ones."""
    texts = {name: str(data.get(name, "")).strip() for name in (*TEXTS, *NUMBERS)}
    asked: dict[str, Any] = {name: _number(text) if name in NUMBERS else text for name, text in texts.items() if text}
    return asked | {name: data.getlist(name) for name in LISTS if data.getlist(name)}


def _number(text: str) -> float | int | str:
    """Return the number; text that is none goes on as it is, so that the brief can say what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() else value


def by_field(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Return problems grouped by field, in the order met."""
    grouped: dict[str, list[Problem]] = {}
    for problem in problems:
        grouped.setdefault(problem.field, []).append(problem)
    return grouped


def create_choices(asked: Mapping[str, Any], problems: Mapping[str, list[Problem]]) -> dict[str, Any]:
    """Return what the create page's template needs to show the form filled with ``asked``."""
    known = genres()
    genre = known.get(str(asked.get("genre", "")))
    return {
        "genres": [_genre_card(entry) for entry in known.values()],
        "genre_ids": list(known),
        "shown_style": style_of(asked).id if genre else "",
        "moods": MOODS,
        "keys_by_mode": [(mode, [str(Key(tonic, mode)) for tonic in range(12)]) for mode in MODES],
        "complexities": COMPLEXITIES,
        "meters": METERS,
        "masters": [(name, MASTER_WORDS[name]) for name in MASTERS[1:]],
        "usual_master": MASTER_WORDS[MASTERS[0]],
        "lengths": LENGTHS,
        "wishes": [
            _wish("instruments", "With these instruments", asked, problems),
            _wish("avoid", "Without", asked, problems),
        ],
        "open_details": any(asked.get(name) or name in problems for name in DETAILS),
        "empty_form": EMPTY_FORM,
        "catalogue": catalogue(),
    }


def style_of(asked: Mapping[str, Any]) -> Style:
    """Return the style whose shape stands for a brief of a known genre: asked for, the mood's, or the default."""
    genre = genres()[asked["genre"]]
    change = genre.moods.get(str(asked.get("mood") or genre.mood))
    wanted = str(asked.get("substyle") or (change.substyle if change else ""))
    return genre.styles.get(wanted) or genre.styles[genre.default]


def form_shape(style: Style, form_id: str = "") -> list[dict[str, Any]]:
    """Return the sections of a form of the style (its first, unless named) as the ribbon draws them."""
    form = next((form for form in style.forms if form.id == form_id), style.forms[0])
    return [{"name": row.name, "kind": row.kind, "bars": row.bars, "energy": row.energy} for row in form.sections]


def shape_of(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the shape a brief will probably take, for a ribbon that is not made yet."""
    if asked.get("genre") not in genres():
        return EMPTY_FORM
    return form_shape(style_of(asked), str(asked.get("form") or ""))


def _genre_card(genre: Genre) -> dict[str, Any]:
    styles = [
        {"id": style.id, "name": style.name, "description": style.description, "form": form_shape(style)}
        for style in genre.styles.values()
    ]
    return {
        "id": genre.id,
        "name": genre.name,
        "description": genre.description,
        "form": form_shape(genre.styles[genre.default]),
        "styles": styles,
    }


def _wish(field: str, legend: str, asked: Mapping[str, Any], problems: Mapping[str, list[Problem]]) -> dict[str, Any]:
    """Return one list of chips: wishes name instruments, what to avoid may be a whole role too, roles first."""
    used = chairs()
    names = [name for name in instruments_known() if field == "avoid" or not used[name].is_role]
    names.sort(key=lambda name: not used[name].is_role)
    return {
        "field": field,
        "legend": legend,
        "choices": [{"id": name, "styles": " ".join(used[name].styles)} for name in names],
        "chosen": list(asked.get(field, ())),
        "problems": problems.get(field),
    }


@dataclass(frozen=True)
class Chair:
    """An instrument or a role, and the styles (``genre/style``) in which it plays."""

    is_role: bool
    styles: tuple[str, ...]


@lru_cache(maxsize=1)
def chairs() -> dict[str, Chair]:
    """Return every instrument and role by name."""
    seats = [
        (name, name == part.role, f"{genre.id}/{style.id}")
        for genre in genres().values()
        for style in genre.styles.values()
        for part in style.parts
        for name in (part.role, part.instrument, *part.alternatives)
    ]
    return {
        wanted: Chair(
            is_role=any(is_role for name, is_role, _ in seats if name == wanted),
            styles=tuple(dict.fromkeys(style for name, _, style in seats if name == wanted)),
        )
        for wanted in instruments_known()
    }


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """Return what the page's script needs to hint at a genre's tempo, keys and styles."""
    return {
        genre.id: {
            "name": genre.name,
            "default": genre.default,
            "mood": genre.mood,
            "moods": {mood: change.substyle for mood, change in genre.moods.items()},
            "styles": {
                style.id: {
                    "name": style.name,
                    "tempo": [style.tempo.min, style.tempo.typical, style.tempo.max],
                    "keys": list(style.keys),
                    "meters": list(style.meters),
                }
                for style in genre.styles.values()
            },
        }
        for genre in genres().values()
    }
