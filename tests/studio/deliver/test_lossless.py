import struct

import numpy as np
import pytest
import soundfile

from studio.audio import SAMPLE_RATE
from studio.deliver.flac import write_flac
from studio.deliver.pcm import CHUNK, chunks
from studio.deliver.recording import Recording
from studio.deliver.wav import write_wav


def test_wav_and_flac_hold_the_same_24_bit_samples(score, sound, tmp_path):
    recording = Recording(sound(CHUNK + 777), score)
    write_wav(recording, tmp_path / "x.wav")
    write_flac(recording, tmp_path / "x.flac")
    wav, rate = soundfile.read(tmp_path / "x.wav", dtype="int32")
    flac, _ = soundfile.read(tmp_path / "x.flac", dtype="int32")
    assert rate == SAMPLE_RATE
    assert soundfile.info(tmp_path / "x.wav").subtype == soundfile.info(tmp_path / "x.flac").subtype == "PCM_24"
    assert wav.shape == (CHUNK + 777, 2)
    assert np.array_equal(wav, flac)
    assert np.array_equal(wav[:, 0] >> 8, np.rint(recording.audio[0] * 2.0**23))


def test_samples_round_and_stop_at_the_ends_of_the_range():
    audio = np.array([[1.0, -1.0, 1.5 / 2**15, -2.0], [0.0, 0.25, 2.5 / 2**15, 2.0]], np.float32)
    (samples,) = chunks(audio, 16)
    assert samples[:, 0].tolist() == [32767, -32768, 2, -32768]
    assert samples[:, 1].tolist() == [0, 8192, 2, 32767]


@pytest.mark.parametrize("title", ["", "odd", "even"])
def test_the_riff_sizes_add_up(score, sound, tmp_path, title):
    path = tmp_path / "x.wav"
    write_wav(Recording(sound(1001), score, artist=title), path)
    data = path.read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at, found = 12, {}
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        found[name], at = size, at + 8 + size
    assert at == len(data)
    assert found[b"data"] == 1001 * 6
