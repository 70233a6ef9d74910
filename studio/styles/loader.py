"""Reads the data files of this folder into ``Genre`` values and refuses what they do not mean."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from studio.errors import StudioError
from studio.score import ROLES, SECTION_KINDS
from studio.styles.model import COLOURS, COMPLEXITIES, Drums, Form, FormSection, Genre, Groove, MoodChange, Style
from studio.theory.key import MODES, Key
from studio.theory.meter import METERS
from studio.theory.numeral import parse_progression

FOLDER = Path(__file__).parent

DRUM_VOICES = {
    "KK": 36, "SN": 38, "RS": 37, "CP": 39, "HH": 42, "PH": 44, "OH": 46, "RD": 51, "RB": 53, "CR": 49, "CH": 52,
    "T1": 50, "T2": 47, "T3": 43, "SH": 82, "TB": 54, "CB": 56, "TI": 36, "TK": 41, "TA": 81,
    "BH": 60, "BL": 61, "CS": 62, "CO": 63, "CL": 64, "TH": 65, "TL": 66, "CA": 69, "MA": 70, "GS": 73, "GL": 74,
    "CV": 75,
}  # fmt: skip
"""Drum voice → General MIDI key; at the end bongos, congas, timbales, cabasa, maracas, guiro, claves. ``TI``, ``TK``
(timpani, taiko) play on kits of their own."""


DOUBLES = ("third", "sixth", "octave")
"""Intervals below the lead at which a part may sing along."""

GENRE_KEYS = {"name", "description", "default", "mood", "titles", "common", "substyles", "moods"}
DRUM_KEYS = {"grooves", "fills", "crash", "learned"}


class StyleError(StudioError):
    """A style file says something the library does not understand."""


@lru_cache(maxsize=1)
def genres() -> dict[str, Genre]:
    """Return every genre by id, in the alphabet's order. Raises ``StyleError`` naming file and field."""
    return {path.stem: load_genre(path) for path in sorted(FOLDER.glob("*.toml"))}


def load_genre(path: Path) -> Genre:
    """Read one genre file. Raises ``StyleError``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise StyleError(f"{path.name}: {error}") from error
    for name in ("name", "description", "default", "substyles", "moods"):
        if name not in data:
            raise StyleError(f"{path.name}: {name} is missing")
    _only(data, GENRE_KEYS, path.name)
    common = data.get("common", {})
    styles = {
        key: _style(path.stem, key, _merged(common, own), f"{path.name}: {key}")
        for key, own in data["substyles"].items()
    }
    moods = {mood: _build(MoodChange, row, f"{path.name}: moods.{mood}") for mood, row in data["moods"].items()}
    own = {key: data[key] for key in ("name", "description", "default", "mood", "titles") if key in data}
    genre: Genre = _build(Genre, {**own, "id": path.stem, "styles": styles, "moods": moods}, path.name)
    _check_genre(genre, path.name)
    return genre


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay ``own`` over ``common``; tables merge, everything else is replaced.

    ``false`` takes a key away, or says no where ``common`` says yes.
    """
    result = dict(common)
    for key, value in own.items():
        if value is False and key in result and not isinstance(result[key], bool):
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merged(result[key], value)
        else:
            result[key] = value
    return result


def _style(genre: str, style_id: str, data: dict[str, Any], where: str) -> Style:
    data = {**data, "genre": genre, "id": style_id}
    data["forms"] = tuple(_form(key, text, where) for key, text in data.get("forms", {}).items())
    data["parts"] = [_identified(key, row, f"{where}: part {key}") for key, row in data.get("parts", {}).items()]
    drums = data.get("drums", {})
    _only(drums, DRUM_KEYS, f"{where}: drums")
    data["drums"] = Drums(
        grooves=tuple(_groove(key, row, where) for key, row in drums.get("grooves", {}).items()),
        fills=tuple(_groove(key, row, where) for key, row in drums.get("fills", {}).items()),
        crash=drums.get("crash", True),
        learned=drums.get("learned", ""),
    )
    style: Style = _build(Style, data, where)
    _check_style(style, where)
    return style


def _identified(part_id: str, row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise StyleError(f"{where}: expected a table")
    return {"id": part_id, **row}


def _only(data: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := set(data) - known:
        raise StyleError(f"{where}: unknown key {', '.join(sorted(unknown))}")


def _form(form_id: str, text: str, where: str) -> Form:
    meter, _, order = text.rpartition(":")
    meter = meter.strip()
    if meter and meter not in METERS:
        raise StyleError(f"{where}: form {form_id}: {meter!r} is not a meter")
    sections = []
    for cell in order.split("|"):
        try:
            kind, *name, bars, energy = cell.split()
            sections.append(FormSection(kind, " ".join(name) or kind.title(), int(bars), float(energy)))
        except ValueError as error:
            raise StyleError(f"{where}: form {form_id}: {cell.strip()!r} is not 'kind name bars energy'") from error
        if kind not in SECTION_KINDS:
            raise StyleError(f"{where}: form {form_id}: {kind!r} is not a kind of section")
    return Form(form_id, tuple(sections), meter)


def _groove(groove_id: str, data: Mapping[str, Any], where: str) -> Groove:
    """A groove's voices stand beside its settings: ``{KK = "9...", SN = "....", min_energy = 0.4}``."""
    rows = {key: value for key, value in data.items() if key in DRUM_VOICES}
    rest = {key: value for key, value in data.items() if key not in DRUM_VOICES}
    groove: Groove = _build(Groove, {**rest, "id": groove_id, "rows": rows}, f"{where}: groove {groove_id}")
    for voice, row in rows.items():
        if set(row) - set(".123456789|"):
            raise StyleError(f"{where}: groove {groove_id}.{voice}: {row!r} holds more than rests and velocities")
    return groove


def _build(cls: Any, data: Any, where: str) -> Any:
    """Make a dataclass from a TOML table; lists become tuples; unknown and missing keys are errors."""
    if not isinstance(data, Mapping):
        raise StyleError(f"{where}: expected a table")
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}
    _only(data, set(known), where)
    values = {}
    for name, field in known.items():
        if name in data:
            values[name] = _coerce(hints[name], data[name], f"{where}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise StyleError(f"{where}: {name} is missing")
    return cls(**values)


def _coerce(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return value if isinstance(value, hint) else _build(hint, value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise StyleError(f"{where}: expected a list")
        inner = arguments[0] if arguments[-1] is Ellipsis else None
        return tuple(_coerce(inner or arguments[i], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise StyleError(f"{where}: expected a table")
        return {key: _coerce(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if hint is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, hint):
        raise StyleError(f"{where}: expected {hint.__name__}, got {value!r}")
    return value


def _check_style(style: Style, where: str) -> None:
    for meter in style.meters:
        if meter not in METERS:
            raise StyleError(f"{where}: {meter!r} is not a meter")
    for key in style.keys:
        _try(Key.parse, key, f"{where}: keys")
    for part in style.parts:
        if part.role not in ROLES:
            raise StyleError(f"{where}: part {part.id}: {part.role!r} is not a role")
        if part.doubles not in ("", *DOUBLES):
            raise StyleError(f"{where}: part {part.id}: doubles {part.doubles!r} is not one of {', '.join(DOUBLES)}")
    for text in _progressions(style):
        _try(parse_progression, text, f"{where}: harmony")


def _progressions(style: Style) -> list[str]:
    harmony = style.harmony
    tables: list[Mapping[str, tuple[str, ...]]] = [harmony.major, harmony.minor]
    for group in (harmony.sections, harmony.turnarounds, harmony.cadences):
        tables += list(group.values())
    return [text for table in tables for texts in table.values() for text in texts] + list(harmony.final.values())


def _check_genre(genre: Genre, where: str) -> None:
    if genre.default not in genre.styles:
        raise StyleError(f"{where}: the default {genre.default!r} is not one of its sub-styles")
    if genre.mood not in genre.moods:
        raise StyleError(f"{where}: its own mood {genre.mood!r} is not among its moods")
    for mood, change in genre.moods.items():
        if change.mode not in MODES:
            raise StyleError(f"{where}: mood {mood}: {change.mode!r} is not a mode")
        if change.colour not in COLOURS:
            raise StyleError(f"{where}: mood {mood}: {change.colour!r} is not one of {', '.join(COLOURS)}")
        if change.substyle and change.substyle not in genre.styles:
            raise StyleError(f"{where}: mood {mood}: {change.substyle!r} is not a sub-style")
    for style in genre.styles.values():
        for group in (style.harmony.turnarounds, style.harmony.cadences):
            for table in group.values():
                if unknown := set(table) - set(COMPLEXITIES):
                    raise StyleError(f"{where}: {style.id}: {unknown} is not a complexity")


def _try(parse: Any, text: str, where: str) -> None:
    try:
        parse(text)
    except ValueError as error:
        raise StyleError(f"{where}: {error}") from error
