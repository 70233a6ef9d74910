"""Sound: one part of a score in, one dry stereo stem out."""

from studio.sound.library import SoundLibrary
from studio.sound.render import render_part
from studio.sound.warming import warm_up

__all__ = ["SoundLibrary", "render_part", "warm_up"]
