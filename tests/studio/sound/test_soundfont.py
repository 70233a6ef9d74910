from pathlib import Path

import numpy as np
import pytest

from studio.errors import SoundLibraryError
from studio.sound.library import CACHE_BYTES, DEFAULT_PATH, SoundLibrary
from studio.sound.soundfont import SoundFont
from tests.studio.sound.measuring import needs_library
from tests.studio.sound.tiny_soundfont import CYCLES, FRAMES, tiny_soundfont


def test_reads_presets_zones_and_samples(tiny_library: Path) -> None:
    font = SoundFont(tiny_library)
    assert font.presets == {(0, 0): "Sine", (128, 0): "Hats"}
    (zone,) = font.zones(0, 0)
    assert (zone.keys, zone.velocities) == ((0, 127), (0, 127))
    assert (zone["root_key"], zone["sample_modes"], zone["vol_release"]) == (69, 1, -3986)
    assert (zone["filter_cutoff"], zone["scale_tuning"]) == (13500, 100), "generators left out take their defaults"
    frames, loop_start, loop_end = font.decode(0)
    assert (frames.dtype, len(frames), loop_start, loop_end) == (np.float32, FRAMES, 0, FRAMES)
    assert int(np.argmax(np.abs(np.fft.rfft(frames)))) == CYCLES


def test_zones_answer_to_their_keys_only(tiny_library: Path) -> None:
    zones = SoundFont(tiny_library).zones(128, 0)
    assert [[zone.sounds(key, 64) for key in (41, 42, 46)] for zone in zones] == [
        [False, True, False],
        [False, False, True],
    ]


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SoundLibraryError, match=r"nowhere\.sf2 does not exist; .*npm ci.*SOUND_LIBRARY"):
        SoundFont(tmp_path / "nowhere.sf2")


@pytest.mark.parametrize("content", [b"RIFF\4\0\0\0WAVE", b"OggS" + b"\0" * 40, b"x"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(content)
    with pytest.raises(SoundLibraryError, match="is not a SoundFont"):
        SoundFont(path)


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.sf2"
    path.touch()
    with pytest.raises(SoundLibraryError, match=r"empty\.sf2"):
        SoundFont(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95, 0.999])
def test_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    content = tiny_soundfont()
    path = tmp_path / "half.sf2"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SoundLibraryError, match="cut short"):
        SoundFont(path)


def test_file_without_a_chunk_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "damaged.sf2"
    path.write_bytes(tiny_soundfont().replace(b"igen", b"xgen"))
    with pytest.raises(SoundLibraryError, match=r"is damaged \('igen'\)"):
        SoundFont(path)


def test_library_is_opened_once_per_path(tiny_library: Path) -> None:
    assert SoundLibrary.open() is SoundLibrary.open()
    assert SoundLibrary.open().font.path == tiny_library


def test_missing_preset_falls_back_and_says_so(tiny_library: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = SoundLibrary.open()
    assert library.zones(17, 40) == library.zones(0, 0)
    assert "preset 17:40 is not in tiny.sf2: playing Sine" in caplog.text
    assert library.zones(128, 25) == library.zones(128, 0)
    assert "preset 128:25 is not in tiny.sf2: playing Hats" in caplog.text


@needs_library
def test_compressed_samples_decode_with_loops_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOUND_LIBRARY", raising=False)
    library = SoundLibrary.open()
    for bank, program in ((0, 0), (0, 48), (128, 0)):
        zone = library.zones(bank, program)[0]
        sample = library.sample(zone)
        assert sample.length > 1000
        assert np.isfinite(sample.frames).all()
        assert np.abs(sample.frames).max() > 0.01
        assert sample.loop_end <= sample.length


@needs_library
def test_sample_cache_stays_within_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.sound.library.CACHE_BYTES", 4 << 20)
    library = SoundLibrary(DEFAULT_PATH)
    for zone in library.zones(0, 0)[:60]:
        library.sample(zone)
    kept = sum(sample.frames.nbytes for sample in library._samples.values())
    assert kept == library._bytes
    assert kept <= 4 << 20
    assert CACHE_BYTES < 300 << 20
