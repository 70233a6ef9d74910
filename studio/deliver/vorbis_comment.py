"""Vorbis comments (Xiph.Org, *Ogg Vorbis I format specification: comment field*) of FLAC, Ogg Vorbis and Opus."""

import base64
from collections.abc import Iterator
from typing import Any

from mutagen.flac import Picture

from studio.deliver.tags import NAMES, Tags

FRONT_COVER, BITS_PER_PIXEL = 3, 24


def comments(tags: Tags) -> Iterator[tuple[str, str]]:
    """Yield name and text of every comment."""
    for name, text in tags.texts().items():
        yield NAMES[name].vorbis, text


def picture(tags: Tags) -> Picture | None:
    """Return the cover as FLAC's picture block; ``None`` where there is none."""
    if not tags.cover:
        return None
    block = Picture()
    block.type, block.mime, block.data = FRONT_COVER, tags.cover_type, tags.cover
    (block.width, block.height), block.depth = tags.cover_size, BITS_PER_PIXEL
    return block


def write_comments(file: Any, tags: Tags) -> None:
    """Give a mutagen Ogg ``file`` these comments instead of its own; the cover, too, becomes one, as Xiph.Org asks."""
    file.tags.clear()
    file.tags.extend(comments(tags))
    if block := picture(tags):
        file.tags.append(("METADATA_BLOCK_PICTURE", base64.b64encode(block.write()).decode()))
