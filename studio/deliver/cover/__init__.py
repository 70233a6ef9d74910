"""Cover art, painted from the track itself: its spectrum, its sections, and the colours of its mood."""

import io

from PIL import Image

from studio.audio import Audio
from studio.deliver.cover.composition import CoverError, compose
from studio.deliver.cover.painting import paint
from studio.deliver.cover.portrait import portrait
from studio.score import Score
from studio.seeds import stream

__all__ = ["CoverError", "cover_art"]

QUALITY = 88
LARGEST_PAINTED = 1500
"""Pixels a side up to which every pixel is painted; more are drawn between them, which edges this soft allow."""


def cover_art(score: Score, audio: Audio, *, mood: str, seed: int, size: int = 3000) -> bytes:
    """Return the cover of a track as a JPEG file (sRGB), ``size`` pixels a side.

    ``audio`` is the master, shape ``(2, frames)``; ``mood`` one of ``studio.brief.MOODS``; ``seed`` chooses the kind of
    picture and the palette. The same track gives the same bytes. Raises ``CoverError`` for an unknown mood.
    """
    scene = compose(portrait(score, audio), mood, stream(seed, "cover"))
    picture = Image.fromarray(paint(scene, min(size, LARGEST_PAINTED)))
    if picture.width != size:
        picture = picture.resize((size, size), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
