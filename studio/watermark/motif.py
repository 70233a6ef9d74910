"""The mark to be heard: a bell of three notes over the music, every twenty seconds, in its key and on its beat."""

import numpy as np

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.mix.loudness import HOP, SILENT, hop_power, integrated_of, momentary_of
from studio.score import Part, Score, notes
from studio.sound import render_part
from studio.theory.pitch import nearest

FIRST, EVERY = 5.0, 20.0
"""Seconds: about when it is first heard, and how often."""
DEGREES = (0, 4, 7)
"""Steps of the scale above the tonic, one each half pulse: tonic, fifth, octave. A third would clash where the music
borrows the other mode's."""
CENTRE = 79
"""The tonic nearest to this pitch (G5): above most tunes, where hearing is keen."""
VELOCITY = 96
INSTRUMENT = "fm-bell"
PART_ID = "watermark"
UNDER_MUSIC = -6.0
"""Loudest 400 ms of a motif against the music's at the same place, LU …"""
QUIETEST = -12.0
"""… and at least this against the whole piece, so that it is heard in a pause too."""
HEARD_HOPS = 15
"""Hops of 100 ms that a motif is compared with."""
ROOM_AT_END = 3.0
"""Seconds before the end within which no motif begins."""


def motif_part(score: Score) -> Part:
    """Return the part that plays the motif: on the pulse nearest to 5 s, 25 s, …, in the key of the section there."""
    pulse = score.meter.pulse_beats
    rows = []
    for seconds in np.arange(FIRST, score.duration - ROOM_AT_END, EVERY):
        start = max(round(float(score.tempo.beat(seconds)) / pulse), 0) * pulse
        key = score.key.raised(int(score.lift(start)))
        tonic = nearest(key.tonic, CENTRE)
        for place, degree in enumerate(DEGREES):
            octave, step = divmod(degree, len(key.scale))
            pitch = tonic + 12 * octave + (key.scale[step] - key.tonic) % 12
            rows.append((start + place * pulse / 2, pulse / 2 if degree != DEGREES[-1] else pulse, pitch, VELOCITY))
    return Part(PART_ID, "Watermark", "effects", INSTRUMENT, notes(rows))


def announce(mix: Audio, score: Score, *, seed: int) -> None:
    """Add the motif to ``mix``, shape ``(2, frames)``, in place, ``UNDER_MUSIC`` against what sounds there.

    To be called between the desk and the master, so that loudness and peaks are held with the motif in. A silent mix
    stays silent. Raises what ``render_part`` raises.
    """
    part = motif_part(score)
    power = hop_power(mix)
    whole = integrated_of(power)
    if whole <= SILENT or not len(part.notes):
        return
    bell = render_part(part, score, seed=seed)
    starts = np.rint(score.tempo.seconds(part.notes["onset"][:: len(DEGREES)]) * SAMPLE_RATE).astype(int)
    for start, end in zip(starts, [*starts[1:], score.frames], strict=True):
        found = bell[:, start:end]
        alone = momentary_of(hop_power(found))
        music = momentary_of(power[start // HOP : start // HOP + HEARD_HOPS])
        mix[:, start:end] += found * np.float32(ratio(max(music + UNDER_MUSIC, whole + QUIETEST) - alone))
