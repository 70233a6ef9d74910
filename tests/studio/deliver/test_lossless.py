import struct

import numpy as np
import pytest
import soundfile

from studio.audio import SAMPLE_RATE
from studio.deliver.flac import write_flac
from studio.deliver.pcm import CHUNK, chunks, dithered, quantised
from studio.deliver.recording import Recording
from studio.deliver.resampling import frames_at
from studio.deliver.tags import Tags
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


def test_dither_frees_rounding_from_distortion_and_is_the_same_every_time():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    quiet = np.float32(0.8 / 2**15) * np.stack([np.sin(2 * np.pi * 1000 * time)] * 2).astype(np.float32)
    (heard,) = dithered([quiet], 16)
    error = heard - quiet
    assert np.abs(error).max() <= 1 / 2**15
    assert error.std() == pytest.approx(np.sqrt(1 / 6) / 2**15, rel=0.02), "triangular: half a step each, twice"

    def harmonic(samples):
        return np.abs(np.fft.rfft(samples))[3000] / np.abs(np.fft.rfft(samples))[1000]

    assert harmonic(quantised(quiet, 16)[:, 0]) > 0.05
    assert harmonic(quantised(heard, 16)[:, 0]) < 0.01
    assert np.array_equal(heard, next(dithered([quiet], 16)))


def test_wav_16_holds_the_sound_and_dither(score, sound, tmp_path):
    audio = sound(CHUNK + 777)
    write_wav(Recording(audio, score), tmp_path / "x.wav", bits=16)
    found, rate = soundfile.read(tmp_path / "x.wav", dtype="float32")
    assert (rate, soundfile.info(tmp_path / "x.wav").subtype) == (SAMPLE_RATE, "PCM_16")
    assert found.shape == (CHUNK + 777, 2)
    assert (found.T - audio).std() * 2**15 == pytest.approx(0.5, rel=0.02), "a step of dither and one of rounding"


@pytest.mark.parametrize("frames", [44_100, CHUNK + 777, 100])
def test_wav_96_lasts_as_long_and_holds_the_same_band(score, tmp_path, frames):
    time = np.arange(frames) / SAMPLE_RATE
    audio = np.stack([0.3 * np.sin(2 * np.pi * 10_000 * time), 0.3 * np.cos(2 * np.pi * 441 * time)]).astype(np.float32)
    write_wav(Recording(audio, score), tmp_path / "x.wav", rate=96_000)
    found, rate = soundfile.read(tmp_path / "x.wav", dtype="float32")
    assert (rate, soundfile.info(tmp_path / "x.wav").subtype) == (96_000, "PCM_24")
    assert len(found) == round(frames * 96_000 / SAMPLE_RATE)
    if frames < SAMPLE_RATE:
        return
    then = np.arange(2_000, 90_000)
    expected = 0.3 * np.sin(2 * np.pi * 10_000 / 96_000 * then)
    assert np.abs(found[then, 0] - expected).max() < 1e-5
    assert np.abs(found[then, 1] - 0.3 * np.cos(2 * np.pi * 441 / 96_000 * then)).max() < 1e-5


def test_ten_minutes_at_96_khz_stay_far_below_what_a_wav_file_holds():
    assert frames_at(600 * SAMPLE_RATE, 96_000) * 6 == 345_600_000 < 2**32


@pytest.mark.parametrize("title", ["", "odd", "even"])
def test_the_riff_sizes_add_up(score, sound, tmp_path, title):
    path = tmp_path / "x.wav"
    write_wav(Recording(sound(1001), score, Tags(artist=title)), path)
    data = path.read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at, found = 12, {}
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        found[name], at = size, at + 8 + size + size % 2
    assert at == len(data)
    assert found[b"data"] == 1001 * 6
