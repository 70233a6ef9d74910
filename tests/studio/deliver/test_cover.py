"""Covers: the picture of a track, its own and no other's."""

import io

import numpy as np
import pytest
from PIL import Image

from studio.audio import SAMPLE_RATE
from studio.brief import MOODS
from studio.deliver.cover import CoverError, cover_art
from studio.deliver.cover.composition import PICTURES, _ring
from studio.deliver.cover.painting import paint
from studio.deliver.cover.palettes import PALETTES, contrast
from studio.deliver.cover.portrait import HIGH, LOW, MOMENTS, portrait


def music(score, *, seed):
    """As long as the score: a tone that steps through a scale drawn by chance, over a beat of noise."""
    random, time = np.random.default_rng(seed), np.arange(score.frames) / SAMPLE_RATE
    pitches = 110.0 * 2.0 ** (random.integers(0, 36, 20) / 12)
    tone = np.sin(2 * np.pi * np.cumsum(pitches[(time / score.duration * 20).astype(int)]) / SAMPLE_RATE)
    beat = random.standard_normal(score.frames) * np.exp(-9 * (time % random.uniform(0.3, 0.7)))
    return np.ascontiguousarray(np.stack([0.3 * tone + 0.2 * beat] * 2), np.float32)


def opened(cover):
    return Image.open(io.BytesIO(cover))


def thumbnail(cover):
    return np.asarray(opened(cover).resize((64, 64)), float)


@pytest.fixture
def audio(score):
    return music(score, seed=1)


def test_cover_is_a_jpeg_that_shops_take(score, audio):
    cover = cover_art(score, audio, mood="happy", seed=7)
    picture = opened(cover)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (3000, 3000))
    assert len(cover) < 2_000_000


def test_same_track_has_the_same_cover(score, audio):
    first, second = (cover_art(score, audio, mood="calm", seed=7, size=300) for _ in range(2))
    assert first == second


def test_music_makes_the_difference_also_with_one_seed_and_mood(score, audio):
    one, other = (cover_art(score, sound, mood="calm", seed=3, size=300) for sound in (audio, music(score, seed=2)))
    assert np.abs(thumbnail(one) - thumbnail(other)).mean() > 4


def test_moods_and_seeds_make_a_difference(score, audio):
    covers = [cover_art(score, audio, mood=mood, seed=seed, size=200) for mood in ("dark", "happy") for seed in (1, 2)]
    for index, cover in enumerate(covers):
        for other in covers[:index]:
            assert np.abs(thumbnail(cover) - thumbnail(other)).mean() > 12


def test_every_mood_has_palettes_in_which_the_sun_stands_out():
    assert set(PALETTES) == set(MOODS)
    for mood, palettes in PALETTES.items():
        for palette in palettes:
            assert contrast(palette.accent, palette.near) > 2.5, mood
            assert contrast(palette.accent, palette.far) > 1.9, mood


@pytest.mark.parametrize("picture", PICTURES)
def test_no_picture_is_flat_in_any_mood(score, audio, picture):
    seen = portrait(score, audio)
    for mood, palettes in PALETTES.items():
        grey = paint(picture(seen, palettes[0], np.random.default_rng(1)), 96).mean(axis=2)
        low, high = np.percentile(grey, [2, 98])
        assert high - low > 50, mood
        assert grey.std() > 9, mood


def test_a_mood_that_nobody_knows_is_named(score, audio):
    with pytest.raises(CoverError, match="'grumpy' is not one of happy"):
        cover_art(score, audio, mood="grumpy", seed=1, size=100)


@pytest.mark.parametrize("frames", [100, 60_000])
def test_silence_and_a_moment_have_covers_too(score, frames):
    assert opened(cover_art(score, np.zeros((2, frames), np.float32), mood="sad", seed=1, size=100)).size == (100, 100)


def test_portrait_hears_when_and_at_which_height(score):
    """A tone of 200 Hz, then one of 4 kHz."""
    time = np.arange(score.frames) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * np.where(time < score.duration / 2, 200.0, 4000.0) * time)
    spectrum = portrait(score, np.ascontiguousarray(np.stack([tone] * 2), np.float32)).spectrum
    low, high = (int(len(spectrum) * np.log(hertz / LOW) / np.log(HIGH / LOW)) for hertz in (200.0, 4000.0))
    early, late = spectrum[:, MOMENTS // 4], spectrum[:, 3 * MOMENTS // 4]
    assert early[low] > 0.95 > 0.3 > early[high]
    assert late[high] > 0.95 > 0.3 > late[low]


def test_sections_are_arcs_as_long_and_as_broad_as_they_should_be(score, audio):
    """Eight beats at 120 and eight at 90: 4 s and 5.33 s of 9.4 s, with energies 0.5 and 0.8."""
    seen = portrait(score, audio)
    assert np.array(seen.sections)[:, :2] == pytest.approx(np.array([[0, 4], [4, 9.3333]]) / 9.4, abs=1e-4)
    verse, chorus = _ring(seen, 0.8, 0.1)
    gap = verse[0]
    assert chorus[1] - chorus[0] == pytest.approx(5.3333 / 9.4 - 2 * gap, abs=1e-4)
    assert verse[3] - verse[2] == pytest.approx(0.1 * (0.15 + 0.85 * 0.5), abs=1e-6)
    assert chorus[3] - chorus[2] == pytest.approx(0.1 * (0.15 + 0.85 * 0.8), abs=1e-6)
