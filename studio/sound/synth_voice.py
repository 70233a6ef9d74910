"""The synthesiser's subtractive kernel: one note, added to a stem."""

import math

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE
from studio.sound.kernels import KERNEL, SILENCE
from studio.sound.oscillators import SINE, add_wave, halve
from studio.sound.sampler_voice import bent

STEP = 32
"""Frames between two values of the synthesiser's envelopes and filter: its sweeps are faster than a sampler's."""

OSCILLATOR = np.dtype([("wave", "i8"), ("ratio", "f8"), ("left", "f8"), ("right", "f8"), ("swell_rate", "f8")])
"""An oscillator: code of ``oscillators``, frequency ratio to the note, gains, swell rate in Hz (0: none)."""

OVERSAMPLED_FROM = 70
"""Notes above this pitch run at twice the rate: below it polyBLEP's aliases stay under the note's own harmonics."""

_FASTEST_FADE = 0.0015
_LEFT_OVER = math.exp(-7.0)
_DRIFT_HZ = 0.37
_SWELL_DB = 1.5


@njit(**KERNEL)
def _random(seed):  # type: ignore[no-untyped-def]
    """Return the next number in [0, 1) of a small generator and its state."""
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return seed / 2147483648.0, seed


@njit(**KERNEL)
def release(share):  # type: ignore[no-untyped-def]
    """Return what is left after ``share`` of a release: an exponential fall, −42 dB at 1, that ends at 1.4."""
    return max(0.0, (math.exp(-5.0 * share) - _LEFT_OVER) / (1.0 - _LEFT_OVER))


@njit(**KERNEL)
def amplitude(patch, seconds, hold):  # type: ignore[no-untyped-def]
    """Return the amplitude envelope: smooth attack, exponential decay (95 % at ``decay``), release."""
    held = min(seconds, hold)
    attack = max(patch.attack, _FASTEST_FADE)
    rise = min(held / attack, 1.0)
    level = rise * rise * (3.0 - 2.0 * rise)
    if held > attack:
        level = patch.sustain + (1.0 - patch.sustain) * math.exp(-3.0 * (held - attack) / patch.decay)
    if seconds > hold:
        level *= release((seconds - hold) / max(patch.release, _FASTEST_FADE))
    return level


@njit(**KERNEL)
def _pitch(patch, pitch, from_pitch, seconds, drift):  # type: ignore[no-untyped-def]
    """Return the pitch of a note at a time after its start: glide, drop and drift."""
    if patch.glide > 0.0 and from_pitch != pitch:
        pitch += (from_pitch - pitch) * math.exp(-4.0 * seconds / patch.glide)
    if patch.pitch_drop != 0.0:
        pitch += patch.pitch_drop * math.exp(-3.0 * seconds / patch.drop_seconds)
    return pitch + patch.drift / 100.0 * math.sin(2.0 * math.pi * (_DRIFT_HZ * seconds + drift))


@njit(**KERNEL)
def _cutoff(patch, pitch, loudness, seconds, phase):  # type: ignore[no-untyped-def]
    """Return the low-pass cutoff in Hz: tracking, velocity, its own envelope and LFO."""
    if seconds < patch.cutoff_attack:
        shape = seconds / patch.cutoff_attack
    else:
        shape = math.exp(-3.0 * (seconds - patch.cutoff_attack) / patch.cutoff_decay)
    semitones = patch.tracking * (pitch - 60.0) + patch.envelope * shape * (0.5 + 0.5 * loudness)
    semitones += patch.brightness * loudness
    semitones += patch.lfo_depth * math.sin(2.0 * math.pi * (patch.lfo_rate * seconds + phase))
    return min(patch.cutoff * 2.0 ** (semitones / 12.0), 0.45 * SAMPLE_RATE)


@njit(**KERNEL)
def low_pass(left, right, count, hertz, quality, state):  # type: ignore[no-untyped-def]
    """Filter a block of two channels in place with a two-pole zero-delay state-variable low-pass.

    Trapezoidal integration (Simper, "Linear trapezoidal integrated SVF", Cytomic 2013): stable while it sweeps. Both
    channels share the loop, since each alone would wait for its own last frame. ``state``: four numbers.
    """
    g = math.tan(math.pi * hertz / SAMPLE_RATE)
    a1 = 1.0 / (1.0 + g * (g + 1.0 / quality))
    a2 = g * a1
    a3 = g * a2
    s1, s2, r1, r2 = state[0], state[1], state[2], state[3]
    for k in range(count):
        v3, w3 = left[k] - s2, right[k] - r2
        v1, w1 = a1 * s1 + a2 * v3, a1 * r1 + a2 * w3
        v2, w2 = s2 + a2 * s1 + a3 * v3, r2 + a2 * r1 + a3 * w3
        s1, r1 = 2.0 * v1 - s1, 2.0 * w1 - r1
        s2, r2 = 2.0 * v2 - s2, 2.0 * w2 - r2
        left[k], right[k] = v2, w2
    state[0], state[1], state[2], state[3] = s1, s2, r1, r2


@njit(**KERNEL)
def _high_pass(left, right, count, coefficient, state):  # type: ignore[no-untyped-def]
    """Filter a block of two channels in place with a one-pole high-pass; ``state`` holds their low parts."""
    low, deep = state[0], state[1]
    for k in range(count):
        low += coefficient * (left[k] - low)
        deep += coefficient * (right[k] - deep)
        left[k] -= low
        right[k] -= deep
    state[0], state[1] = low, deep


@njit(**KERNEL)
def _oscillate(oscillators, phases, hertz, seconds, fast, count, left, right):  # type: ignore[no-untyped-def]
    """Fill both channels with the sum of the oscillators at ``fast`` times the sample rate."""
    left[:] = 0.0
    right[:] = 0.0
    for index in range(len(oscillators)):
        row = oscillators[index]
        swell = 1.0
        if row.swell_rate > 0.0:
            swell = 10.0 ** (_SWELL_DB / 20.0 * math.sin(2.0 * math.pi * row.swell_rate * seconds + index))
        step = min(hertz * row.ratio / (SAMPLE_RATE * fast), 0.45)
        phases[index] = add_wave(
            row.wave, phases[index], step, count * fast, row.left * swell, row.right * swell, left, right
        )


@njit(**KERNEL)
def _shape(patch, sides, count, hertz, states):  # type: ignore[no-untyped-def]
    """Run a block through low-pass, second low-pass, high-pass and drive."""
    if hertz < 0.44 * SAMPLE_RATE:
        quality = 0.55 * 2.0 ** (4.0 * patch.resonance)
        low_pass(sides[0], sides[1], count, hertz, quality, states[0])
        if patch.poles == 4:
            low_pass(sides[0], sides[1], count, hertz, 0.6, states[1])
    if patch.high_pass > 0.0:
        coefficient = 1.0 - math.exp(-2.0 * math.pi * patch.high_pass / SAMPLE_RATE)
        _high_pass(sides[0], sides[1], count, coefficient, states[2])
    if patch.drive > 0.0:
        push = np.float32(1.0 + 4.0 * patch.drive)
        scale = np.float32(math.sqrt(push))
        for channel in range(2):
            for k in range(count):
                x = push * sides[channel, k]
                # A soft clipper that is smooth everywhere: x / √(1 + x²).
                sides[channel, k] = x / (np.sqrt(np.float32(1.0) + x * x) * scale)


@njit(**KERNEL)
def render_note(patches, oscillators, taps, note, gain, seed, bend, out, start):  # type: ignore[no-untyped-def]
    """Add a note to ``out`` (2, n) from frame ``start`` on; return how many frames it sounded.

    ``patches``: a one-row array of a Patch's numbers; ``note``: (pitch, from_pitch, velocity 0–1, hold in frames);
    ``bend``: semitones every BLOCK frames of ``out``, or empty.
    """
    patch = patches[0]
    pitch, from_pitch, loudness, held = note
    fast = 2 if pitch > OVERSAMPLED_FROM else 1
    phases, seed = np.zeros(len(oscillators)), int(seed)
    for index in range(len(oscillators)):
        draw, seed = _random(seed)
        phases[index] = draw if patch.free_phase > 0 else 0.0
    phase, seed = _random(seed)
    sides, wide = np.zeros((2, STEP), np.float32), np.zeros((2, 2 * STEP), np.float32)
    history, states = np.zeros((2, len(taps) - 1), np.float32), np.zeros((3, 4))
    hold, room, frame, level, sub_phase = held / SAMPLE_RATE, out.shape[1] - start, 0, 0.0, 0.0
    ended = False
    while frame < room and not ended:
        count, seconds = min(STEP, room - frame), frame / SAMPLE_RATE
        target = amplitude(patch, (frame + count) / SAMPLE_RATE, hold) * gain
        if target < SILENCE and level < SILENCE and seconds > min(hold, patch.attack):
            target, ended = 0.0, True
        now = _pitch(patch, pitch, from_pitch, seconds, phase)
        if len(bend) > 1:
            now += bent(bend, start + frame)
        hertz = 440.0 * 2.0 ** ((now - 69.0) / 12.0)
        _oscillate(oscillators, phases, hertz, seconds, fast, count, wide[0], wide[1])
        cutoff = _cutoff(patch, now, loudness, seconds, phase)
        for channel in range(2):
            if fast == 2:
                halve(wide[channel], taps, history[channel], count, sides[channel])
            else:
                sides[channel, :] = wide[channel, :STEP]
        _shape(patch, sides, count, cutoff, states)
        if patch.sub > 0.0:
            step = hertz * patch.sub_ratio / SAMPLE_RATE
            sub_phase = add_wave(SINE, sub_phase, step, count, patch.sub, patch.sub, sides[0], sides[1])
        slope = (target - level) / count
        for channel in range(2):
            for k in range(count):
                out[channel, start + frame + k] += sides[channel, k] * np.float32(level + slope * (k + 1))
        level = target
        frame += count
    return frame
