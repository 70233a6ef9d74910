"""``python -m studio edit TRACK.json``: a cutdown, a loop, a version or a fade of a finished track."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.brief import BriefError, Problem
from studio.deliver import FORMATS
from studio.edits.edit import VERSIONS, Edit
from studio.edits.making import EditedTrack, produce_edit
from studio.produce import DEFAULT_FORMATS
from studio.record import read_record, write_record

BAD = 2


def add_edit(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its arguments."""
    edit = commands.add_parser("edit", help="cut down, loop, thin out or fade a finished track; nothing is composed")
    edit.add_argument("track", type=Path, help="the JSON file beside the track's files")
    kind = edit.add_mutually_exclusive_group()
    kind.add_argument("--cutdown", type=float, metavar="SECONDS", help="6, 15, 30 or 60")
    kind.add_argument("--loop", nargs="?", const="", metavar="SECTION", help="seamless; the strongest section if none")
    kind.add_argument("--version", help=", ".join(VERSIONS))
    edit.add_argument("--fade-in", type=float, metavar="SECONDS", help="fade in")
    edit.add_argument("--fade-out", type=float, metavar="SECONDS", help="fade out in place of the ending")
    edit.add_argument("--formats", default=",".join(DEFAULT_FORMATS), help=f"any of {', '.join(FORMATS)}")
    edit.add_argument("--out", type=Path, default=Path(), help="folder for the files (default: here)")
    edit.add_argument("--json", action="store_true", help="print one JSON object instead of words")


def edit_command(options: argparse.Namespace) -> int:
    """Make the edit, keep its record beside its files and print it; return 0, or 2 for what cannot be."""
    formats = [name.strip() for name in options.formats.split(",") if name.strip()]
    wrong = [name for name in formats if name not in FORMATS]
    problems = [
        Problem("formats", "not_allowed", f"formats: {name!r} is not one of {', '.join(FORMATS)}", tuple(FORMATS))
        for name in wrong
    ]
    try:
        edit = Edit.from_mapping(_asked(options))
        record = read_record(options.track)
    except BriefError as error:
        problems = [*error.problems, *problems]
    if problems:
        _refuse(problems, as_json=options.json)
        return BAD
    try:
        if not record.is_current:
            print(f"note: made by engine {record.engine}; the edit may sound different now", file=sys.stderr)
        name = f"{options.track.stem}-{edit.label.casefold().replace(' ', '-')}"
        track = produce_edit(record, edit, options.out, formats=formats, name=name)
    except BriefError as error:
        _refuse(error.problems, as_json=options.json)
        return BAD
    path = write_record(track.as_dict(), options.out / f"{name}.json")
    print(json.dumps(track.as_dict(), indent=2) if options.json else _words(track, path))
    return 0


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """Return the edit's fields; what belongs to another kind is left in, so that it is refused."""
    fades = {"fade_in": options.fade_in, "fade_out": options.fade_out}
    if options.cutdown is not None:
        return {"kind": "cutdown", "seconds": options.cutdown, **fades}
    if options.loop is not None:
        return {"kind": "loop", "section": options.loop, **fades}
    if options.version is not None:
        return {"kind": "version", "version": options.version, **fades}
    return {"kind": "fade" if any(fades.values()) else None, **fades}


def _refuse(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"problems": [vars(problem) for problem in problems]}, indent=2))
        return
    for problem in problems:
        print(problem.message, file=sys.stderr)


def _words(track: EditedTrack, record: Path) -> str:
    failed = [row for row in track.card.rows if row.verdict in ("warn", "fail")]
    lines = [f"{track.title} — {track.score.duration:g} s", ""]
    lines += [f"  {row.verdict:5} {row.label:26} {row.measured} {row.unit}".rstrip() for row in failed]
    lines += [f"  {name:8} {path}" for name, path in track.files.items()]
    return "\n".join([*lines, f"  {'record':8} {record}"])
