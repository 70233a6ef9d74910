"""The synthesiser's frequency-modulation kernel: one note, added to a stem."""

import math

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE
from studio.sound.kernels import KERNEL, SILENCE
from studio.sound.oscillators import sine
from studio.sound.sampler_voice import bent
from studio.sound.synth_voice import STEP, release

PAIR = np.dtype(
    [("carrier", "f8"), ("modulator", "f8"), ("index", "f8"), ("index_decay", "f8"), ("level", "f8"), ("decay", "f8")]
)
"""A pair of operators: frequency ratios to the note, index in radians, times in seconds (0: held), level a ratio."""

_FASTEST_FADE = 0.0015


@njit(**KERNEL)
def _gate(patch, seconds, hold):  # type: ignore[no-untyped-def]
    """Return the envelope that all pairs share: smooth attack, release."""
    rise = min(min(seconds, hold) / max(patch.attack, _FASTEST_FADE), 1.0)
    level = rise * rise * (3.0 - 2.0 * rise)
    if seconds > hold:
        level *= release((seconds - hold) / patch.release)
    return level


@njit(**KERNEL)
def _fade(seconds, decay):  # type: ignore[no-untyped-def]
    return math.exp(-3.0 * seconds / decay) if decay > 0.0 else 1.0


@njit(**KERNEL)
def _add_pair(phases, carrier, modulator, index, slope, level, fall, block, count):  # type: ignore[no-untyped-def]
    """Add a carrier whose phase is moved by a sine; index and level move in straight lines."""
    p0, q0 = np.float32(phases[0]), np.float32(phases[1])
    for k in range(count):
        x = np.float32(k)
        q = q0 + x * np.float32(modulator)
        q -= np.floor(q)
        p = p0 + x * np.float32(carrier) + (np.float32(index) + x * np.float32(slope)) * sine(q)
        p -= np.floor(p)
        block[k] += sine(p) * (np.float32(level) + x * np.float32(fall))
    for place, step in ((0, carrier), (1, modulator)):
        after = phases[place] + count * step
        phases[place] = after - math.floor(after)


@njit(**KERNEL)
def render_fm_note(patches, pairs, note, gain, bend, out, start):  # type: ignore[no-untyped-def]
    """Add a note to ``out`` (2, n) from frame ``start`` on; return how many frames it sounded.

    Arguments as for ``synth_voice.render_note``; ``pairs`` is a PAIR array.
    """
    patch = patches[0]
    pitch, _, loudness, held = note
    phases, block = np.zeros((len(pairs), 2)), np.zeros(STEP, np.float32)
    touch = (1.0 - patch.touch + patch.touch * loudness) / (2.0 * math.pi)
    hold, room, frame, level = held / SAMPLE_RATE, out.shape[1] - start, 0, 0.0
    ended = False
    while frame < room and not ended:
        count, seconds = min(STEP, room - frame), frame / SAMPLE_RATE
        after = (frame + count) / SAMPLE_RATE
        now = pitch + (bent(bend, start + frame) if len(bend) > 1 else 0.0)
        step = 440.0 * 2.0 ** ((now - 69.0) / 12.0) / SAMPLE_RATE
        block[:] = 0.0
        strongest = 0.0
        for row in range(len(pairs)):
            pair = pairs[row]
            if step * pair.carrier > 0.45:
                continue
            # The index gives way to high modulators, whose side bands would fold back.
            reach = min(1.0, max(0.0, 0.45 / (step * (pair.carrier + 2.0 * pair.modulator)) - 0.2))
            index = touch * pair.index * reach * _fade(seconds, pair.index_decay)
            slope = (touch * pair.index * reach * _fade(after, pair.index_decay) - index) / count
            loud, next_loud = pair.level * _fade(seconds, pair.decay), pair.level * _fade(after, pair.decay)
            strongest = max(strongest, loud)
            fall = (next_loud - loud) / count
            _add_pair(phases[row], step * pair.carrier, step * pair.modulator, index, slope, loud, fall, block, count)
        target = _gate(patch, after, hold) * gain
        if strongest * max(target, level) < SILENCE and seconds > min(hold, patch.attack):
            target, ended = 0.0, True
        sway = patch.tremolo_depth * math.sin(2.0 * math.pi * patch.tremolo_rate * seconds)
        climb = (target - level) / count
        for k in range(count):
            sound = block[k] * np.float32(level + climb * (k + 1))
            out[0, start + frame + k] += sound * np.float32(1.0 + sway)
            out[1, start + frame + k] += sound * np.float32(1.0 - sway)
        level = target
        frame += count
    return frame
