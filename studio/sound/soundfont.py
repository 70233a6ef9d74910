"""Reading SoundFont files: SF2 (SoundFont 2.04 specification) and SF3, the same with Ogg Vorbis samples."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from studio.errors import SoundLibraryError

# Generators that this reader or the sampler names (SoundFont 2.04, section 8.1.2).
GENERATORS = {
    "start_offset": 0, "end_offset": 1, "loop_start_offset": 2, "loop_end_offset": 3, "start_coarse": 4,
    "mod_lfo_pitch": 5, "vibrato_pitch": 6, "mod_env_pitch": 7, "filter_cutoff": 8, "filter_q": 9,
    "mod_lfo_cutoff": 10, "mod_env_cutoff": 11, "end_coarse": 12, "mod_lfo_volume": 13, "pan": 17,
    "mod_lfo_delay": 21, "mod_lfo_rate": 22, "vibrato_delay": 23, "vibrato_rate": 24,
    "mod_delay": 25, "mod_attack": 26, "mod_hold": 27, "mod_decay": 28, "mod_sustain": 29, "mod_release": 30,
    "vol_delay": 33, "vol_attack": 34, "vol_hold": 35, "vol_decay": 36, "vol_sustain": 37, "vol_release": 38,
    "key_to_hold": 39, "key_to_decay": 40, "instrument": 41, "key_range": 43, "velocity_range": 44,
    "loop_start_coarse": 45, "fixed_key": 46, "fixed_velocity": 47, "attenuation": 48, "loop_end_coarse": 50,
    "coarse_tune": 51, "fine_tune": 52, "sample": 53, "sample_modes": 54, "scale_tuning": 56,
    "exclusive_class": 57, "root_key": 58,
}  # fmt: skip

DEFAULTS = {
    8: 13500, 21: -12000, 23: -12000, 25: -12000, 26: -12000, 27: -12000, 28: -12000, 30: -12000, 33: -12000,
    34: -12000, 35: -12000, 36: -12000, 38: -12000, 46: -1, 47: -1, 56: 100, 58: -1,
}  # fmt: skip
"""Generators whose value at rest is not 0."""

INSTRUMENT_ONLY = frozenset({0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58})
"""Generators that a preset zone may not change (section 8.1.3)."""

_RANGES = frozenset({GENERATORS["key_range"], GENERATORS["velocity_range"]})
_LINKS = frozenset({GENERATORS["instrument"], GENERATORS["sample"]})

_RECORDS = {
    "phdr": "<20sHHHIII", "pbag": "<HH", "pmod": "<HHhHH", "pgen": "<HH", "inst": "<20sH", "ibag": "<HH",
    "imod": "<HHhHH", "igen": "<HH", "shdr": "<20sIIIIIBbHH",
}  # fmt: skip
"""Layout of one record of each list in the file's ``pdta`` chunk."""

VORBIS_SAMPLE = 0x10
"""Sample type bit of SF3: the sample is an Ogg Vorbis stream."""


class Modulator(NamedTuple):
    """A controller routed to a generator: sources are the specification's 16-bit codes (section 8.2)."""

    source: int
    destination: int
    amount: int
    amount_source: int
    transform: int


class SampleHeader(NamedTuple):
    """A sample: positions count frames in SF2, bytes (and frames inside the sample, for loops) in SF3."""

    name: bytes
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    root_key: int
    correction: int
    link: int
    kind: int


@dataclass(frozen=True)
class Zone:
    """A sample and how it is played for a rectangle of keys and velocities.

    ``generators`` is complete: defaults, instrument and preset values summed. ``instrument_modulators`` replace
    default modulators of the same route, ``preset_modulators`` add to them.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    generators: Mapping[int, int]
    instrument_modulators: tuple[Modulator, ...]
    preset_modulators: tuple[Modulator, ...]

    def __getitem__(self, name: str) -> int:
        """Return the value of a generator by its name in ``GENERATORS``."""
        return self.generators.get(GENERATORS[name], 0)

    def sounds(self, key: int, velocity: int) -> bool:
        """Return whether the zone answers to that key and velocity."""
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


_Records = list[tuple[Any, ...]]


class SoundFont:
    """An open SoundFont file. The file is mapped, not read: samples are decoded one by one when asked for.

    ``presets`` maps (bank, program) to preset names. Raises ``SoundLibraryError`` for a file that is missing, not a
    SoundFont, cut short or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes = _map(path)
        try:
            chunks = self._chunks()
            self._sample_base = chunks["smpl"][0]
            self._lists = {name: self._records(chunks[name], layout) for name, layout in _RECORDS.items()}
            self.samples = tuple(SampleHeader(*row) for row in self._lists["shdr"][:-1])
        except (KeyError, struct.error) as fault:
            raise SoundLibraryError(f"sound library: {path} is damaged ({fault}); {_REMEDY}") from fault
        headers = self._lists["phdr"][:-1]
        self._preset_index = {(row[2], row[1]): index for index, row in enumerate(headers)}
        self.presets = {key: _text(headers[index][0]) for key, index in self._preset_index.items()}

    def zones(self, bank: int, program: int) -> tuple[Zone, ...]:
        """Return every zone of a preset, in file order; raises ``KeyError`` for a preset the file lacks."""
        index = self._preset_index[bank, program]
        try:
            return tuple(self._preset_zones(index))
        except (IndexError, struct.error) as fault:
            raise SoundLibraryError(f"sound library: {self.path} is damaged ({fault}); {_REMEDY}") from fault

    def decode(self, sample: int) -> tuple[NDArray[np.float32], int, int]:
        """Return a sample's frames, float32 mono ±1, and the frames at which its loop starts and ends."""
        header = self.samples[sample]
        if header.kind & VORBIS_SAMPLE:
            stream = self._bytes[self._sample_base + header.start : self._sample_base + header.end]
            try:
                frames, _ = soundfile.read(io.BytesIO(stream.tobytes()), dtype="float32")
            except soundfile.LibsndfileError as fault:
                name = _text(header.name)
                raise SoundLibraryError(f"sound library: sample {name!r} cannot be decoded; {_REMEDY}") from fault
            mono = frames if frames.ndim == 1 else frames.mean(1)
            return np.ascontiguousarray(mono, np.float32), header.loop_start, header.loop_end
        start, end = self._sample_base + 2 * header.start, self._sample_base + 2 * header.end
        frames = np.frombuffer(self._bytes[start:end].tobytes(), "<i2").astype(np.float32) / np.float32(32768)
        return frames, header.loop_start - header.start, header.loop_end - header.start

    def _chunks(self) -> dict[str, tuple[int, int]]:
        """Return the (offset, size) of every chunk inside the file's ``sdta`` and ``pdta`` lists."""
        found: dict[str, tuple[int, int]] = {}
        for identity, offset, size in self._walk(12, len(self._bytes)):
            kind = self._bytes[offset : offset + 4].tobytes() if identity == "LIST" else b""
            if kind in (b"sdta", b"pdta"):
                found |= {name: (start, length) for name, start, length in self._walk(offset + 4, offset + size)}
        return found

    def _walk(self, position: int, end: int) -> list[tuple[str, int, int]]:
        """Return (identity, offset, size) of the chunks that follow one another from ``position`` to ``end``."""
        chunks = []
        while position + 8 <= end:
            identity, size = struct.unpack("<4sI", self._bytes[position : position + 8].tobytes())
            if position + 8 + size > len(self._bytes):
                raise SoundLibraryError(f"sound library: {self.path} is cut short; {_REMEDY}")
            chunks.append((identity.decode("latin-1"), position + 8, size))
            position += 8 + size
            # Chunks are padded to even sizes, but SF3 writers disagree: trust the padding byte only when it is there.
            if size % 2 and position < end and self._bytes[position] == 0:
                position += 1
        return chunks

    def _records(self, chunk: tuple[int, int], layout: str) -> _Records:
        offset, size = chunk
        return list(struct.iter_unpack(layout, self._bytes[offset : offset + size].tobytes()))

    def _preset_zones(self, index: int) -> list[Zone]:
        """Return the zones of a preset, each joined with every zone of the instrument it points at."""
        zones = []
        first, last = self._lists["phdr"][index][3], self._lists["phdr"][index + 1][3]
        for preset, preset_modulators in self._bags("p", first, last, GENERATORS["instrument"]):
            link = preset[GENERATORS["instrument"]]
            begin, end = self._lists["inst"][link][1], self._lists["inst"][link + 1][1]
            for inner, modulators in self._bags("i", begin, end, GENERATORS["sample"]):
                keys = _overlap(_range(preset, "key_range"), _range(inner, "key_range"))
                velocities = _overlap(_range(preset, "velocity_range"), _range(inner, "velocity_range"))
                if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                    zones.append(Zone(keys, velocities, _sum(inner, preset), modulators, preset_modulators))
        return zones

    def _bags(self, kind: str, first: int, last: int, link: int) -> list[tuple[dict[int, int], tuple[Modulator, ...]]]:
        """Return generators and modulators of bags ``first`` … ``last``, the global bag's merged into each."""
        bags, generators, modulators = (self._lists[kind + name] for name in ("bag", "gen", "mod"))
        shared: dict[int, int] = {}
        shared_routes: dict[tuple[int, ...], Modulator] = {}
        zones = []
        for index in range(first, last):
            own: dict[int, int] = dict(generators[bags[index][0] : bags[index + 1][0]])
            rows = [Modulator(*row) for row in modulators[bags[index][1] : bags[index + 1][1]]]
            routes: dict[tuple[int, ...], Modulator] = {row[:2] + row[3:]: row for row in rows}
            if link in own:
                zones.append((shared | own, tuple((shared_routes | routes).values())))
            elif index == first:
                shared, shared_routes = own, routes
        return zones


_REMEDY = "fetch it again with `npm ci`, or point SOUND_LIBRARY at another SF2 or SF3 file"


def _map(path: Path) -> NDArray[np.uint8]:
    """Return the file's bytes as a read-only memory map, after checking that it is a SoundFont of full length."""
    try:
        content = np.memmap(path, np.uint8, mode="r")
    except (OSError, ValueError) as fault:
        reason = "does not exist" if isinstance(fault, FileNotFoundError) else f"cannot be read ({fault})"
        raise SoundLibraryError(f"sound library: {path} {reason}; {_REMEDY}") from fault
    head = content[:12].tobytes()
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise SoundLibraryError(f"sound library: {path} is not a SoundFont; {_REMEDY}")
    if struct.unpack("<I", head[4:8])[0] + 8 > len(content):
        raise SoundLibraryError(f"sound library: {path} is cut short; {_REMEDY}")
    return content


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("latin-1")


def _signed(value: int) -> int:
    return value - 65536 if value > 32767 else value


def _range(generators: Mapping[int, int], name: str) -> tuple[int, int]:
    value = generators.get(GENERATORS[name], 127 << 8)
    return value & 255, value >> 8


def _overlap(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    return max(first[0], second[0]), min(first[1], second[1])


def _sum(instrument: Mapping[int, int], preset: Mapping[int, int]) -> dict[int, int]:
    """Return defaults overridden by the instrument's generators, plus what the preset adds (section 9.4)."""
    values = dict(DEFAULTS)
    for code, value in instrument.items():
        if code not in _RANGES:
            values[code] = value if code in _LINKS else _signed(value)
    for code, value in preset.items():
        if code not in INSTRUMENT_ONLY and code not in _RANGES and code not in _LINKS:
            values[code] = values.get(code, 0) + _signed(value)
    return values
