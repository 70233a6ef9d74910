"""Sound: one part of a score in, one dry stereo stem out."""

from studio.sound.instruments import INSTRUMENTS, Instrument, instrument

__all__ = ["INSTRUMENTS", "Instrument", "instrument"]
