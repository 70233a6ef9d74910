"""Edits that need no new composition: cutdowns, loops, versions and fades, made from the same score."""

from studio.edits.cutdown import LENGTHS, cutdown
from studio.edits.edit import KINDS, VERSIONS, Edit
from studio.edits.loop import looped
from studio.edits.making import EditedTrack, edited, produce_edit
from studio.edits.versions import version, without

__all__ = [
    "KINDS", "LENGTHS", "VERSIONS", "Edit", "EditedTrack", "cutdown", "edited", "looped", "produce_edit", "version",
    "without",
]  # fmt: skip
