import io

import lameenc
import numpy as np
import pytest
import soundfile

from studio.audio import SAMPLE_RATE
from studio.review import ReviewError, hear


def tone(rate, channels=2, seconds=2.0):
    time = np.arange(round(seconds * rate)) / rate
    return np.stack([0.25 * (1 + c) * np.sin(2 * np.pi * 1000 * time) for c in range(channels)], axis=1)


@pytest.mark.parametrize(
    ("suffix", "subtype", "off"),
    [("wav", "PCM_24", 1e-6), ("wav", "PCM_16", 5e-5), ("flac", "PCM_24", 1e-6), ("ogg", "VORBIS", 0.03),
     ("mp3", "MPEG_LAYER_III", 0.03)],
)  # fmt: skip
def test_every_kind_is_heard_as_it_was_written(tmp_path, suffix, subtype, off):
    written = tone(SAMPLE_RATE)
    soundfile.write(tmp_path / f"a.{suffix}", written, SAMPLE_RATE, subtype=subtype)
    heard = hear(tmp_path / f"a.{suffix}")
    assert heard.shape == (2, 2 * SAMPLE_RATE)
    assert heard.dtype == np.float32
    assert heard.flags.c_contiguous
    assert np.abs(heard.T - written)[4096:-4096].max() < off


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
def test_other_rates_are_heard_at_ours(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(rate), rate, subtype="FLOAT")
    heard = hear(tmp_path / "a.wav")
    assert heard.shape == (2, 2 * SAMPLE_RATE)
    assert np.abs(heard.T - tone(SAMPLE_RATE))[2000:-2000].max() < 0.003


def test_one_channel_sounds_on_both_sides(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(SAMPLE_RATE, 1), SAMPLE_RATE)
    heard = hear(tmp_path / "a.wav")
    assert heard.shape == (2, 2 * SAMPLE_RATE)
    assert np.array_equal(heard[0], heard[1])


def encoded(kind, seconds=2.0):
    file = io.BytesIO()
    soundfile.write(file, tone(SAMPLE_RATE, seconds=seconds), SAMPLE_RATE, format=kind)
    return file.getvalue()


def test_what_is_not_a_file_of_sound_says_so(tmp_path):
    with pytest.raises(ReviewError, match=r"gone\.wav: there is no such file"):
        hear(tmp_path / "gone.wav")
    for name, content, words in (
        ("none.mp3", b"", "is empty"),
        ("note.wav", b"Dear listener, " * 40, "damaged or of another kind"),
        ("head.wav", encoded("WAV")[:20], "cannot be read|no sound"),
        ("hollow.wav", encoded("WAV", seconds=0), "holds no sound"),
        ("half.flac", encoded("FLAC")[: len(encoded("FLAC")) // 2], "cut short|cannot be read"),
        ("half.mp3", encoded("MP3")[: len(encoded("MP3")) // 2], "cut short"),
        ("half.wav", encoded("WAV")[: len(encoded("WAV")) // 2], "cut short"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReviewError, match=words):
            hear(tmp_path / name)


def bare_mp3(seconds=3.0):
    """An MP3 without a Xing frame: nothing in it tells how long it is."""
    encoder = lameenc.Encoder()
    encoder.set_channels(2)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_bit_rate(192)
    return encoder.encode((tone(SAMPLE_RATE, seconds=seconds) * 32767).astype("<i2").tobytes()) + encoder.flush()


@pytest.mark.parametrize("tag", [b"", b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)])
def test_an_mp3_that_does_not_tell_its_length_is_heard(tmp_path, tag):
    (tmp_path / "a.mp3").write_bytes(tag + bytes(bare_mp3()))
    assert hear(tmp_path / "a.mp3").shape[1] == pytest.approx(3 * SAMPLE_RATE, abs=4000)


def test_a_tagged_mp3_cut_short_says_so(tmp_path):
    tag = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)
    (tmp_path / "whole.mp3").write_bytes(tag + encoded("MP3"))
    assert hear(tmp_path / "whole.mp3").shape == (2, 2 * SAMPLE_RATE)
    (tmp_path / "cut.mp3").write_bytes(tag + encoded("MP3")[:-4000])
    with pytest.raises(ReviewError, match="cut short"):
        hear(tmp_path / "cut.mp3")


def test_surround_sound_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(SAMPLE_RATE, 6, 0.1) / 2, SAMPLE_RATE)
    with pytest.raises(ReviewError, match="6 channels"):
        hear(tmp_path / "a.wav")
