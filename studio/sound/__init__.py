"""Sound: one part of a score in, one dry stereo stem out."""

from studio.sound.instruments import INSTRUMENTS, Instrument, instrument
from studio.sound.library import SoundLibrary
from studio.sound.render import render_part
from studio.sound.warming import warm_up

__all__ = ["INSTRUMENTS", "Instrument", "SoundLibrary", "instrument", "render_part", "warm_up"]
