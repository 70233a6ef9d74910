"""What a person asked for. A ``Brief`` that exists is valid; ``BriefError`` carries every problem at once."""

import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from studio.errors import StudioError
from studio.instruments import INSTRUMENTS
from studio.score import ROLES
from studio.styles import COMPLEXITIES, Genre, Style, genres
from studio.theory.key import MODES, Key
from studio.theory.meter import METERS, Meter

MOODS = (
    "happy", "sad", "calm", "energetic", "dark", "romantic",
    "epic", "mysterious", "hopeful", "aggressive", "dreamy", "playful",
)  # fmt: skip
TEMPO_RANGE = (40.0, 240.0)
DURATION_RANGE = (30.0, 600.0)
SEED_RANGE = (0, 2**53 - 1)
TITLE_LENGTH = 120
MASTERS = ("streaming", "apple", "club", "podcast", "broadcast")
"""What a master may be made for; ``studio.mix.master`` says how loud each is."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a brief (or, as a warning, one thing unusual) and what would be right."""

    field: str
    code: str
    message: str
    allowed: Any = None


class BriefError(StudioError):
    """A brief that cannot be composed; ``problems`` lists everything at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Brief:
    """What to compose. ``None`` and empty values leave the choice to the composer.

    ``tempo`` in pulses a minute (dotted quarters in compound meters), ``duration`` in seconds. ``instruments`` and
    ``avoid`` hold instrument ids or roles (``drums``, ``bass``, …). ``master`` is one of ``MASTERS``.
    """

    genre: str
    mood: str
    duration: float
    complexity: str
    seed: int
    substyle: str = ""
    key: Key | None = None
    tempo: float | None = None
    meter: Meter | None = None
    title: str = ""
    instruments: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    form: str = ""
    master: str = "streaming"
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Brief":
        """Read a brief from plain values (JSON, a form, a command line); empty strings count as absent.

        A missing seed is drawn by chance. Raises ``BriefError`` with every problem.
        """
        given = {name: value for name, value in data.items() if value not in (None, "", [], ())}
        values: dict[str, Any] = {}
        problems = [
            Problem(name, "unknown_field", f"{name}: no such field", tuple(READERS))
            for name in given
            if name not in READERS
        ]
        for name, read in READERS.items():
            if name not in given:
                continue
            try:
                values[name] = read(given[name])
            except _RefusedError as refusal:
                problems.append(Problem(name, refusal.code, f"{name}: {refusal}", refusal.allowed))
        failed = {problem.field for problem in problems}
        problems += [rule.problem(values) for rule in RULES if rule.field not in failed and rule.broken(values)]
        if problems:
            raise BriefError(tuple(problems))
        values = {"duration": 60.0, "complexity": "moderate", "seed": secrets.randbelow(2**31), **values}
        values.setdefault("mood", genres()[values["genre"]].mood)
        warnings = tuple(advice.problem(values) for advice in ADVICE if advice.broken(values))
        known = {entry.name for entry in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known}, warnings=warnings)

    @property
    def style(self) -> Style:
        """The sub-style asked for, else the one the mood prefers, else the genre's default."""
        return _style({"genre": self.genre, "mood": self.mood, "substyle": self.substyle})

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that ``from_mapping`` reads back to the same brief."""
        plain = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "warnings"}
        plain |= {"key": str(self.key) if self.key else None, "meter": str(self.meter) if self.meter else None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


class _RefusedError(ValueError):
    """A single value that will not do."""

    def __init__(self, code: str, message: str, allowed: Any = None) -> None:
        super().__init__(message)
        self.code, self.allowed = code, allowed


# ------------------------------------------------------------------------------------------ reading single fields
def _choice(options: Callable[[], tuple[str, ...]]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value.strip().lower() not in options():
            raise _RefusedError("not_allowed", f"{value!r} is not one of {', '.join(options())}", options())
        return value.strip().lower()

    return read


def _number(low: float, high: float, unit: str, *, whole: bool = False) -> Callable[[Any], Any]:
    def read(value: Any) -> float | int:
        try:
            if isinstance(value, bool):
                raise ValueError
            number = float(value)
            if math.isnan(number):
                raise ValueError
        except OverflowError:  # a whole number of hundreds of digits
            number = math.inf if value > 0 else -math.inf
        except (TypeError, ValueError):
            raise _RefusedError("not_a_number", f"{value!r} is not a number", [low, high]) from None
        if not low <= number <= high:
            side, bound = ("above", high) if number > high else ("below", low)
            raise _RefusedError("out_of_range", f"{value} is {side} {bound:.16g}{unit}", [low, high])
        if whole and not number.is_integer():
            raise _RefusedError("not_whole", f"{value} is not a whole number", [low, high])
        return int(number) if whole else number

    return read


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise _RefusedError("not_text", f"{value!r} is not text")
        text = " ".join(value.split())
        if len(text) > longest:
            raise _RefusedError("too_long", f"{len(text)} characters are more than {longest}", longest)
        if not text.isprintable():
            raise _RefusedError("not_printable", "has characters that cannot be printed")
        return text

    return read


def _key(value: Any) -> Key:
    try:
        return Key.parse(value)
    except (TypeError, ValueError, AttributeError):
        allowed = tuple(MODES)
        raise _RefusedError("not_a_key", f"{value!r} is not a note and a mode such as 'C minor'", allowed) from None


def _meter(value: Any) -> Meter:
    try:
        return Meter.parse(str(value))
    except ValueError as error:
        raise _RefusedError("not_allowed", str(error), METERS) from None


def _instruments(value: Any) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise _RefusedError("not_a_list", f"{value!r} is not a list of instruments", instruments_known())
    cleaned = tuple(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    if unknown := [name for name in cleaned if name not in instruments_known()]:
        raise _RefusedError("not_allowed", f"{', '.join(unknown)}: no such instrument", instruments_known())
    return cleaned


def instruments_known() -> tuple[str, ...]:
    """Return every instrument and role that a brief may ask for or avoid."""
    return (*INSTRUMENTS, *ROLES)


READERS: dict[str, Callable[[Any], Any]] = {
    "genre": _choice(lambda: tuple(genres())),
    "substyle": _choice(lambda: tuple(dict.fromkeys(key for genre in genres().values() for key in genre.styles))),
    "mood": _choice(lambda: MOODS),
    "complexity": _choice(lambda: COMPLEXITIES),
    "key": _key,
    "tempo": _number(*TEMPO_RANGE, " BPM"),
    "duration": _number(*DURATION_RANGE, " seconds"),
    "meter": _meter,
    "seed": _number(*SEED_RANGE, "", whole=True),
    "title": _text(TITLE_LENGTH),
    "instruments": _instruments,
    "avoid": _instruments,
    "form": _text(40),
    "master": _choice(lambda: MASTERS),
    "lyrics": _text(5000),
    "vocals": _text(40),
}
"""Field → how its value is read."""


# ----------------------------------------------------------------------------------------- rules across the fields
@dataclass(frozen=True)
class _Rule:
    """``test`` tells whether the values break the rule; ``message`` and ``allowed`` may look at them too."""

    field: str
    code: str
    test: Callable[[Mapping[str, Any]], object]
    message: Callable[[Mapping[str, Any]], str]
    allowed: Callable[[Mapping[str, Any]], Any] = lambda _values: None

    def broken(self, values: Mapping[str, Any]) -> bool:
        return bool(self.test(values))

    def problem(self, values: Mapping[str, Any]) -> Problem:
        return Problem(self.field, self.code, f"{self.field}: {self.message(values)}", self.allowed(values))


def _genre(values: Mapping[str, Any]) -> Genre | None:
    return genres().get(values.get("genre", ""))


def _style(values: Mapping[str, Any]) -> Style:
    genre = genres()[values["genre"]]
    change = genre.moods.get(values.get("mood") or genre.mood)
    chosen = values.get("substyle") or (change.substyle if change else "") or genre.default
    return genre.styles[chosen]


def _forms(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(form.id for form in _style(values).forms) if _fits(values) else ()


def _fits(values: Mapping[str, Any]) -> bool:
    genre = _genre(values)
    return genre is not None and values.get("substyle", genre.default) in genre.styles


def _both(values: Mapping[str, Any]) -> list[str]:
    return sorted(set(values.get("instruments", ())) & set(values.get("avoid", ())))


def _unseated(values: Mapping[str, Any]) -> list[str]:
    """Wanted instruments and roles that no chair of the style can take."""
    parts = _style(values).parts
    roles = {part.role for part in parts}
    alternatives = {name for part in parts for name in (part.instrument, *part.alternatives)}
    able = {name: INSTRUMENTS[name].roles if name in INSTRUMENTS else (name,) for name in values.get("instruments", ())}
    return [name for name, fit in able.items() if name not in alternatives and not roles & set(fit)]


def _modes(values: Mapping[str, Any]) -> set[str]:
    moods = genres()[values["genre"]].moods.values()
    return {Key.parse(key).mode for key in _style(values).keys} | {change.mode for change in moods}


# fmt: off
RULES = (
    _Rule("genre", "required", lambda v: "genre" not in v, lambda v: "is required", lambda v: tuple(genres())),
    _Rule("substyle", "not_in_genre", lambda v: _genre(v) and not _fits(v),
          lambda v: f"{v['substyle']!r} is not a kind of {v['genre']}", lambda v: tuple(genres()[v["genre"]].styles)),
    _Rule("form", "not_in_style", lambda v: "form" in v and _fits(v) and v["form"] not in _forms(v),
          lambda v: f"{v['form']!r} is not one of {', '.join(_forms(v))}", _forms),
    _Rule("avoid", "contradiction", _both, lambda v: f"{', '.join(_both(v))} cannot be both wanted and avoided"),
    _Rule("avoid", "nobody_left",
          lambda v: _fits(v) and {part.role for part in _style(v).parts} <= set(v.get("avoid", ())),
          lambda v: f"without {', '.join(v['avoid'])} nobody is left to play"),
    _Rule("lyrics", "needs_vocals", lambda v: "lyrics" in v and "vocals" not in v,
          lambda v: "lyrics need a voice: set vocals too"),
    _Rule("vocals", "not_available", lambda v: "vocals" in v, lambda v: "singing is not available yet"),
)
"""Dependencies between fields: breaking one refuses the brief."""

ADVICE = (
    _Rule("tempo", "unusual_tempo",
          lambda v: "tempo" in v and not _style(v).tempo.min * 0.92 <= v["tempo"] <= _style(v).tempo.max * 1.08,
          lambda v: f"{v['tempo']:g} BPM is unusual; common: {_style(v).tempo.min:g}–{_style(v).tempo.max:g}",
          lambda v: [_style(v).tempo.min, _style(v).tempo.max]),
    _Rule("key", "unusual_mode", lambda v: "key" in v and v["key"].mode not in _modes(v),
          lambda v: f"{v['key'].mode} is rare in {_style(v).name}; common: {', '.join(sorted(_modes(v)))}",
          lambda v: sorted(_modes(v))),
    _Rule("key", "mood_and_mode",
          lambda v: "key" in v and v["key"].is_minor != (MODES[genres()[v["genre"]].moods[v["mood"]].mode][2] == 3),
          lambda v: f"{v['mood']} music is more often in {genres()[v['genre']].moods[v['mood']].mode}"),
    _Rule("instruments", "no_chair", _unseated,
          lambda v: f"{', '.join(_unseated(v))}: {_style(v).name} has no chair for it, so it is left out"),
    _Rule("meter", "unusual_meter", lambda v: "meter" in v and str(v["meter"]) not in _style(v).meters,
          lambda v: f"{v['meter']} is rare in {_style(v).name}; common: {', '.join(_style(v).meters)}",
          lambda v: _style(v).meters),
)
"""Consistency: worth a word to the person, never a refusal."""
# fmt: on
