"""What a prompt says in numbers and signs: length, tempo, meter, key, seed, title. All by rule."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from studio.brief import TEMPO_RANGE
from studio.theory.key import MODE_ALIASES, MODES, Key


@dataclass(frozen=True)
class Reading:
    """A value of ``field`` read from the characters ``start`` … ``end`` of the prompt."""

    field: str
    value: Any
    start: int
    end: int


_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty five": 45, "forty-five": 45, "fifty": 50,
    "sixty": 60, "ninety": 90, "half a": 0.5, "half an": 0.5, "a couple of": 2,
    "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5,
}  # fmt: skip
_NUMBER = r"(?:\d{1,5}(?:[.,]\d{1,3})?[½¼¾]?|(?:" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + r")(?=[\s-]))"
_MINUTES, _SECONDS, _HOURS = (
    r"(?:minutes?|minuten?|mins?|(?<=\d)m|(?<=\d\s)m)\b",
    r"(?:seconds?|sekunden?|secs?|s)\b",
    r"(?:hours?|hrs?)\b",
)
_HALF = r"(?P<half>\s+and\s+a\s+half|\s+einhalb)?"
_DECADE = re.compile(r"\b(?:19|20)?[5-9]0'?s\b(?=\s+[a-z])(?!\s+(?:long|in length|of music|please))|\bthe [2-9]0s\b")
_MODE_NAMES = "|".join([*MODES, "maj", "min", "ionian", "aeolian", "dur", "moll"])
_GERMAN = {
    "h": "B", "b": "Bb", "cis": "C#", "dis": "D#", "fis": "F#", "gis": "G#", "ais": "A#",
    "es": "Eb", "as": "Ab", "des": "Db", "ges": "Gb",
}  # fmt: skip


def readings(text: str, folded: str) -> tuple[Reading, ...]:
    """Return what the prompt says in numbers, in its order; ``folded`` is ``text`` as ``fold`` returns it.

    Values: ``duration`` in seconds, ``tempo`` in BPM, ``meter`` and ``key`` as text that ``Brief`` reads, ``mode`` a
    mode without a tonic. What one reader took, the next does not see.
    """
    found: list[Reading] = []
    for read, source in _READERS:
        whole = text if source else folded
        for reading in read(_without(whole, found)):
            if not any(reading.start < other.end and other.start < reading.end for other in found):
                found.append(reading)
    return tuple(sorted((one for one in found if one.field), key=lambda reading: reading.start))


def _without(text: str, taken: list[Reading]) -> str:
    """Blank out what was taken; the blanks are no spaces, so that nothing is read across them."""
    for reading in taken:
        text = text[: reading.start] + "\x00" * (reading.end - reading.start) + text[reading.end :]
    return text


def _number(word: str) -> float:
    fraction = {"½": 0.5, "¼": 0.25, "¾": 0.75}.get(word[-1], 0.0)
    digits = word.rstrip("½¼¾").replace(",", ".")
    return _COUNTS[digits] if digits in _COUNTS else float(digits or 0) + fraction


# ----------------------------------------------------------------------------------------------------------- readers
def _titles(text: str) -> Iterator[Reading]:
    for match in re.finditer(
        r"\b(?:titled?|called|named|name)\s*(?:is|it|:|=)?\s*[\"'“‘„]([^\"”’“]{1,120}?)[\"'”’“](?!\w)",
        text,
        re.IGNORECASE,
    ):
        yield Reading("title", match.group(1).strip(), *match.span())


def _seeds(text: str) -> Iterator[Reading]:
    for match in re.finditer(r"\bseed\s*(?:is|of|:|=|#)?\s*(\d{1,16})\b", text):
        yield Reading("seed", int(match.group(1)), *match.span())


def _tempi(text: str) -> Iterator[Reading]:
    unit = r"(?:bpm|beats?\s*(?:per|a|/)\s*min(?:ute)?|schlage)\b"
    for match in re.finditer(rf"\b(\d{{2,3}})\s*(?:-|–|to|and|bis)\s*(\d{{2,3}})\s*{unit}", text):
        yield Reading("tempo", (int(match.group(1)) + int(match.group(2))) / 2, *match.span())
    plain = rf"\b(\d{{1,4}}(?:\.\d+)?)\s*-?\s*{unit}|\b(?:tempo|bpm)\s*(?:of|is|=|:|around|about|at)?\s*(\d{{2,4}})\b"
    for match in re.finditer(plain + r"|[♩q]\s*=\s*(\d{2,3})\b", text):
        if not re.match(r"\d+\s*(?:-|–|to|and|bis)\s*\d", text[match.start() :]):
            yield Reading("tempo", float(next(filter(None, match.groups()))), *match.span())
    follows = (
        r"(?!\s*(?:%|:|/|-|\.\d|\d|th\b|bars?\b|years?|minutes?|mins?\b|minuten|seconds?|secs?\b|sekunden|s\b|m\b))"
    )
    for match in re.finditer(rf"(?:\bat|@)\s*(?:around|about)?\s*(\d{{2,3}})\b{follows}", text):
        if TEMPO_RANGE[0] <= int(match.group(1)) <= TEMPO_RANGE[1]:
            yield Reading("tempo", float(match.group(1)), *match.span())


def _decades(text: str) -> Iterator[Reading]:
    """Take decades ("80s rock") away before they are read as seconds."""
    for match in _DECADE.finditer(text):
        yield Reading("", None, *match.span())


def _durations(text: str) -> Iterator[Reading]:
    dash = r"\s*-?\s*"
    tail = rf"(?:{dash}(?:and\s+|und\s+)?(?P<seconds>\d{{1,2}})(?:\s*{_SECONDS}|(?!\s*[-\w.:/%]))|\s+and\s+a\s+half)?"
    minutes = (
        rf"\b(?:(?P<low>\d{{1,5}})\s*(?:-|–|to|bis)\s*)?(?P<minutes>{_NUMBER}){_HALF}{dash}"
        rf"(?P<unit>{_MINUTES}|{_HOURS}|m(?=\d))"
    )
    for match in re.finditer(minutes + tail, text):
        count = _number(match["minutes"]) + (0.5 if match["half"] else 0.0)
        if match["low"]:
            count = (count + int(match["low"])) / 2
        scale = 3600 if match["unit"].startswith("h") else 60
        extra = int(match["seconds"]) if match["seconds"] else 30 if match.group().endswith("half") else 0
        yield Reading("duration", round(count * scale + extra, 3), *match.span())
    for match in re.finditer(rf"\b({_NUMBER}){dash}{_SECONDS}", text):
        if re.match(r"\d|\w{3,}", match.group(1)):
            yield Reading("duration", _number(match.group(1)), *match.span())
    for match in re.finditer(r"(?<![\d:/.])(\d{1,2}):([0-5]\d)(?![\d:])(?:\s*(?:min(?:utes?)?|long)\b)?", text):
        yield Reading("duration", int(match.group(1)) * 60 + int(match.group(2)), *match.span())


def _meters(text: str) -> Iterator[Reading]:
    for match in re.finditer(r"(?<![\d/])(\d{1,2})\s?/\s?(2|4|8|16)(?![\d/])", text):
        yield Reading("meter", f"{match.group(1)}/{match.group(2)}", *match.span())


def _keys(text: str) -> Iterator[Reading]:
    accidental = r"(?P<sign>\s?[#♯♭]|b(?![a-z])|[\s-]?(?:sharp|flat)\b)?"
    named = (
        rf"\b(?P<lead>(?:in|key of|key:|key)\s+(?:the\s+key\s+of\s+)?)?(?P<note>[A-Ga-g]){accidental}"
        rf"[\s-]*(?P<mode>{_MODE_NAMES})\b"
        r"(?P<noun>[\s-]*(?:key|mode|scale|feel|mood|vibe|tune|song|piece|chord|third))?"
    )
    for match in re.finditer(named, text, re.IGNORECASE):
        german = match["mode"].lower() in ("dur", "moll")
        bare_a = match["note"] == "a" and not match["sign"] and not german
        is_article = bare_a and (match["noun"] or not match["lead"])
        if not is_article and not (german and match["note"] + (match["sign"] or "") == "b"):
            yield Reading("key", _key(match["note"], match["sign"], match["mode"]), match.start(), match.end("mode"))
    for match in re.finditer(rf"\b({'|'.join(_GERMAN)})[\s-](dur|moll)\b", text, re.I):
        yield Reading("key", _key(_GERMAN[match.group(1).lower()], None, match.group(2)), *match.span())
    bare = rf"\b(?:in|key of|key:|key)\s+(?:the\s+key\s+of\s+)?(?P<note>[A-G]){accidental}(?P<minor>m)?(?![\w'’])"
    for match in re.finditer(bare, text):
        yield Reading("key", _key(match["note"], match["sign"], "minor" if match["minor"] else "major"), *match.span())
    for match in re.finditer(r"(?<![\w#])(?P<note>[A-G])(?P<sign>[#b♯♭])?m(?=\s*(?:$|[,.;]|key))", text):
        yield Reading("key", _key(match["note"], match["sign"], "minor"), *match.span())


def _key(note: str, sign: str | None, mode: str) -> str:
    sign = (sign or "").strip(" -").lower()
    name = note.upper() + {"sharp": "#", "♯": "#", "flat": "b", "♭": "b"}.get(sign, sign) if len(note) == 1 else note
    mode = {"dur": "major", "moll": "minor"}.get(mode.lower(), mode.lower())
    return str(Key.parse(f"{name} {MODE_ALIASES.get(mode, mode)}"))


def _modes(text: str) -> Iterator[Reading]:
    """Take modes that came without a tonic: "in a minor key", "dorian", "in major"."""
    for match in re.finditer(rf"\b(?:in\s+)?(?:an?\s+)?({_MODE_NAMES})[\s-]+(?:key|mode|scale|tonality)\b", text):
        yield Reading("mode", _mode(match.group(1)), *match.span())
    for match in re.finditer(r"\bin\s+(major|minor|dur|moll)\b|\b(dorian|phrygian|lydian|mixolydian|locrian)\b", text):
        yield Reading("mode", _mode(match.group(1) or match.group(2)), *match.span())


def _mode(name: str) -> str:
    name = {"dur": "major", "moll": "minor"}.get(name, name)
    return MODE_ALIASES.get(name, name)


_READERS: tuple[tuple[Callable[[str], Iterator[Reading]], bool], ...] = (
    (_titles, True),
    (_seeds, False),
    (_tempi, False),
    (_decades, False),
    (_meters, False),
    (_durations, False),
    (_keys, True),
    (_modes, False),
)
"""Readers in the order in which they may take, and whether they read the text as written (case tells a key)."""
