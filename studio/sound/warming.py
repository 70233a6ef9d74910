"""Compiling every kernel ahead of the first song."""

from studio.score import Part, Score, TempoMap, automation, notes
from studio.sound.render import render_part
from studio.theory.key import Key
from studio.theory.meter import Meter

_ONE_OF_EACH = ("piano", "kit-standard", "supersaw", "fm-keys", "kit-909", "riser")


def warm_up() -> None:
    """Compile every kernel of this room and fill numba's cache, by playing a short note on each engine.

    Takes ten to fifteen seconds from nothing and under one when the cache is filled. Raises
    ``SoundLibraryError`` when the sound library is unusable.
    """
    line = notes([(0.0, 0.25, 60, 80), (0.5, 0.25, 60, 80), (1.0, 0.25, 76, 80)])
    lanes = {"bend": automation([(0.9, 0.0), (1.2, 1.0)]), "volume": automation([(0.0, 0.0)])}
    score = Score("", Key(0, "major"), Meter(4, 4), TempoMap((0.0,), (120.0,)), 1.0, (), (), ())
    for identity in _ONE_OF_EACH:
        render_part(Part("", "", "lead", identity, line, lanes), score, seed=0)
