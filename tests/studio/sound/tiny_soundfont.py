"""A SoundFont small enough to read: one looped sine, one kit of two hats that choke each other."""

import math
import struct

import numpy as np

RATE = 44_100
CYCLES, FRAMES = 44, 4410
"""The sine: 44 whole periods in 4410 frames, so the loop is seamless; 440 Hz is key 69."""

_ROOT, _MODES, _CLASS, _KEYS, _SAMPLE, _INSTRUMENT, _RELEASE = 58, 54, 57, 43, 53, 41, 38


def _chunk(identity: bytes, content: bytes) -> bytes:
    return identity + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _zones(layout: list[list[list[tuple[int, int]]]]) -> tuple[bytes, bytes, list[int]]:
    """Return bag and generator records of owners → zones → (generator, value), and each owner's first bag."""
    bags: list[int] = []
    generators: list[tuple[int, int]] = []
    firsts: list[int] = []
    for owner in layout:
        firsts.append(len(bags))
        for zone in owner:
            bags.append(len(generators))
            generators += zone
    firsts.append(len(bags))
    bags.append(len(generators))
    generators.append((0, 0))
    bag = b"".join(struct.pack("<HH", first, 0) for first in bags)
    return bag, b"".join(struct.pack("<HH", code, value & 0xFFFF) for code, value in generators), firsts


def tiny_soundfont() -> bytes:
    """Return the bytes of the file: presets 0:0 (sustained sine) and 128:0 (keys 42 and 46 of exclusive class 1)."""
    sine = (12_000 * np.sin(2 * math.pi * CYCLES * np.arange(FRAMES) / FRAMES)).astype("<i2").tobytes() + b"\0" * 92
    tone = [(_RELEASE, -3986), (_MODES, 1), (_ROOT, 69), (_SAMPLE, 0)]
    hats = [[(_KEYS, key | key << 8), (_MODES, 1), (_CLASS, 1), (_ROOT, key), (_SAMPLE, 0)] for key in (42, 46)]
    instrument_bags, instrument_generators, firsts = _zones([[tone], hats])
    preset_bags, preset_generators, preset_firsts = _zones([[[(_INSTRUMENT, 0)]], [[(_INSTRUMENT, 1)]]])
    presets = [(b"Sine", 0, 0), (b"Hats", 0, 128), (b"EOP", 0, 0)]
    phdr = b"".join(
        struct.pack("<20sHHHIII", name, program, bank, first, 0, 0, 0)
        for (name, program, bank), first in zip(presets, preset_firsts, strict=True)
    )
    names = (b"Sine", b"Hats", b"EOI")
    inst = b"".join(struct.pack("<20sH", name, first) for name, first in zip(names, firsts, strict=True))
    header = struct.pack("<20sIIIIIBbHH", b"Sine", 0, FRAMES, 0, FRAMES, RATE, 69, 0, 0, 1)
    shdr = header + struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    end = struct.pack("<HHhHH", 0, 0, 0, 0, 0)
    pdta = [
        (b"phdr", phdr), (b"pbag", preset_bags), (b"pmod", end), (b"pgen", preset_generators), (b"inst", inst),
        (b"ibag", instrument_bags), (b"imod", end), (b"igen", instrument_generators), (b"shdr", shdr),
    ]  # fmt: skip
    body = b"sfbk" + _chunk(b"LIST", b"INFO" + _chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body += _chunk(b"LIST", b"sdta" + _chunk(b"smpl", sine))
    body += _chunk(b"LIST", b"pdta" + b"".join(_chunk(name, content) for name, content in pdta))
    return _chunk(b"RIFF", body)
