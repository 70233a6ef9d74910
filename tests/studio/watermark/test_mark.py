from uuid import UUID

import numpy as np
import pytest

from scripts.watermarks import ATTACKS, noise_to_mask, under_johnston
from studio.audio import SAMPLE_RATE, silence
from studio.errors import WatermarkError
from studio.watermark import detect, embed, payload_of
from studio.watermark.codes import PERIOD, STEP, SYMBOLS, codes, payload_from, symbols_of
from studio.watermark.detection import LEAST_SCORE, best, correlations, folded, joint
from studio.watermark.shaping import BELOW_MASKING
from tests.studio.watermark.conftest import music

KEY, PAYLOAD = b"a key", 0x0123456789AB
CROP = slice(401_234, 401_234 + 30 * SAMPLE_RATE)


@pytest.fixture(scope="module")
def marked(plain):
    sound = plain.copy()
    embed(sound, PAYLOAD, key=KEY)
    return sound


@pytest.mark.parametrize("attack", [name for name in ATTACKS if name != "MP3 128"])
def test_it_is_read_from_thirty_seconds_of_what_became_of_the_file(marked, attack):
    found = detect(ATTACKS[attack](marked)[:, CROP], key=KEY)
    assert found is not None
    assert found.payload == PAYLOAD
    assert found.score >= LEAST_SCORE


def test_every_code_reads_alike_whatever_the_music_resembles(plain):
    """Written without knowing the music, the readings would differ by 0.8."""
    readings = []
    for payload in (1, PAYLOAD, (1 << 48) - 5):
        sound = plain[:, : 36 * SAMPLE_RATE].copy()
        embed(sound, payload, key=KEY)
        found = correlations(folded(sound.mean(axis=0)).sum(axis=0), KEY)
        readings += [row[turn * STEP % PERIOD] for row, turn in zip(found, (0, *symbols_of(payload)), strict=True)]
    assert np.mean(readings) > 7.0
    assert np.std(readings) < 0.5


def test_it_tells_where_the_crop_was_cut(marked):
    found = detect(marked[:, CROP], key=KEY)
    assert found is not None
    assert found.offset == pytest.approx(-CROP.start % PERIOD / SAMPLE_RATE, abs=1e-4)


def test_another_key_reads_nothing(marked):
    assert detect(marked, key=b"another key") is None


def test_what_is_not_marked_has_no_mark(plain):
    assert detect(plain, key=KEY) is None


def test_unmarked_scores_stay_away_from_the_least(plain):
    row = folded(plain.mean(axis=0)).sum(axis=0)
    scores = [float(joint(correlations(row, b"key %d" % number)).max()) / (SYMBOLS + 1) for number in range(20)]
    assert min(scores) > 3.7
    assert max(scores) < LEAST_SCORE


def test_a_marked_part_of_something_longer_is_found(marked):
    around = np.tile(music(50.0, seed=2), 3)
    found = detect(np.concatenate([around[:, : 50 * SAMPLE_RATE], marked, around], axis=1), key=KEY)
    assert found is not None
    assert found.payload == PAYLOAD
    assert 50.0 - PERIOD / SAMPLE_RATE < found.start < found.end < 92.0 + PERIOD / SAMPLE_RATE


def test_it_is_thirty_decibels_under_the_mask(plain, marked):
    """By an estimate that the writer does not use: ITU-R BS.1387-1."""
    ratio = noise_to_mask(plain, marked - plain)
    assert 10.0 * np.log10(ratio.mean()) < -30.0
    assert 10.0 * np.log10(np.percentile(ratio, 99)) < -25.0


def test_it_nowhere_exceeds_what_its_own_estimate_allows(plain, marked):
    under = under_johnston(plain, marked - plain)
    assert np.median(under) > BELOW_MASKING
    assert np.percentile(under, 1) > BELOW_MASKING - 3.0


def test_the_same_arguments_give_the_same_bytes_and_others_others(plain, marked):
    again, other = plain.copy(), plain.copy()
    embed(again, PAYLOAD, key=KEY)
    embed(other, PAYLOAD + 1, key=KEY)
    assert again.tobytes() == marked.tobytes()
    assert other.tobytes() != marked.tobytes()


def test_silence_stays_silence():
    sound = silence(5 * SAMPLE_RATE)
    embed(sound, PAYLOAD, key=KEY)
    assert not sound.any()


def test_a_mono_copy_can_be_read(marked):
    found = detect(marked.mean(axis=0, keepdims=True), key=KEY)
    assert found is not None
    assert found.payload == PAYLOAD


def test_too_little_sound_is_refused(plain):
    with pytest.raises(WatermarkError, match=r"9\.0 s of sound are too short"):
        detect(plain[:, : 9 * SAMPLE_RATE], key=KEY)


def test_the_payload_is_the_first_digits_of_the_track():
    assert payload_of(UUID("0123abcd-4567-4aaa-8bbb-000000000000")) == 0x0123ABCD4567


def test_a_payload_that_does_not_fit_is_refused(plain):
    with pytest.raises(ValueError, match="does not fit"):
        embed(plain.copy(), 1 << 48, key=KEY)


def test_symbols_spell_the_payload_and_one_wrong_symbol_is_noticed():
    symbols = symbols_of(PAYLOAD)
    assert payload_from(symbols) == PAYLOAD
    for place in range(SYMBOLS):
        wrong = tuple(value ^ (0x555 if number == place else 0) for number, value in enumerate(symbols))
        assert payload_from(wrong) is None


def test_codes_are_as_good_as_random():
    ours, theirs = codes(KEY).astype(int), codes(b"another key").astype(int)
    likeness = np.concatenate([ours, theirs]) @ np.concatenate([ours, theirs]).T / PERIOD
    assert np.abs(likeness - np.eye(len(likeness))).max() < 5.0 / np.sqrt(PERIOD)


def test_the_place_is_found_to_the_sample(marked):
    turn, place = best(correlations(folded(marked[:, 1000:].mean(axis=0)).sum(axis=0), KEY))
    assert turn * STEP + place == pytest.approx(PERIOD - 1000, abs=1)
