"""Taking recordings apart: signals whose sources are known, and files that are none."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch

from studio.audio import SAMPLE_RATE
from studio.cli import main
from studio.errors import SeparationError
from studio.models.files import FOLDER
from studio.models.separation import BINS, bands
from studio.models.separation_network import load
from studio.separate import SOURCES, separate
from studio.separate import demucs as demucs_engine
from studio.separate.engines import OVERLAP, STRETCH, in_stretches
from studio.separate.recording import within_range
from studio.separate.spectrum import analyse, synthesise
from studio.separate.wiener import filtered_by_place

SECONDS = 8


def si_sdr(estimate, reference):
    """Le Roux et al. 2019, equation 5."""
    one, other = estimate.ravel().astype(float), reference.ravel().astype(float)
    target = one @ other / (other @ other) * other
    return 10 * np.log10(target @ target / np.sum((target - one) ** 2))


@pytest.fixture(scope="module")
def band():
    """Drums (bursts of noise with a falling thump), a 60 Hz bass tone, and a wide pad of three chords."""
    rng, time = np.random.default_rng(1), np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    within = time % 0.5
    thump = np.sin(2 * np.pi * (90 * within + 8 * (1 - np.exp(-within * 40)))) * np.exp(-within * 14)
    snap = rng.normal(0, 0.3, len(time)) * np.exp(-within * 25)
    bass = 0.35 * np.tanh(2 * np.sin(2 * np.pi * 60 * time)) * (1 - np.exp(-(time % 2) * 200))
    pad = np.zeros((2, len(time)))
    for note in (220.0, 277.2, 329.6):
        for partial in range(1, 12):
            for side in (0, 1):
                pad[side] += np.sin(2 * np.pi * note * partial * (1 + 0.001 * side) * time + 9 * rng.random()) / partial
    sources = {"drums": [thump + snap] * 2, "bass": [bass] * 2, "other": 0.08 * pad}
    return {name: 0.5 * np.array(sound, np.float32) for name, sound in sources.items()}


@pytest.fixture(scope="module")
def mix(band):
    return sum(band.values())


@pytest.fixture(scope="module")
def song(tmp_path_factory, mix):
    path = tmp_path_factory.mktemp("song") / "song.flac"
    soundfile.write(path, mix[:, : 3 * SAMPLE_RATE].T, SAMPLE_RATE, subtype="PCM_24")
    return path


def test_a_spectrum_gives_its_sound_back():
    sound = np.random.default_rng(0).normal(0, 0.2, (2, 33_333)).astype(np.float32)
    assert np.abs(synthesise(analyse(sound), sound.shape[1]) - sound).max() < 1e-6
    assert bands().shape[1] == BINS == analyse(sound).shape[1]
    np.testing.assert_allclose(bands().sum(axis=0), 1.0, atol=1e-6)


def test_the_wiener_filter_tells_sides_apart_and_loses_nothing():
    """Two noises in the same bins, one on the left, one on the right: shares alone cannot part them, places can."""
    rng = np.random.default_rng(3)
    noises = rng.normal(0, 0.1, (2, 1, 2 * SAMPLE_RATE)) * np.array([[[1.0], [0.1]], [[0.1], [1.0]]])
    spectrum = analyse(noises.sum(axis=0).astype(np.float32))
    left = np.square(np.abs(spectrum[0])) / np.square(np.abs(spectrum)).sum(axis=0)
    shares = np.stack([left, 1.0 - left]).astype(np.float32)
    parts = filtered_by_place(spectrum, shares)
    np.testing.assert_allclose(np.sum(parts, axis=0), spectrum, atol=1e-5)
    found = [synthesise(part, noises.shape[2]) for part in parts]
    plain = [synthesise(spectrum * share, noises.shape[2]) for share in shares]
    for one, other, truth in zip(found, plain, noises, strict=True):
        assert si_sdr(one, truth) > si_sdr(other, truth) + 5


@pytest.mark.parametrize("engine", ["network", "filters"])
def test_stems_sum_to_the_recording(mix, engine):
    stems = separate(mix[:, : 3 * SAMPLE_RATE + 17], engine=engine)
    assert tuple(stems) == SOURCES and all(stem.shape == (2, 3 * SAMPLE_RATE + 17) for stem in stems.values())
    error = sum(stems.values()) - mix[:, : 3 * SAMPLE_RATE + 17]
    assert 20 * np.log10(np.abs(error).max()) < -100


GAINED = {"network": {"drums": 6.0, "bass": 5.0, "other": 9.0}, "filters": {"drums": 11.0, "bass": 9.0, "other": 14.0}}
"""By how many dB of SI-SDR the stems must be nearer to the sources than the mix is. The filters were made for such a
band; docs/separation.md tells how it is with songs."""


@pytest.mark.parametrize("engine", GAINED)
def test_known_sources_come_apart(band, mix, engine):
    stems = separate(mix, engine=engine)
    gained = {name: si_sdr(stems[name], band[name]) - si_sdr(mix, band[name]) for name in band}
    assert all(gained[name] > least for name, least in GAINED[engine].items()), gained
    assert np.square(stems["vocals"]).mean() < 0.05 * np.square(mix).mean()


def test_the_same_sound_gives_the_same_stems(mix):
    one, other = (separate(mix[:, :SAMPLE_RATE], engine="network") for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in SOURCES)


def test_long_sound_is_taken_apart_in_stretches_that_fade_into_each_other():
    sound = np.random.default_rng(0).normal(0, 0.1, (2, 2 * STRETCH + 3 * OVERLAP)).astype(np.float32)
    seen = []

    def split(audio):
        seen.append(audio.shape[1])
        share = len(seen) / 10
        return np.stack([audio * share, audio * (1 - share), 0 * audio, 0 * audio])

    blocks = (sound[:, start : start + 100_000] for start in range(0, sound.shape[1], 100_000))
    stems = np.concatenate(list(in_stretches(blocks, split)), axis=2)
    assert max(seen) <= STRETCH + OVERLAP and len(seen) == 3
    np.testing.assert_allclose(stems.sum(axis=0), sound, atol=1e-6)
    share = stems[0, 0] / sound[0]
    assert share[STRETCH - 1] == pytest.approx(0.1, abs=1e-3) and share[STRETCH + OVERLAP] == pytest.approx(
        0.2, abs=1e-3
    )
    assert np.abs(np.diff(np.median(share[STRETCH : STRETCH + OVERLAP].reshape(-1, 441), axis=1))).max() < 0.002


def test_mono_and_other_rates_are_taken_too():
    half, full = (0.3 * np.sin(2 * np.pi * 60 * np.arange(2 * rate) / rate) for rate in (SAMPLE_RATE // 2, SAMPLE_RATE))
    stems = separate(half, SAMPLE_RATE // 2, engine="filters")
    inside = slice(1000, -1000)
    for side in (0, 1):
        np.testing.assert_allclose(sum(stem[side, inside] for stem in stems.values()), full[inside], atol=1e-3)


def test_silence_stays_silent():
    stems = separate(np.zeros((2, SAMPLE_RATE), np.float32), engine="network")
    assert not any(stem.any() for stem in stems.values())


@pytest.mark.parametrize(
    ("audio", "rate", "engine", "words"),
    [
        (np.zeros((2, 0)), 44_100, "network", "no sound"),
        (np.zeros((6, 100)), 44_100, "network", r"shape \(6, 100\)"),
        (np.full((2, 100), np.nan), 44_100, "network", "not numbers"),
        (np.zeros((2, 100)), 1000, "network", "rate: 1000 Hz"),
        (np.zeros((2, 100)), 44_100, "magic", "auto, network, filters, demucs"),
    ],
)
def test_what_is_no_sound_is_refused(audio, rate, engine, words):
    with pytest.raises(SeparationError, match=words):
        separate(audio, rate, engine=engine)


@pytest.fixture
def fake_demucs(monkeypatch):
    """A Demucs that hears half of everything as vocals, a quarter as drums, and loses the rest."""

    def apply_model(model, wave, *, shifts, split, device, progress):
        assert shifts == 0 and wave.shape[0] == 1
        return torch.stack([wave * 0.25, wave * 0, wave * 0, wave * 0.5], dim=1)

    model = SimpleNamespace(sources=["drums", "bass", "other", "vocals"], samplerate=SAMPLE_RATE)
    model.eval = lambda: model
    modules = {name: ModuleType(name) for name in ("demucs", "demucs.pretrained", "demucs.apply")}
    vars(modules["demucs.pretrained"])["get_model"] = lambda name: model
    vars(modules["demucs.apply"])["apply_model"] = apply_model
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(demucs_engine, "is_installed", lambda: True)
    demucs_engine._model.cache_clear()
    yield
    demucs_engine._model.cache_clear()


@pytest.mark.usefixtures("fake_demucs")
def test_demucs_is_used_where_it_is_installed(mix):
    sound = mix[:, :SAMPLE_RATE] - mix[:, :SAMPLE_RATE].mean()
    stems = separate(sound)
    np.testing.assert_allclose(sum(stems.values()), sound, atol=1e-6)
    np.testing.assert_allclose(stems["vocals"], (0.5 + 0.0625) * sound, atol=1e-4)
    assert not any(stem.any() for stem in separate(np.zeros((2, 100))).values())


def test_demucs_asked_for_but_missing_says_what_to_do(mix, monkeypatch):
    monkeypatch.setattr(demucs_engine, "is_installed", lambda: False)
    demucs_engine._model.cache_clear()
    with pytest.raises(SeparationError, match="pip install demucs"):
        separate(mix[:, :100], engine="demucs")


def test_stems_beyond_full_scale_still_sum():
    stems = np.array([1.25, -0.5, 0.1, -0.2], np.float32)[:, None, None] * np.ones((1, 2, 3), np.float32)
    held = within_range(stems)
    assert np.abs(held).max() <= 1.0
    np.testing.assert_allclose(held.sum(axis=0), stems.sum(axis=0), atol=1e-6)


def run(*arguments):
    return main(["separate", *map(str, arguments)])


def test_the_command_writes_four_flac_files_of_24_bits(song, tmp_path, capsys):
    assert run(song, "--out", tmp_path / "stems", "--engine", "network") == 0
    assert {path.name for path in (tmp_path / "stems").iterdir()} == {f"{name}.flac" for name in SOURCES}
    read = [soundfile.read(tmp_path / "stems" / f"{name}.flac")[0] for name in SOURCES]
    assert soundfile.info(tmp_path / "stems" / "bass.flac").subtype == "PCM_24"
    assert np.abs(np.sum(read, axis=0) - soundfile.read(song)[0]).max() < 1e-5
    assert str(tmp_path / "stems" / "drums.flac") in capsys.readouterr().out


def _bad(kind: str, song: Path, folder: Path) -> Path:
    path = folder / f"{kind}.wav"
    flac = song.read_bytes()
    contents = {
        "empty": b"",
        "text": b"this is not a sound file at all\n" * 40,
        "truncated": flac[: len(flac) // 2],
        "corrupted": flac[: len(flac) // 2] + bytes(len(flac) // 4) + flac[3 * len(flac) // 4 :],
        "header": flac[:60],
    }
    if kind in contents:
        path.write_bytes(contents[kind])
    if kind == "cut":
        soundfile.write(path, np.zeros((SAMPLE_RATE, 2)), SAMPLE_RATE)
        path.write_bytes(path.read_bytes()[:SAMPLE_RATE])
    if kind == "long":
        soundfile.write(path, np.zeros(1201 * 8000), 8000, subtype="PCM_U8")
    if kind == "surround":
        soundfile.write(path, np.zeros((100, 6)), SAMPLE_RATE)
    if kind == "nothing":
        soundfile.write(path, np.zeros((0, 2)), SAMPLE_RATE)
    if kind == "infinite":
        soundfile.write(path, np.full((100, 2), np.inf), SAMPLE_RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "no such file"), ("empty", "is empty"), ("text", "not a sound file"), ("truncated", "cut off"),
        ("corrupted", "damaged"), ("header", ""), ("cut", "cut off"), ("long", "at most 20"),
        ("surround", "6 channels"), ("nothing", "no sound"), ("infinite", "not numbers"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_apart_is_told_and_leaves_nothing(kind, words, song, tmp_path, capsys):
    path = _bad(kind, song, tmp_path)
    assert run(path, "--out", tmp_path / "stems", "--engine", "filters") == 2
    told = capsys.readouterr()
    assert words in told.err and path.name in told.err and "Traceback" not in told.err and not told.out
    assert not (tmp_path / "stems").exists()


def test_weights_and_card_are_there():
    network = load(FOLDER / "separation.safetensors")
    assert not network.training and (FOLDER / "separation.safetensors").stat().st_size < 4_000_000
    card = (FOLDER / "separation.md").read_text()
    for words in ("## Data", "## Known weaknesses", "--seed 1", "SI-SDR", "vocals"):
        assert words in card
