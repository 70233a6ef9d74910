"""``python -m studio understand`` and ``compose --prompt``: what was understood, told word by word."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from studio.brief import BriefError
from studio.prompt.resolve import understand
from studio.prompt.understanding import Found, Understanding

BAD_PROMPT = 2
HOW = {"word": "", "number": "", "slip": ", misspelled", "hint": ", a hint", "meaning": ", by meaning"}
"""How a field was found → how that is told."""


def add_understand(commands: Any) -> None:
    """Add the subcommand ``understand`` to those of an argument parser."""
    parser = commands.add_parser("understand", help="say what a prompt means, word by word")
    parser.add_argument("prompt", help="such as 'slow jazz trio, no drums, 2 minutes'")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of words")


def understand_command(options: argparse.Namespace) -> int:
    """Print what ``options.prompt`` means; 0 when it makes a brief, 2 when something is missing or will not do."""
    try:
        understanding = understand(options.prompt)
    except BriefError as refused:
        print(refused, file=sys.stderr)
        return BAD_PROMPT
    problems = understanding.problems()
    if options.json:
        print(json.dumps(understanding.as_dict(), indent=2, ensure_ascii=False))
    else:
        tell(understanding, sys.stdout)
        for problem in problems:
            print(problem.message, file=sys.stderr)
    return BAD_PROMPT if problems else 0


def prompted(options: argparse.Namespace, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], Understanding | None]:
    """Return the fields ``given`` with those that ``options.prompt`` adds, told on stderr, and what was understood.

    Raises ``BriefError`` for a prompt that is too long.
    """
    if options.prompt is None:
        return given, None
    understanding = understand(options.prompt, given=given)
    tell(understanding, sys.stderr)
    return understanding.beside(given), understanding


def tell(understanding: Understanding, file: TextIO) -> None:
    """Write a line for each field found, then what contradicts, what was left over and what else to know."""
    for found in understanding.found:
        print(_line(found), file=file)
    for contradiction in understanding.contradictions:
        print(f"contradiction: {contradiction.message}", file=file)
    if understanding.left_over:
        print(f"left over: {', '.join(understanding.left_over)}", file=file)
    for note in understanding.notes:
        print(f"note: {note}", file=file)


def _line(found: Found) -> str:
    if isinstance(found.value, tuple):
        value = ", ".join(found.value)
    else:
        value = f"{found.value:g}" if isinstance(found.value, float) else str(found.value)
    likeness = "" if found.likeness is None else f" ({found.likeness:.2f})"
    return f"{found.field:12} {value:24} from {found.words!r}{HOW[found.how]}{likeness}"
