"""The sampler's kernel: one voice of one note, added to a stem."""

import math

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE
from studio.sound.interpolation import read
from studio.sound.kernels import BLOCK, KERNEL, SILENCE
from studio.sound.library import PAD

_CHOKE_SECONDS = 0.006
_ACCENT_SECONDS = 0.1
_FULL_SCALE_DB = 100.0
_LOWEST_HZ = 8.1758
_NEVER = 1 << 60


@njit(**KERNEL)
def _volume(voice, frame):  # type: ignore[no-untyped-def]
    """Return the volume envelope ``frame`` frames into a held note: linear attack, decay linear in dB."""
    attacked = frame / SAMPLE_RATE - voice.delay
    if attacked <= 0.0:
        return 0.0
    if attacked < voice.attack:
        return attacked / voice.attack
    decayed = attacked - voice.attack - voice.hold
    if decayed <= 0.0:
        return 1.0
    return 10.0 ** (-min(decayed / voice.decay * _FULL_SCALE_DB, voice.sustain_db) / 20.0)


@njit(**KERNEL)
def _modulation(voice, frame):  # type: ignore[no-untyped-def]
    """Return the modulation envelope ``frame`` frames into a held note: convex attack, linear decay."""
    attacked = frame / SAMPLE_RATE - voice.mod_delay
    if attacked <= 0.0:
        return 0.0
    if attacked < voice.mod_attack:
        return max(0.0, 1.0 + 40.0 / 96.0 * math.log10(attacked / voice.mod_attack))
    decayed = attacked - voice.mod_attack - voice.mod_hold
    return max(voice.mod_sustain, 1.0 - max(decayed, 0.0) / voice.mod_decay)


@njit(**KERNEL)
def _lfo(seconds, delay, rate):  # type: ignore[no-untyped-def]
    return math.sin(2.0 * math.pi * rate * (seconds - delay)) if seconds > delay else 0.0


@njit(**KERNEL)
def _low_pass(block, count, cutoff, resonance, state):  # type: ignore[no-untyped-def]
    """Filter a block in place: a two-pole low-pass, ``cutoff`` in semitones.

    The trapezoidal state-variable form (Simper, Cytomic 2013) answers as the Audio EQ Cookbook's biquad does, but its
    state survives jumps of the cutoff without a click.
    """
    hertz = min(_LOWEST_HZ * 2.0 ** (cutoff / 12.0), 0.45 * SAMPLE_RATE)
    g = math.tan(math.pi * hertz / SAMPLE_RATE)
    a1 = 1.0 / (1.0 + g * (g + 1.0 / resonance))
    a2 = g * a1
    a3 = g * a2
    # A resonant peak is made up for in part, as the reference players do, so that it colours more than it shouts.
    scale = 1.0 / math.sqrt(max(resonance, 1.0))
    s1, s2 = state[0], state[1]
    for k in range(count):
        v3 = scale * block[k] - s2
        v1 = a1 * s1 + a2 * v3
        v2 = s2 + a2 * s1 + a3 * v3
        s1 = 2.0 * v1 - s1
        s2 = 2.0 * v2 - s2
        block[k] = v2
    state[0], state[1] = s1, s2


@njit(**KERNEL)
def _read_looped(frames, taps, voice, position, step, count, block):  # type: ignore[no-untyped-def]
    """Fill a block, jumping back at the loop's end; return the new position."""
    span = float(voice.loop_end - voice.loop_start)
    done = 0
    while done < count:
        while position >= voice.loop_end:
            position -= span
        run = min(count - done, math.ceil((voice.loop_end - position) / step))
        read(frames, taps, position + PAD, step, run, block, done)
        position += step * run
        done += run
    return position


@njit(**KERNEL)
def _next_edge(frame, attacked, hold, choke):  # type: ignore[no-untyped-def]
    """Return how many frames may be treated as one block: envelopes bend only between blocks."""
    edge = frame + BLOCK
    for corner in (attacked, hold, choke):
        if frame < corner < edge:
            edge = corner
    return edge - frame


@njit(**KERNEL)
def bent(bend, frame):  # type: ignore[no-untyped-def]
    """Return the bend in semitones at a frame of the stem; ``bend`` holds a value every ``BLOCK`` frames."""
    place = frame / BLOCK
    index = min(int(place), len(bend) - 2)
    return bend[index] + (bend[index + 1] - bend[index]) * min(place - index, 1.0)


@njit(**KERNEL)
def _level(voice, touch, frame, hold, choke):  # type: ignore[no-untyped-def]
    """Return the amplitude of a voice ``frame`` frames after its start: touch, release and choke included."""
    level, entered = _volume(voice, min(frame, hold)), (frame - touch.head) / SAMPLE_RATE
    if entered < touch.rise:
        level *= math.sin(0.5 * math.pi * entered / touch.rise)
    if touch.accent != 0.0:
        level *= 1.0 + touch.accent * math.exp(-entered / _ACCENT_SECONDS)
    if frame > hold and touch.fall > 0.0:
        # Quarter waves of sine and cosine keep the power of two different sounds that cross over.
        level *= math.cos(0.5 * math.pi * min((frame - hold) / SAMPLE_RATE / touch.fall, 1.0))
    elif frame > hold:
        level *= 10.0 ** (-(frame - hold) / SAMPLE_RATE / voice.release * _FULL_SCALE_DB / 20.0)
    if frame > choke:
        level *= math.exp(-(frame - choke) / SAMPLE_RATE / _CHOKE_SECONDS)
    return level


@njit(**KERNEL)
def _envelope(voice, frame, hold):  # type: ignore[no-untyped-def]
    """Return the modulation envelope, release included."""
    shape = _modulation(voice, min(frame, hold))
    if frame > hold:
        shape = max(0.0, shape * (1.0 - (frame - hold) / SAMPLE_RATE / voice.mod_release))
    return shape


@njit(**KERNEL)
def _step(voice, seconds, shape, wobble, bend):  # type: ignore[no-untyped-def]
    """Return how many sample frames pass in one output frame, every source of pitch counted."""
    pitch = voice.mod_pitch * shape + voice.lfo_pitch * wobble + bend
    if voice.vibrato_pitch != 0.0:
        pitch += voice.vibrato_pitch * _lfo(seconds, voice.vibrato_delay, voice.vibrato_rate)
    return voice.step * 2.0 ** (pitch / 12.0) if pitch != 0.0 else voice.step


@njit(**KERNEL)
def _mix(block, count, level, target, voice, out, start):  # type: ignore[no-untyped-def]
    """Add a block to both channels while its level moves in a straight line."""
    slope = np.float32((target - level) / max(count, 1))
    first = np.float32(level)
    left, right = np.float32(voice.left), np.float32(voice.right)
    for k in range(count):
        sound = block[k] * (first + slope * np.float32(k + 1))
        out[0, start + k] += sound * left
        out[1, start + k] += sound * right


@njit(**KERNEL)
def render_voice(voices, touches, frames, taps, hold, choke, gain, bend, out, start):  # type: ignore[no-untyped-def]
    """Add a voice to ``out`` (2, n) from frame ``start`` on; return how many frames it sounded.

    ``voices``, ``touches``: VOICE and TOUCH arrays of one. ``frames``: its padded sample. ``hold``: frames until the
    key is let go, ``choke``: frames until another sound of its class cuts it off (−1: never). ``bend``: semitones every
    BLOCK frames of ``out``, or empty.
    """
    voice, touch = voices[0], touches[0]
    head = touch.head
    # A voice that enters late counts as begun that much earlier.
    start, hold = start - head, hold + head
    block, state = np.zeros(BLOCK, np.float32), np.zeros(2)
    attacked = round((voice.delay + voice.attack) * SAMPLE_RATE)
    choke = choke + head if choke >= 0 else _NEVER
    floor = SILENCE / (gain * max(voice.left, voice.right))
    frame, position, level = head, head * voice.step, 0.0
    room = out.shape[1] - start
    ended = False
    while frame < room and not ended:
        count = min(_next_edge(frame, attacked, hold, choke), room - frame)
        shape, seconds = _envelope(voice, frame, hold), frame / SAMPLE_RATE
        wobble = _lfo(seconds, voice.lfo_delay, voice.lfo_rate)
        target = _level(voice, touch, frame + count, hold, choke) * 10.0 ** (voice.lfo_db * wobble / 20.0)
        if max(level, target) < floor and frame > min(max(attacked, head), hold):
            target, ended = 0.0, True
        away = bent(bend, start + frame) if len(bend) > 1 else 0.0
        if touch.glide != 0.0:
            away += touch.glide * math.exp(-touch.speed * (frame - head) / SAMPLE_RATE)
        step = _step(voice, seconds, shape, wobble, away)
        if voice.loop_mode == 1 or (voice.loop_mode == 3 and frame < hold):
            position = _read_looped(frames, taps, voice, position, step, count, block)
        else:
            readable = max(0, int((voice.length - 1 - position) / step))
            ended = ended or readable < count
            count = min(count, readable)
            read(frames, taps, position + PAD, step, count, block, 0)
            position += step * count
        if voice.filtered != 0:
            cutoff = voice.cutoff + voice.mod_cutoff * shape + voice.lfo_cutoff * wobble
            _low_pass(block, count, cutoff, voice.resonance, state)
        _mix(block, count, level * gain, target * gain, voice, out, start + frame)
        level = target
        frame += count
    return frame - head
