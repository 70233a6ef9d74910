"""``python -m studio separate FILE``: a recording as four stems."""

import argparse
import sys
from pathlib import Path
from typing import Any

from studio.errors import SeparationError
from studio.separate.engines import ENGINES, chosen, in_stretches
from studio.separate.recording import blocks, opened, write

BAD_INPUT = 2


def add_separate(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its arguments."""
    separate = commands.add_parser("separate", help="take a recording apart into drums, bass, vocals and other")
    separate.add_argument("file", type=Path, metavar="FILE")
    separate.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where (default: here)")
    separate.add_argument(
        "--engine", choices=("auto", *ENGINES), default="auto", help="auto: Demucs where installed, else the network"
    )


def separate_command(options: argparse.Namespace) -> int:
    """Write the stems and print their paths; return 0, or 2 where the file cannot be taken apart."""
    try:
        split = chosen(options.engine)
        with opened(options.file) as file:
            written = write(in_stretches(blocks(file), split), options.out)
    except SeparationError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    for name, path in written.items():
        print(f"{name:8} {path}")
    return 0
