"""``python -m studio detect FILE``: the watermark in a sound file."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from studio.audio import SAMPLE_RATE
from studio.errors import WatermarkError
from studio.watermark.codes import DEVELOPMENT_KEY, PAYLOAD_BITS
from studio.watermark.detection import CERTAIN, Detection, detect
from studio.watermark.reading import read_sound

FOUND, BAD_INPUT, NOT_FOUND = 0, 2, 3
KEY_VARIABLE = "WATERMARK_KEY"


def add_detect(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command and its arguments."""
    command = commands.add_parser("detect", help="look for our watermark in a sound file")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--key", help=f"the secret the mark was written with (default: ${KEY_VARIABLE})")
    command.add_argument("--json", action="store_true", help="print one JSON object instead of words")


def detect_command(options: argparse.Namespace) -> int:
    """Print what was found; return 0 for a mark, 3 for none, 2 for a file in which none can be looked for."""
    key = (options.key or os.environ.get(KEY_VARIABLE) or DEVELOPMENT_KEY).encode()
    try:
        sound = read_sound(options.file)
        found = detect(sound.audio, key=key)
    except WatermarkError as error:
        named = str(error) if str(options.file) in str(error) else f"{options.file}: {error}"
        print(json.dumps({"error": named}) if options.json else named, file=sys.stdout if options.json else sys.stderr)
        return BAD_INPUT
    if sound.note and not options.json:
        print(f"note: {sound.note}; what is there was read", file=sys.stderr)
    if options.json:
        print(json.dumps(_told(found) | {"note": sound.note}, indent=2))
    else:
        print(_words(found, sound.audio.shape[1] / SAMPLE_RATE))
    return FOUND if found else NOT_FOUND


def _told(found: Detection | None) -> dict[str, Any]:
    if not found:
        return {"found": False}
    return {
        "found": True,
        "payload": _hex(found.payload),
        "track": _uuid_start(found.payload),
        "score": round(found.score, 2),
        "offset": round(found.offset, 4),
        "start": round(found.start, 1),
        "end": round(found.end, 1),
    }


def _words(found: Detection | None, seconds: float) -> str:
    if not found:
        short = "" if seconds >= CERTAIN else f" ({seconds:.0f} s are little: {CERTAIN:g} s are sure)"
        return f"no watermark found{short}"
    return (
        f"watermark {_hex(found.payload)}: track {_uuid_start(found.payload)}…\n"
        f"score {found.score:.1f}, read from {found.start:.1f} to {found.end:.1f} s"
    )


def _hex(payload: int) -> str:
    return f"{payload:0{PAYLOAD_BITS // 4}x}"


def _uuid_start(payload: int) -> str:
    """Return the first digits of the track's UUID as they are written."""
    digits = _hex(payload)
    return f"{digits[:8]}-{digits[8:]}"
