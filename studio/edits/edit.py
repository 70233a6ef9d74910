"""What may be asked of a finished piece. An ``Edit`` that exists is valid by itself; ``for_piece`` tells what one piece
cannot give."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from studio.brief import BriefError, Problem
from studio.edits.cutdown import LENGTHS
from studio.score import ROLES

KINDS = ("cutdown", "loop", "version", "fade")

VERSIONS: Mapping[str, tuple[str, ...]] = {
    "instrumental": ROLES,
    "no-drums": tuple(role for role in ROLES if role != "drums"),
    "no-melody": tuple(role for role in ROLES if role not in ("lead", "counter")),
    "drums-and-bass": ("drums", "bass"),
}
"""Version → the roles that play in it. In an instrumental nobody sings."""

FADE_RANGE = (0.1, 60.0)
FIELDS = ("kind", "seconds", "section", "version", "fade_in", "fade_out")


@dataclass(frozen=True)
class Edit:
    """An edit of ``kind``: ``cutdown`` to ``seconds``; ``loop`` of the section called ``section`` (empty: the
    strongest); ``version`` (of ``VERSIONS``); ``fade``: in over ``fade_in`` seconds, and instead of its ending out over
    ``fade_out``."""

    kind: str
    seconds: float = 0.0
    section: str = ""
    version: str = ""
    fade_in: float = 0.0
    fade_out: float = 0.0

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Edit":
        """Read an edit from plain values; empty ones count as absent. Raises ``BriefError`` with every problem."""
        given = {name: value for name, value in data.items() if value not in (None, "", 0, 0.0)}
        problems = [
            Problem(name, "unknown_field", f"{name}: no such field", FIELDS) for name in given if name not in FIELDS
        ]
        kind = given.get("kind")
        if kind not in KINDS:
            problems.append(_choice("kind", kind, KINDS))
        own = {"cutdown": ("seconds",), "loop": ("section",), "version": ("version",), "fade": ("fade_in", "fade_out")}
        foreign = sorted(set(given) & set(FIELDS) - {"kind", *own.get(str(kind), FIELDS)})
        problems += [Problem(name, "contradiction", f"{name}: a {kind} has none") for name in foreign]
        problems += _value_problems(kind, given)
        if problems:
            raise BriefError(tuple(problems))
        values: dict[str, Any] = {n: float(value) if isinstance(value, int) else value for n, value in given.items()}
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that ``from_mapping`` reads back."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def label(self) -> str:
        """What is added to a title and, with hyphens, to a file's name."""
        if self.kind == "cutdown":
            return f"{self.seconds:g} s"
        if self.kind == "loop":
            return f"{self.section} loop".strip()
        return self.version.replace("-", " ") if self.kind == "version" else "fade"

    def for_piece(self, *, duration: float, sections: Sequence[str]) -> "Edit":
        """Return the edit with the piece's own spelling of names; raises ``BriefError`` for what it cannot give."""
        problems = []
        if self.kind == "cutdown" and self.seconds >= duration:
            message = f"seconds: the piece has {duration:g}; a cutdown must be shorter than {self.seconds:g}"
            problems.append(Problem("seconds", "too_long", message, [n for n in LENGTHS if n < duration]))
        if self.kind == "fade" and self.fade_in + self.fade_out > duration / 2:
            message = f"fade_out: fades of {self.fade_in + self.fade_out:g} s are more than half of {duration:g}"
            problems.append(Problem("fade_out", "too_long", message, duration / 2))
        names = {name.casefold(): name for name in sections}
        if self.section and self.section.casefold() not in names:
            message = f"section: {self.section!r} is not in this piece, which has {', '.join(dict.fromkeys(sections))}"
            problems.append(Problem("section", "not_in_piece", message, tuple(dict.fromkeys(sections))))
        if problems:
            raise BriefError(tuple(problems))
        return Edit(**{**asdict(self), "section": names.get(self.section.casefold(), "")})


def _value_problems(kind: object, given: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if kind == "cutdown" and given.get("seconds") not in LENGTHS:
        problems.append(_choice("seconds", given.get("seconds"), LENGTHS))
    if kind == "version" and given.get("version") not in VERSIONS:
        problems.append(_choice("version", given.get("version"), tuple(VERSIONS)))
    if not isinstance(given.get("section", ""), str):
        problems.append(Problem("section", "not_text", f"section: {given['section']!r} is not a name"))
    if kind == "fade":
        problems += [_fade(name, given[name]) for name in ("fade_in", "fade_out") if _bad(given.get(name))]
        if not {"fade_in", "fade_out"} & set(given):
            problems.append(Problem("fade_out", "required", "fade_out: give seconds to fade in or out", FADE_RANGE))
    return problems


def _bad(value: object) -> bool:
    if value is None:
        return False
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return not (number and FADE_RANGE[0] <= float(value) <= FADE_RANGE[1])  # type: ignore[arg-type]


def _fade(name: str, value: object) -> Problem:
    low, high = FADE_RANGE
    return Problem(name, "out_of_range", f"{name}: {value!r} is not between {low:g} and {high:g} seconds", FADE_RANGE)


def _choice(name: str, value: object, allowed: Sequence[Any]) -> Problem:
    words = ", ".join(f"{choice:g}" if isinstance(choice, float) else str(choice) for choice in allowed)
    if value is None:
        return Problem(name, "required", f"{name}: choose from {words}", tuple(allowed))
    return Problem(name, "not_allowed", f"{name}: {value!r} is not one of {words}", tuple(allowed))
