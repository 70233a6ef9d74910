from functools import partial

import numpy as np
import pytest
import soundfile
from scipy.signal import correlate

from studio.audio import SAMPLE_RATE, silence
from studio.deliver import aac, ffmpeg, mp3, ogg
from studio.deliver.lossy import Decode, Encode, coded_below, decoded
from studio.deliver.recording import Recording
from studio.mix.limiter import Limiter
from studio.mix.loudness import true_peak

needs_ffmpeg = pytest.mark.skipif(not ffmpeg.present(), reason="ffmpeg is not installed")

CODECS: dict[str, tuple[Encode, Decode]] = {
    "mp3": (partial(mp3._complete, bit_rate=320), decoded),
    "mp3-192": (partial(mp3._complete, bit_rate=192), decoded),
    "vorbis": (partial(ogg._encode, rate=SAMPLE_RATE, subtype="VORBIS", level=0.2), decoded),
    "opus-libsndfile": (ogg._opus_by_libsndfile, decoded),
    "opus-ffmpeg": (ogg._opus_by_ffmpeg, decoded),
    "aac": (aac._encode, ffmpeg.decode),
}


@pytest.mark.parametrize("name", CODECS)
def test_peaks_stay_below_the_promise_after_coding(name):
    if name in ("opus-ffmpeg", "aac") and not ffmpeg.present():
        pytest.skip("ffmpeg is not installed")
    rng = np.random.default_rng(5)
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    bursts = (rng.standard_normal((2, SAMPLE_RATE)) * np.exp(-40 * (time % 0.2))).astype(np.float32)
    Limiter(-1.4).process(bursts)
    encode, decode = CODECS[name]
    assert true_peak(decode(encode(bursts))) > -1.0, "the material must be hard to code"
    assert true_peak(decode(coded_below(bursts, encode, decode))) <= -1.0


def test_sound_that_codes_well_is_coded_once(sound):
    calls = []

    def encode(audio):
        calls.append(audio)
        return mp3._complete(audio, 320)

    coded_below(sound(20_000), encode)
    assert len(calls) == 1


def test_vorbis_decodes_to_the_very_length_without_a_shift(score, sound, tmp_path):
    audio = sound(100_001)
    ogg.write_vorbis(Recording(audio, score), tmp_path / "x.ogg")
    heard, rate = soundfile.read(tmp_path / "x.ogg", dtype="float32")
    assert (rate, heard.shape) == (SAMPLE_RATE, (100_001, 2))
    assert np.argmax(correlate(heard[:, 0], audio[0], "full", "fft")) == len(heard) - 1
    assert np.corrcoef(heard[:, 0], audio[0])[0, 1] > 0.999


@pytest.mark.parametrize("by_ffmpeg", [False, pytest.param(True, marks=needs_ffmpeg)])
def test_opus_lasts_as_long_at_its_own_rate(score, sound, tmp_path, monkeypatch, by_ffmpeg):
    monkeypatch.setattr(ffmpeg, "present", lambda: by_ffmpeg)
    ogg.write_opus(Recording(sound(100_001), score), tmp_path / "x.opus")
    info = soundfile.info(tmp_path / "x.opus")
    assert (info.samplerate, info.frames, info.subtype) == (48_000, round(100_001 * 48_000 / SAMPLE_RATE), "OPUS")


def test_a_minute_does_not_crash_the_vorbis_encoder(score, tmp_path):
    """Written at once, it would: libsndfile puts every frame of a call on the stack."""
    ogg.write_vorbis(Recording(silence(60 * SAMPLE_RATE), score), tmp_path / "x.ogg")
    assert soundfile.info(tmp_path / "x.ogg").frames == 60 * SAMPLE_RATE
