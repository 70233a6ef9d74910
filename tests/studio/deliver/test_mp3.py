import numpy as np
import pytest
import soundfile
from scipy.signal import correlate

from studio.audio import SAMPLE_RATE
from studio.deliver import mp3
from studio.deliver.recording import Recording


@pytest.mark.parametrize("bit_rate", [192, 320])
@pytest.mark.parametrize("frames", [1152 * 20, 1152 * 20 + 1, 31_337, 500])
def test_it_decodes_to_the_very_length_without_a_shift(score, sound, tmp_path, frames, bit_rate):
    audio = sound(frames)
    mp3.write_mp3(Recording(audio, score), tmp_path / "x.mp3", bit_rate=bit_rate)
    decoded, rate = soundfile.read(tmp_path / "x.mp3", dtype="float32")
    assert rate == SAMPLE_RATE
    assert decoded.shape == (frames, 2)
    assert soundfile.info(tmp_path / "x.mp3").frames == frames
    shift = np.argmax(correlate(decoded[:, 0], audio[0], "full", "fft")) - (frames - 1)
    assert shift == 0
    assert np.corrcoef(decoded[:, 0], audio[0])[0, 1] > 0.999


def test_the_info_frame_counts_frames_and_bytes(sound):
    stream = mp3._encode(sound(100_000), 320)
    frame = mp3.info_frame(stream, 100_000, 320)
    offsets = mp3.frame_offsets(stream)
    assert len(frame) == 1044
    assert frame[36:40] == b"Info"
    count, size = (int.from_bytes(frame[at : at + 4], "big") for at in (44, 48))
    assert count == len(offsets)
    assert size == len(frame) + len(stream)
    table = list(frame[52:152])
    assert table == sorted(table)
    assert table[50] == pytest.approx(128, abs=3)
    delay_padding = int.from_bytes(frame[177:180], "big")
    delay, padding = delay_padding >> 12, delay_padding & 0xFFF
    assert delay == 576
    assert count * 1152 - delay - padding == 100_000
    assert padding >= 529, "a decoder needs that much to ring out"
    assert int.from_bytes(frame[188:190], "big") == mp3.crc16(np.frombuffer(stream, np.uint8))
    assert int.from_bytes(frame[190:192], "big") == mp3.crc16(np.frombuffer(frame[:190], np.uint8))


def test_the_checksum_is_crc_16_arc():
    assert mp3.crc16(np.frombuffer(b"123456789", np.uint8)) == 0xBB3D


def test_what_is_no_stream_is_refused():
    with pytest.raises(ValueError, match="byte 0"):
        mp3.frame_offsets(b"RIFFRIFF")
