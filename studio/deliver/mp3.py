"""MP3 at a constant bit rate, encoded by LAME, with the Info frame that tells a decoder the exact length.

The LAME binding writes bare MPEG frames. Without an Info frame, decoders cannot know that the first 1105 frames are the
codec's own delay and that the end is padded; they guess the length and play a gap. So we write one, after
G. Bouvigne, *Mp3 Info Tag revision 1* (2005), which extends Xing's header.
"""

import struct
from functools import partial
from pathlib import Path

import lameenc
import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.deliver.id3 import id3_tag
from studio.deliver.lossy import coded_below
from studio.deliver.pcm import chunks
from studio.deliver.recording import Recording
from studio.mix.kernel import kernel

QUALITY = {192: 5, 320: 7}
"""LAME's algorithm quality. At 320 kbit/s 7 takes half the time of 5 and its error lies as far below the mask; at 192
it lies above the mask more often (docs/formats.md)."""
FRAME = 1152
"""Sound frames in one MPEG-1 Layer III frame."""
ENCODER_DELAY = 576
"""Frames of silence that LAME puts before the sound; decoders add 529 of their own and know it."""
BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""kbit/s by index, MPEG-1 Layer III (ISO/IEC 11172-3, 2.4.2.3)."""
LOW_PASS_HZ = {192: 18_600, 320: 20_500}
"""LAME 3.100's own choice."""
SIDE_INFORMATION = 32


def write_mp3(recording: Recording, path: Path, *, bit_rate: int) -> None:
    """Write the master to ``path`` at ``bit_rate`` kbit/s.

    It decodes to exactly the master's length, and to a true peak of at most −1 dBTP.
    """
    coded = coded_below(recording.audio, partial(_complete, bit_rate=bit_rate))
    path.write_bytes(id3_tag(recording.tags) + coded)


def _complete(audio: Audio, bit_rate: int) -> bytes:
    stream = _encode(audio, bit_rate)
    return info_frame(stream, audio.shape[1], bit_rate) + stream


def lame(bit_rate: int, quality: int) -> lameenc.Encoder:
    """Return an encoder of stereo sound at ``bit_rate`` kbit/s; ``quality`` 0 (best) … 9 (quickest)."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(bit_rate)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_channels(2)
    encoder.set_quality(quality)
    return encoder


def _encode(audio: Audio, bit_rate: int) -> bytes:
    encoder = lame(bit_rate, QUALITY[bit_rate])
    stream = bytearray()
    for samples in chunks(audio, 16):
        stream += encoder.encode(samples.astype("<i2").tobytes())
    return bytes(stream + encoder.flush())


def frame_offsets(stream: bytes) -> list[int]:
    """Return where each MPEG frame of ``stream`` begins; raises ``ValueError`` where none does."""
    offsets, at = [], 0
    while at + 4 <= len(stream):
        header = int.from_bytes(stream[at : at + 4], "big")
        if header >> 16 != 0xFFFB:  # sync word, MPEG-1, Layer III, no checksum
            raise ValueError(f"no MPEG-1 Layer III frame at byte {at}")
        offsets.append(at)
        kbps, padding = BIT_RATES[(header >> 12) & 15], (header >> 9) & 1
        at += 144_000 * kbps // SAMPLE_RATE + padding
    return offsets


def info_frame(stream: bytes, frames: int, bit_rate: int) -> bytes:
    """Return the Info frame for an encoded ``stream`` of a sound of ``frames`` frames.

    It is an MPEG frame whose side information is silent, so that a decoder that does not know it plays nothing.
    """
    offsets = frame_offsets(stream)
    size = 144_000 * bit_rate // SAMPLE_RATE
    header = bytes([stream[0], stream[1], stream[2] & ~0x02, stream[3]])  # the stream's own, without padding
    padding = len(offsets) * FRAME - ENCODER_DELAY - frames
    total = size + len(stream)
    body = header + bytes(SIDE_INFORMATION) + _xing(offsets, size, total, QUALITY[bit_rate])
    body += _lame(bit_rate, padding, total, crc16(np.frombuffer(stream, np.uint8)))
    body += struct.pack(">H", crc16(np.frombuffer(body, np.uint8)))
    return body.ljust(size, b"\0")


def _xing(offsets: list[int], size: int, total: int, quality: int) -> bytes:
    """Number of MPEG frames and bytes, and a table of where each hundredth of the time begins, in 256ths."""
    at = [size + offsets[len(offsets) * percent // 100] for percent in range(100)]
    table = bytes(min(255, 256 * position // total) for position in at)
    flags = 0b1111  # frames, bytes, table and quality follow
    return b"Info" + struct.pack(">III", flags, len(offsets), total) + table + struct.pack(">I", 100 - 10 * quality)


def _lame(bit_rate: int, padding: int, total: int, music_crc: int) -> bytes:
    """The encoder's own part, up to its checksum."""
    constant_bit_rate, joint_stereo, rate_44100 = 1, 3, 1
    return b"".join(
        (
            b"LAME3.100",
            bytes([constant_bit_rate, LOW_PASS_HZ[bit_rate] // 100]),
            bytes(8),  # peak and replay gains: not stated
            bytes([0x14, min(bit_rate, 255)]),  # psycho-acoustic tuning on, ATH type 4
            (ENCODER_DELAY << 12 | padding).to_bytes(3, "big"),
            bytes([joint_stereo << 2 | rate_44100 << 6, 0, 0, 0]),
            struct.pack(">IH", total, music_crc),
        )
    )


def crc16(data: NDArray[np.uint8]) -> int:
    """Return the checksum that the Info tag uses: CRC-16/ARC (x¹⁶ + x¹⁵ + x² + 1, reflected)."""
    return int(_crc16(data, _CRC_TABLE))


def _crc_table() -> NDArray[np.uint16]:
    values = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ 0xA001, values >> 1).astype(np.uint16)
    return values


_CRC_TABLE = _crc_table()


@kernel
def _crc16(data, table):  # type: ignore[no-untyped-def]
    crc = np.uint32(0)
    for value in data:
        crc = (crc >> np.uint32(8)) ^ np.uint32(table[(crc ^ np.uint32(value)) & np.uint32(255)])
    return crc
