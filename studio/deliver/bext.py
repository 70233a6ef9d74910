"""The broadcast extension of a WAV file: EBU Tech 3285, version 2 (2011), with the loudness that was measured."""

import struct
import unicodedata
from dataclasses import dataclass
from typing import Self

from studio.audio import Audio
from studio.deliver.tags import Tags
from studio.mix.loudness import SILENT, hop_power, integrated_of, momentary_of, range_of, short_term_of, true_peak

VERSION = 2
LAYOUT = struct.Struct("<256s32s32s10s8sQH64s5h180s")
"""Description, originator, its reference, date, time, time reference, version, UMID, five loudness values, reserved."""


@dataclass(frozen=True)
class Levels:
    """What EBU R 128 measures on a programme, in the order of the chunk: LUFS, LU, dBTP, LUFS, LUFS."""

    loudness: float
    loudness_range: float
    true_peak: float
    momentary: float
    short_term: float

    @classmethod
    def of(cls, audio: Audio) -> Self:
        """Measure ``audio``, shape ``(2, frames)``."""
        power = hop_power(audio)
        return cls(
            integrated_of(power),
            range_of(power),
            true_peak(audio),
            momentary_of(power),
            float(short_term_of(power).max(initial=SILENT)),
        )


def bext(tags: Tags, levels: Levels, coding: str) -> bytes:
    """Return the chunk's body; ``coding`` is the line of its coding history (EBU R98)."""
    numbers = (levels.loudness, levels.loudness_range, levels.true_peak, levels.momentary, levels.short_term)
    fixed = LAYOUT.pack(
        _ascii(tags.title),
        _ascii(tags.software),
        _ascii(tags.isrc),
        _ascii(tags.created),
        b"00:00:00" if tags.created else b"",
        0,
        VERSION,
        b"",
        *(round(100 * number) for number in numbers),
        b"",
    )
    return fixed + coding.encode("ascii") + b"\r\n"


def _ascii(text: str) -> bytes:
    """Return text as the chunk holds it: accents are left out, other letters become question marks."""
    plain = unicodedata.normalize("NFKD", text.replace("–", "-"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).encode("ascii", "replace")
