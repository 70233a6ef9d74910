"""Previews: how a brief begins, at once, while a person is still turning knobs.

Only the sections that are heard are composed, to the very notes with which the finished track begins; the judge, who
might have some of them drawn again, is not asked. The desk and the master are the finished track's, but they hear no
more than the beginning: levels may differ by a few dB.
"""

import argparse
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.brief import READERS, Brief, BriefError, Problem
from studio.compose import Composition, compose_opening
from studio.deliver.mp3 import lame
from studio.deliver.pcm import quantised
from studio.mix import TARGETS
from studio.prompt import prompted
from studio.score import Score, Section
from studio.session import Session

SECONDS, SHORTEST = 15.0, 4.0
HEAD, JOIN = 3.0, 0.5
"""Seconds that a stream begins with, and over which it passes to a mix that has heard all of the preview."""
END_FADE = 1.0
BIT_RATE, QUALITY = 160, 7
BAD = 2

Told = Callable[[str, float], None]
"""Called between stages with what is done next and the fraction 0–1 of the whole; it may raise to stop."""


@dataclass(frozen=True)
class Preview:
    """The beginning of a piece: ``audio`` of shape ``(2, frames)``, and the ``piece`` of which only that is written."""

    audio: Audio
    piece: Composition

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that are heard, whole or in part."""
        return tuple(section for section in self.piece.plan.written if section.start < self._end)

    @property
    def score(self) -> Score:
        """What is played: the performance as far as it is heard."""
        return beginning(self.piece.performance, self.audio.shape[1] / SAMPLE_RATE)

    @property
    def _end(self) -> float:
        return float(self.piece.plan.tempo.beat(self.audio.shape[1] / SAMPLE_RATE))


def preview(brief: Brief, seconds: float = SECONDS, *, told: Told | None = None) -> Preview:
    """Return the first ``seconds`` of a brief's music (of all of it, where it is shorter), faded out at the end.

    Raises what ``told`` raises, and ``BriefError`` for a length that no preview has.
    """
    _check(brief, seconds)
    opening, told = _opening(brief, seconds, told)
    return Preview(_recorded(opening, seconds, told, 0.5, END_FADE), opening)


def preview_stream(brief: Brief, seconds: float = SECONDS, *, told: Told | None = None) -> Iterator[Audio]:
    """Yield a preview in blocks of shape ``(2, frames)``: a short one as soon as may be, then the rest.

    The first is mixed by what is heard in it alone and passes into the rest over half a second. Raises at once what
    ``preview`` raises of its arguments.
    """
    _check(brief, seconds)
    return _blocks(brief, seconds, told)


def _blocks(brief: Brief, seconds: float, told: Told | None) -> Iterator[Audio]:
    opening, told = _opening(brief, seconds, told)
    join = round(JOIN * SAMPLE_RATE)
    head = _recorded(opening, HEAD + 2 * JOIN, told, 0.4, 0.0)[:, : round((HEAD + JOIN) * SAMPLE_RATE)]
    yield head[:, :-join]
    rest = _recorded(opening, seconds, told, 0.6, END_FADE)[:, head.shape[1] - join :]
    rise = np.linspace(0.0, 1.0, join, dtype=np.float32)
    rest[:, :join] = head[:, -join:] * (1.0 - rise) + rest[:, :join] * rise
    yield rest


def beginning(score: Score, seconds: float) -> Score:
    """Return the first ``seconds`` of a score: the same sections, the notes that begin by then."""
    seconds = min(seconds, score.duration)
    end = float(score.tempo.beat(seconds))
    parts = (replace(part, notes=part.notes[part.notes["onset"] < end]) for part in score.parts)
    return replace(score, duration=seconds, parts=tuple(part for part in parts if len(part.notes)))


def _check(brief: Brief, seconds: float) -> None:
    if not SHORTEST <= seconds <= brief.duration:
        message = f"seconds: {seconds:g} is not between {SHORTEST:g} and the {brief.duration:g} of the piece"
        raise BriefError((Problem("seconds", "out_of_range", message, [SHORTEST, brief.duration]),))


def _opening(brief: Brief, seconds: float, told: Told | None) -> tuple[Composition, Told]:
    told = told or (lambda _stage, _fraction: None)
    told("composing", 0.0)
    return compose_opening(brief, seconds), told


def _recorded(opening: Composition, seconds: float, told: Told, begun: float, fade_out: float) -> Audio:
    """Play, mix and master the first ``seconds``; the fraction told rises from ``begun``."""
    session = Session.of(opening)
    session = replace(session, score=beginning(session.score, seconds))
    mix = session.mix(told=lambda done, of, _part: told("rendering", begun + (0.9 - begun) * done / of))
    told("mastering", 0.9)
    return session.master(mix, target=TARGETS[opening.plan.brief.master], fade_out=fade_out).master.audio


# ----------------------------------------------------------------------------------------------- for a browser's ears
def mp3_stream(blocks: Iterator[Audio], _frames: int) -> Iterator[bytes]:
    """Yield blocks of sound as they come, as one MP3 stream."""
    encoder = lame(BIT_RATE, QUALITY)
    for block in blocks:
        yield bytes(encoder.encode(quantised(block, 16).astype("<i2").tobytes()))
    yield bytes(encoder.flush())


def wav_stream(blocks: Iterator[Audio], frames: int) -> Iterator[bytes]:
    """Yield blocks of sound as they come, as one 16-bit WAV of ``frames`` frames."""
    size = 4 * frames
    head = BytesIO()
    head.write(b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE")
    head.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, SAMPLE_RATE, 4 * SAMPLE_RATE, 4, 16))
    head.write(b"data" + struct.pack("<I", size))
    yield head.getvalue()
    for block in blocks:
        yield quantised(block, 16).astype("<i2").tobytes()


ENCODERS: Mapping[str, Callable[[Iterator[Audio], int], Iterator[bytes]]] = {"mp3": mp3_stream, "wav": wav_stream}
"""Format → what makes bytes of a preview as it comes."""


def encoded(brief: Brief, kind: str = "mp3", seconds: float = SECONDS, *, told: Told | None = None) -> Iterator[bytes]:
    """Yield a preview as the bytes of an MP3 or 16-bit WAV file (``kind``), the first as soon as may be."""
    if kind not in ENCODERS:
        message = f"format: {kind!r} is not one of {', '.join(ENCODERS)}"
        raise BriefError((Problem("format", "not_allowed", message, tuple(ENCODERS)),))
    return ENCODERS[kind](preview_stream(brief, seconds, told=told), round(seconds * SAMPLE_RATE))


# ------------------------------------------------------------------------------------------------------ command line
def add_preview(commands: "argparse._SubParsersAction[Any]", fields: Mapping[str, str]) -> None:
    """Add the command and its arguments; ``fields`` are those of a brief, with a word on each."""
    command = commands.add_parser("preview", help="hear how a brief begins, at once")
    for field, words in fields.items():
        command.add_argument(f"--{field}", help=words)
    command.add_argument("--prompt", help="the wish in words; the options beside it win")
    command.add_argument("--seconds", type=float, default=SECONDS, help=f"how much of it (default: {SECONDS:g})")
    command.add_argument("--out", type=Path, default=Path("preview.mp3"), metavar="FILE", help=".mp3 or .wav")


def preview_command(options: argparse.Namespace) -> int:
    """Write the preview as it comes and print its path; return 0, or 2 for what cannot be."""
    try:
        asked, _ = prompted(options, {field: getattr(options, field, None) for field in READERS})
        blocks = encoded(Brief.from_mapping(asked), options.out.suffix.lstrip("."), options.seconds)
    except BriefError as error:
        print("\n".join(problem.message for problem in error.problems), file=sys.stderr)
        return BAD
    with options.out.open("wb") as file:
        file.writelines(blocks)
    print(options.out)
    return 0
