"""``python -m studio draw FILE.mid``: a MIDI file as a picture."""

import argparse
from pathlib import Path
from typing import Any

from studio.deliver.midi_reader import read_midi
from studio.deliver.roll import write_roll


def add_draw(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its arguments."""
    draw = commands.add_parser("draw", help="draw a MIDI file as a piano roll with chords and sections")
    draw.add_argument("file", type=Path, metavar="FILE.mid")
    draw.add_argument("--out", type=Path, metavar="FILE.png", help="picture to write (default: beside the MIDI file)")
    draw.add_argument("--bars", type=_bars, metavar="FIRST-LAST", help="only these bars, such as 1-16")
    draw.add_argument("--per-row", type=_count, metavar="BARS", help="bars in a row (default: eight in 4/4)")


def draw(options: argparse.Namespace) -> int:
    """Draw the picture and print its path; raises ``MidiError``."""
    path = options.out or options.file.with_suffix(".png")
    write_roll(read_midi(options.file), path, bars=options.bars, bars_per_row=options.per_row)
    print(path)
    return 0


def _bars(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of bars such as 1-16")
    return int(first), int(last or first)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of bars from 1 to 64")
    return int(text)
