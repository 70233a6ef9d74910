"""How a generation is told on a page: its facts, files and verdicts in words."""

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

CANCELLED = "You cancelled this one. Nothing was kept of it."
FAILED = "The music could not be made. Please try again."


VERDICTS = {
    "pass": ("good", "circle-check", "As asked"),
    "warn": ("busy", "triangle-alert", "Near"),
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
    """Return a value as it was measured on the result, else as the brief asks for it."""
    return generation.measured.get(name) or generation.brief.get(name)


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
    """Return the review card's rows in words: what, asked, measured, and the verdict's tone, icon and word."""
    rows = []
    for row in generation.review:
        tone, icon, word = VERDICTS.get(str(row.get("verdict")), VERDICTS["info"])
        told = {key: trimmed(row.get(key)) for key in ("asked", "measured")}
        rows.append({"name": row.get("name", ""), **told, "tone": tone, "icon": icon, "word": word})
    return rows


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
