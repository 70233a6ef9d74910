"""How a generation is told on a page: its facts, files and verdicts in words."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from generation.forms import shape_of
from generation.models import Generation, GenerationFile
from generation.states import OPEN, State
from generation.templatetags.portal import clock, look, sign, trimmed
from studio.deliver import FORMATS
from studio.styles import genres

PLAYED = ("mp3", "mp3-192", "flac", "wav")
"""Formats a browser can play, the one to play first."""

WISHES = ("duration", "tempo", "tempo_heard", "key", "key_heard", "loudness", "true_peak")
"""Rows of the review that stand first."""

CANCELLED = "You cancelled this one. Nothing was kept of it."
FAILED = "The music could not be made. Please try again."


VERDICTS = {
    "pass": ("good", "circle-check", "As asked"),
    "warn": ("busy", "triangle-alert", "Check"),
    "fail": ("bad", "circle-x", "Off"),
    "info": ("off", "info", "Measured"),
}
"""Verdict of a review → tone, icon and word."""


def stage_of(generation: Generation) -> str:
    """Return what is happening: the worker's own words, else the state's."""
    return generation.message or State(generation.state).label


def reason_of(generation: Generation) -> str:
    """Return why an ended generation has no music, in a sentence to act on."""
    return CANCELLED if generation.state == State.CANCELLED else generation.error_message or FAILED


def measured_or_asked(generation: Generation, name: str) -> Any:
    """Return a value as the review measured it on the result, else as the brief asks for it."""
    measured = next((row.get("measured") for row in generation.review if row.get("name") == name), None)
    return measured if measured is not None else generation.brief.get(name)


def length_of(generation: Generation) -> float:
    """Return the length in seconds, as measured where there is music."""
    return float(measured_or_asked(generation, "duration") or 0.0)


def style_words(generation: Generation) -> list[str]:
    """Return genre (or sub-style) and mood as they are read."""
    genre = genres().get(generation.genre)
    style = genre.styles.get(str(generation.brief.get("substyle") or "")) if genre else None
    names = [genre.name if genre else generation.genre, style.name if style else "", generation.brief.get("mood") or ""]
    return [str(name) for name in names if name]


def facts_of(generation: Generation) -> list[str]:
    """Return the line under a track's title."""
    tempo = measured_or_asked(generation, "tempo")
    facts = [
        *style_words(generation),
        sign(measured_or_asked(generation, "key")),
        f"{trimmed(round(float(tempo), 1))} BPM" if tempo else "",
        generation.brief.get("meter") or "",
        clock(length_of(generation)),
        f"seed {generation.brief['seed']}" if generation.brief.get("seed") is not None else "",
    ]
    return [fact for fact in facts if fact]


def file_rows(generation: Generation) -> list[dict[str, Any]]:
    """Return the downloads: label, size in bytes, name and address, in the order of the format table."""
    order = list(FORMATS)
    files = sorted(generation.files.all(), key=lambda file: order.index(file.format) if file.format in order else 99)
    return [
        {
            "label": FORMATS[file.format].label if file.format in FORMATS else file.format.upper(),
            "size": file.size,
            "name": file.name,
            "url": file_url(generation, file),
        }
        for file in files
    ]


def file_url(generation: Generation, file: GenerationFile) -> str:
    """Return the portal's address of a file."""
    return reverse("track_file", args=[generation.public_id, file.name])


def source_of(generation: Generation) -> str:
    """Return the address of the file to play; empty when there is none."""
    by_format = {file.format: file for file in generation.files.all()}
    best = next((by_format[kind] for kind in PLAYED if kind in by_format), None)
    return file_url(generation, best) if best else ""


def review_rows(generation: Generation) -> list[dict[str, Any]]:
    """Return the review card's rows in words; ``first`` marks those to show at once: the wishes, and what is off."""
    rows = []
    for row in generation.review:
        tone, icon, word = VERDICTS.get(str(row.get("verdict")), VERDICTS["info"])
        rows.append(
            {
                "label": row.get("label") or row.get("name", ""),
                "asked": _with_unit(row, "asked"),
                "measured": _with_unit(row, "measured"),
                "note": row.get("note", ""),
                "first": row.get("name") in WISHES or tone in ("busy", "bad"),
                "tone": tone,
                "icon": icon,
                "word": word,
            }
        )
    return rows


def _with_unit(row: Mapping[str, Any], column: str) -> str:
    """Return a value as it is read: 30.0 s as a clock's time, keys with their signs, numbers with their unit."""
    value, unit = row.get(column), row.get("unit") or ""
    if value is None or value == "":
        return "–"
    if row.get("name") == "duration":
        return f"{clock(value)} ({float(value):.1f} s)" if column == "measured" else clock(value)
    if row.get("name") in ("key", "key_heard"):
        return sign(value)
    plain = (
        f"{value:.1f}" if isinstance(value, float) and value.is_integer() and column == "measured" else trimmed(value)
    )
    text = plain.replace("-", "−")
    return f"{text}{'' if unit == '%' else ' '}{unit}" if unit else text


def library_row(generation: Generation) -> dict[str, Any]:
    """Return what one row of the library shows."""
    is_open = generation.state in OPEN
    fraction = None if generation.is_completed else generation.progress / 100 if is_open else 0.0
    return {
        "public_id": generation.public_id,
        "title": generation.title,
        "what": style_words(generation),
        "key": measured_or_asked(generation, "key"),
        "tempo": measured_or_asked(generation, "tempo"),
        "duration": length_of(generation),
        "sections": generation.sections or shape_of(generation.brief),
        "peaks": generation.peaks,
        "fraction": fraction,
        "mark": f"ribbon-{generation.public_id.hex[:8]}",
        "progress": generation.progress,
        "source": source_of(generation) if generation.is_completed else "",
        "is_open": is_open,
        "is_completed": generation.is_completed,
        "look": look(generation.state),
    }
