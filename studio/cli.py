"""``python -m studio …``: arguments in, words and JSON out."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.brief import MASTERS, READERS, Brief, BriefError, Problem
from studio.deliver import FORMATS
from studio.deliver.drawing import add_draw, draw
from studio.edits.command import add_edit, edit_command
from studio.errors import StudioError
from studio.preview import add_preview, preview_command
from studio.produce import DEFAULT_FORMATS, Track, file_name, produce
from studio.prompt import add_understand, prompted, understand_command
from studio.record import free_name, read_record, write_record
from studio.review import Row
from studio.separate import add_separate, separate_command
from studio.variations import LAYERS, section_asked, steps_asked
from studio.watermark.command import add_detect, detect_command

BAD_BRIEF, FAILED, STOPPED = 2, 1, 130
BAR_WIDTH = 28

OPTIONS = {
    "genre": "jazz, rock, …",
    "substyle": "a kind of the genre",
    "mood": "calm, energetic, …",
    "complexity": "simple, moderate or complex",
    "key": "such as 'C minor' or 'D dorian'",
    "tempo": "BPM, 40–240",
    "duration": "seconds, 30–600",
    "meter": "4/4, 3/4, 6/8 or 12/8",
    "seed": "a whole number: the same seed, the same music",
    "title": "title of the piece",
    "instruments": "instruments wanted, with commas",
    "avoid": "instruments or roles avoided, with commas",
    "form": "a form of the style",
    "master": f"how loud: {', '.join(MASTERS)}",
}
"""Brief fields that the command line offers, with a word on each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 done, 1 failed, 2 a bad brief, 130 stopped."""
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except KeyboardInterrupt:
        print("\nStopped; no file was left.", file=sys.stderr)
        return STOPPED
    except StudioError as error:
        print(f"\n{error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"\n{error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m studio", description="Original music from a brief.")
    commands = parser.add_subparsers(dest="command", required=True)
    compose = commands.add_parser("compose", help="compose, render and master a track")
    for field, words in OPTIONS.items():
        compose.add_argument(f"--{field}", help=words)
    compose.add_argument("--prompt", help="the wish in words; the options beside it win")
    vary = commands.add_parser("vary", help="draw parts of a finished track again; all else stays")
    vary.add_argument("track", type=Path, help="the JSON file beside the track's files")
    vary.add_argument("--vary", default="", help=f"layers, with commas: {', '.join(LAYERS)}")
    vary.add_argument(
        "--section",
        action="append",
        default=[],
        metavar="NAME[=LAYERS]",
        help="only there; all layers if none is named",
    )
    vary.add_argument("--extend", type=float, metavar="SECONDS", help="make it longer")
    for command in (compose, vary):
        command.add_argument("--formats", default=",".join(DEFAULT_FORMATS), help=f"any of {', '.join(FORMATS)}")
        command.add_argument("--out", type=Path, default=Path(), help="folder for the files (default: here)")
        command.add_argument("--json", action="store_true", help="print one JSON object instead of words")
    add_edit(commands)
    add_preview(commands, OPTIONS)
    add_draw(commands)
    add_understand(commands)
    add_separate(commands)
    add_detect(commands)
    return parser


def _compose(options: argparse.Namespace) -> int:
    formats, problems = _formats(options)
    try:
        fields, understood = prompted(options, {field: getattr(options, field, None) for field in READERS})
        brief = Brief.from_mapping(fields)
    except BriefError as error:
        problems = [*error.problems, *problems]
    if problems:
        _print_problems(problems, as_json=options.json)
        return BAD_BRIEF
    for warning in brief.warnings:
        print(f"note: {warning.message}", file=sys.stderr)
    options.out.mkdir(parents=True, exist_ok=True)
    track = produce(brief, options.out, formats=formats, progress=_bar if sys.stderr.isatty() else None)
    _told(track, options, file_name(track.title), {"understood": understood.as_dict()} if understood else {})
    return 0


def _vary(options: argparse.Namespace) -> int:
    formats, problems = _formats(options)
    try:
        record = read_record(options.track)
        layers = [name.strip() for name in options.vary.split(",") if name.strip()]
        sections = dict(section_asked(text) for text in options.section)
        steps = steps_asked(layers, sections, options.extend, known=record.sections, duration=record.duration)
        variations = record.variations.then(steps)
    except BriefError as error:
        problems = [*error.problems, *problems]
    if problems:
        _print_problems(problems, as_json=options.json)
        return BAD_BRIEF
    if not record.is_current:
        print(f"note: made by engine {record.engine}; what is locked may sound different now", file=sys.stderr)
    options.out.mkdir(parents=True, exist_ok=True)
    name = free_name(options.out, options.track.stem)
    progress = _bar if sys.stderr.isatty() else None
    track = produce(record.brief, options.out, formats=formats, progress=progress, name=name, variations=variations)
    _told(track, options, name, {})
    return 0


def _formats(options: argparse.Namespace) -> tuple[tuple[str, ...], list[Problem]]:
    formats = tuple(dict.fromkeys(filter(None, (name.strip() for name in options.formats.split(",")))))
    problems = [
        Problem("formats", "not_allowed", f"formats: {name!r} is not one of {', '.join(FORMATS)}", tuple(FORMATS))
        for name in formats
        if name not in FORMATS
    ]
    if not formats:
        problems.append(Problem("formats", "required", "formats: name at least one", tuple(FORMATS)))
    return formats, problems


def _told(track: Track, options: argparse.Namespace, name: str, more: dict[str, Any]) -> None:
    """Keep the track's record beside its files and print it, or the words of it."""
    told = track.as_dict() | more
    record = write_record(told, options.out / f"{name}.json")
    print(json.dumps(told, indent=2) if options.json else f"{_words(track)}\n  {'record':8} {record}")


def _bar(_stage: str, fraction: float, message: str) -> None:
    """Draw the progress bar over the last line of the terminal."""
    filled = round(fraction * BAR_WIDTH)
    line = f"{'━' * filled}{'╌' * (BAR_WIDTH - filled)} {fraction:4.0%}  {message}"
    end = "\n" if fraction >= 1.0 else ""
    print(f"\r\033[K{line}", end=end, file=sys.stderr, flush=True)


def _print_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"problems": [vars(problem) for problem in problems]}, indent=2))
        return
    for problem in problems:
        print(problem.message, file=sys.stderr)


def _words(track: Track) -> str:
    """Return what a person wants to read when a track is done."""
    brief, seconds = track.brief, sum(track.timings.values())
    lines = [f"{track.title} — {brief.mood} {brief.genre}, seed {brief.seed}, made in {seconds:.1f} s", ""]
    lines += [f"  {_row(row)}" for row in track.card.rows]
    lines += ["", *(f"  {name:8} {path}" for name, path in track.files.items())]
    return "\n".join(lines)


def _row(row: Row) -> str:
    """Return a row of the review card: verdict, what, asked and measured."""
    asked = "" if row.asked is None else f"asked {row.asked}, got "
    return (
        f"{row.verdict:5} {row.label:26} {asked}{row.measured} {row.unit}{'  ' if row.note else ''}{row.note}".rstrip()
    )


COMMANDS = {
    "compose": _compose,
    "vary": _vary,
    "edit": edit_command,
    "preview": preview_command,
    "draw": draw,
    "understand": understand_command,
    "separate": separate_command,
    "detect": detect_command,
}
"""Subcommand → what it does."""
