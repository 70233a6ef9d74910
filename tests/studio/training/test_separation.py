"""Songs, singer, examples and training of the separation network, in small."""

import json

import numpy as np
import pytest
import torch
from scipy.signal import find_peaks

from studio.audio import SAMPLE_RATE
from studio.models import separation as model
from studio.models.files import ModelError
from studio.models.separation_network import MaskNetwork, load, save
from studio.score import Part, notes
from studio.separate.engines import by_shares
from studio.training import separation, separation_examples, separation_measure
from studio.training.separation_examples import FRAMES, STEPS, example, heard_and_true
from studio.training.separation_singing import Voice, sing
from studio.training.separation_songs import Songs, source_of


def test_si_sdr_follows_the_paper():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    one, other = np.sin(2 * np.pi * 100 * time), np.cos(2 * np.pi * 300 * time)
    assert separation_measure.si_sdr(one + 0.1 * other, one) == pytest.approx(20.0, abs=1e-3)
    assert separation_measure.si_sdr(7 * (one + 0.1 * other), one) == pytest.approx(20.0, abs=1e-3)


def voice(**changes):
    return Voice(
        **(
            {"size": 1.0, "tilt": 9.0, "vibrato": 5.0, "depth": 0.0, "glide": 0.03, "breath": 0.0, "ring": 0.5}
            | changes
        )
    )


def sung(seed, **changes):
    rng = np.random.default_rng(seed)
    return sing(
        np.array([0.1, 1.1]), np.array([0.9, 0.8]), np.array([57.0, 64.0]), 2 * SAMPLE_RATE, voice(**changes), rng
    )


def test_the_singer_sings_the_notes_on_pitch():
    sound = sung(1)
    assert np.isfinite(sound).all() and np.array_equal(sound, sung(1)) and not np.array_equal(sound, sung(2))
    for start, hz in ((0.4, 220.0), (1.4, 329.63)):
        piece = sound[round(start * SAMPLE_RATE) :][: SAMPLE_RATE // 2] * np.hanning(SAMPLE_RATE // 2)
        spectrum = np.abs(np.fft.rfft(piece, 4 * len(piece)))
        partials = find_peaks(spectrum, height=0.05 * spectrum.max(), distance=300)[0] * SAMPLE_RATE / (4 * len(piece))
        assert len(partials) >= 4
        np.testing.assert_allclose(partials / hz, np.round(partials / hz), atol=0.06)


def test_vowels_of_a_smaller_throat_lie_higher():
    def centroid(sound):
        spectrum = np.square(np.abs(np.fft.rfft(sound)))
        return np.average(np.arange(len(spectrum)), weights=spectrum)

    assert centroid(sung(1, size=1.3)) > 1.1 * centroid(sung(1, size=0.9))


@pytest.mark.parametrize(
    ("role", "instrument", "source"),
    [
        ("drums", "kit-808", "drums"), ("bass", "cello", "bass"), ("pad", "choir", "vocals"),
        ("lead", "piano", "other"), ("effects", "riser", "other"),
    ],
)  # fmt: skip
def test_parts_belong_to_sources_by_role(role, instrument, source):
    assert source_of(Part("x", "x", role, instrument, notes([]))) == source


def test_songs_cover_every_genre_and_no_seed_twice():
    briefs = [brief for songs in (*separation.SONGS, *separation_measure.HELD_OUT) for brief in songs.briefs()]
    assert len({brief.genre for brief in briefs}) == 15
    assert len({brief.seed for brief in briefs}) == len(briefs) == 90


@pytest.fixture(scope="module")
def songs():
    """Two songs of four tones each, an octave apart, the last source silent in the second."""
    time = np.arange(FRAMES + 4096) / SAMPLE_RATE
    tones = [np.array([np.sin(2 * np.pi * 110 * 2**k * time)] * 2) for k in range(4)]
    first = np.round(6000 * np.array(tones)).astype(np.int16)
    second = first.copy()
    second[3] = 0
    return [first, second]


@pytest.fixture(scope="module")
def loud(songs):
    return np.array([[separation_examples._loudness(source) for source in song] for song in songs])


def test_an_example_tells_who_sounds_where(songs, loud):
    heard, truth = example(songs, loud, np.random.default_rng(4))
    assert heard.shape == (model.FEATURES - 1, model.BANDS, STEPS) and truth.shape == (4, model.BANDS, STEPS)
    assert np.abs(truth.sum(axis=0, dtype=int) - 255).max() <= 3
    again = example(songs, loud, np.random.default_rng(4))
    assert np.array_equal(heard, again[0]) and np.array_equal(truth, again[1])


def test_true_shares_bring_sources_back(songs):
    """What the network is taught would, if it knew it, part the tones nearly wholly."""
    song = songs[0].astype(np.float32) / 32768
    _, truth = heard_and_true([separation_examples.analyse(source) for source in song])
    split = by_shares(lambda _spectrum: model.spread(truth.astype(np.float32) / np.float32(255)))
    found = split(song.sum(axis=0))
    assert all(separation_measure.si_sdr(found[k], song[k]) > 20 for k in range(4))


@pytest.fixture
def data(songs, loud):
    made = [example(songs, loud, np.random.default_rng(seed)) for seed in range(4)]
    part = slice(100, 132)
    heard = np.stack([heard[:, :, part] for heard, _ in made])
    return {"train": (heard, np.stack([truth[:, :, part] for _, truth in made]))} | {
        "valid": (heard, np.stack([truth[:, :, part] for _, truth in made]))
    }


def test_training_lowers_the_loss_and_goes_on_where_it_was_stopped(data, tmp_path, monkeypatch):
    monkeypatch.setattr(separation, "CHECK", 4)
    monkeypatch.setattr(separation, "WARM_UP", 2)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()

    def stop(line):
        if line.startswith("step 4 of"):
            raise KeyboardInterrupt

    whole = separation.fit(data, tmp_path / "whole", seed=1, steps=12, say=lambda _: None)
    curve = json.loads((tmp_path / "whole" / "curve.json").read_text())
    assert curve[-1]["valid"] < 0.9 * curve[0]["valid"]
    with pytest.raises(KeyboardInterrupt):
        separation.fit(data, tmp_path / "parts", seed=1, steps=12, say=stop)
    parts = separation.fit(data, tmp_path / "parts", seed=1, steps=12, say=lambda _: None)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, parts.state_dict()[name]), name


def test_weights_survive_the_disk_and_bad_ones_are_told(tmp_path, songs):
    torch.manual_seed(0)
    network = MaskNetwork().eval()
    save(network, tmp_path / "n.safetensors", {})
    spectrum = separation_examples.analyse(songs[0][0, :, :20_000] / np.float32(32768))
    one, other = network.hear(spectrum), load(tmp_path / "n.safetensors").hear(spectrum)
    np.testing.assert_allclose(one, other, atol=0.01)
    np.testing.assert_allclose(one.sum(axis=0), 1.0, atol=1e-5)
    (tmp_path / "n.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"n\.safetensors"):
        load(tmp_path / "n.safetensors")


def test_the_card_tells_data_curve_and_medians():
    results = {"other seeds": {"network": {"drums": [1.0, 9.0, 5.0], "bass": [2.0]}}}
    curve = [{"step": 4, "minutes": 1.0, "train": 0.5, "valid": 0.6}]
    text = separation_measure.card(results, curve, 800, 1_000_000, seed=7)
    for words in (
        "| other seeds | network | 5.0 | 2.0 | – | – |",
        "| 4 | 1 | 0.500 | 0.600 |",
        "--seed 7",
        "1.00 million",
    ):
        assert words in text


def test_songs_are_named_by_number_and_genre():
    assert [brief.genre for brief in Songs("x", 2, 1).briefs()][:2] == ["ambient", "blues"]
