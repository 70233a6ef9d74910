import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.errors import RenderError
from studio.mix import MixingDesk
from studio.mix.automation import section_cutoffs, section_envelope, section_gains
from studio.mix.desk import LEAD_LOUDNESS, MOST_GAIN, kick_frames
from studio.mix.loudness import integrated_loudness
from studio.mix.submix import Submix
from studio.styles.model import Desk, PartStyle

PLAIN = Desk(compression=0.0)


def chair(name, role="chords", **settings):
    return PartStyle(name, role, "piano", **{"room": -60.0, **settings})


def mixed(parts, score, stems, desk=PLAIN):
    table = MixingDesk(parts, desk, score)
    for part, stem in zip(score.parts, stems, strict=True):
        table.add(part, stem)
    return table.finish()


@pytest.mark.parametrize("recorded_db", [-45.0, -20.0, -5.0])
def test_a_part_lands_at_its_level_however_loud_it_was_recorded(piece, noise, recorded_db):
    mix = mixed((chair("keys", level=-6.0),), piece([("keys", "chords")]), [noise(recorded_db, 8)])
    assert integrated_loudness(mix) == pytest.approx(LEAD_LOUDNESS - 6.0, abs=0.2)


def test_a_part_that_rests_half_the_time_is_levelled_by_what_it_plays(piece, noise):
    stem = noise(-30, 8)
    stem[:, : 4 * SAMPLE_RATE] = 0
    mix = mixed((chair("keys"),), piece([("keys", "chords")]), [stem])
    assert integrated_loudness(mix[:, 4 * SAMPLE_RATE :]) == pytest.approx(LEAD_LOUDNESS, abs=0.3)


def test_order_and_threads_do_not_change_a_byte(piece, noise):
    names = [("keys", "chords"), ("pad", "pad"), ("bass", "bass"), ("lead", "lead"), ("drums", "drums")]
    parts = (
        chair("keys", pan=-0.3, hall=-18.0, delay=-20.0),
        chair("pad", "pad", duck=6.0, width=1.3, hall=-10.0),
        chair("bass", "bass", drive=0.3, low_cut=30.0),
        chair("lead", "lead", eq=((3000.0, 2.0, 1.0),), double_ms=15.0, pan=0.4),
        chair("drums", "drums", room=-14.0),
    )
    score = piece(names, kick_beats=range(16))

    def once(order, threads):
        table = MixingDesk(parts, Desk(tilt=1.0, drive=0.1), score)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda k: table.add(score.parts[k], noise(-20, 8, seed=k)), order))
        return hashlib.sha256(table.finish().tobytes()).hexdigest()

    assert len({once(range(5), 1), once([4, 2, 0, 3, 1], 1), once([3, 1, 4, 0, 2], 2), once(range(5), 2)}) == 1


def test_energy_swells_the_loud_section_a_little(piece, noise):
    mix = mixed((chair("keys"),), piece([("keys", "chords")], energies=(0.3, 0.9)), [noise(-20, 8)])
    quiet, loud = integrated_loudness(mix[:, : 3 * SAMPLE_RATE]), integrated_loudness(mix[:, 5 * SAMPLE_RATE :])
    assert loud - quiet == pytest.approx(3.0, abs=0.2)


def test_a_desk_may_swell_more(piece):
    gains, _ = section_gains(piece([], energies=(0.3, 0.9)), 7.0)
    assert gains == pytest.approx([-3.5, 3.5])


def test_sections_of_nearly_one_energy_swell_less(piece):
    gains, _ = section_gains(piece([], energies=(0.5, 0.6)), 5.0)
    assert gains == pytest.approx([-1.0, 1.0])
    assert section_gains(piece([], energies=(0.5, 0.5)), 5.0)[0] == pytest.approx([0.0, 0.0])


def test_the_swell_glides_over_the_beat_before_the_border(piece):
    envelope = section_envelope(piece([], energies=(0.5, 0.5)), np.array([0.0, 6.0]))
    seconds = np.arange(len(envelope)) * 512 / SAMPLE_RATE
    assert envelope[seconds < 3.49] == pytest.approx(1.0)
    assert envelope[seconds > 4.02] == pytest.approx(10 ** (6 / 20))
    assert 1.0 < envelope[np.searchsorted(seconds, 3.75)] < 1.9


def test_the_second_take_is_the_mirror_of_the_first(piece, sine):
    parts = (chair("gtr", pan=-0.8, double_ms=18.0),)
    silent = np.zeros((2, 8 * SAMPLE_RATE), np.float32)
    score = piece([("gtr", "chords"), ("gtr#2", "chords")])
    first = mixed(parts, score, [sine(440, -20, 8), silent.copy()])
    second = mixed(parts, score, [silent.copy(), sine(440, -20, 8)])
    assert np.allclose(first, second[::-1], atol=1e-6)
    assert np.square(first[0]).sum() > 20 * np.square(first[1]).sum()


def test_one_take_with_doubling_sounds_on_both_sides(piece, sine):
    mix = mixed((chair("gtr", pan=-0.9, double_ms=18.0),), piece([("gtr", "chords")]), [sine(440, -20, 8)])
    left, right = np.square(mix, dtype=float).mean(axis=1)
    assert left == pytest.approx(right, rel=0.1)
    assert integrated_loudness(mix) == pytest.approx(LEAD_LOUDNESS, abs=0.6)


def test_ducking_follows_the_kick_of_the_score(piece, noise):
    score = piece([("pad", "pad"), ("drums", "drums")], kick_beats=[4, 8])
    assert kick_frames(score).tolist() == [2 * SAMPLE_RATE, 4 * SAMPLE_RATE]
    stems = [noise(-20, 8), np.zeros((2, 8 * SAMPLE_RATE), np.float32)]
    mix = mixed((chair("pad", "pad", duck=12.0), chair("drums", "drums")), score, stems)
    level = lambda at: np.sqrt(np.mean(np.square(mix[:, at : at + 400])))  # noqa: E731
    assert level(2 * SAMPLE_RATE) < 0.4 * level(SAMPLE_RATE)


def test_sends_ring_on_after_the_sound(piece, noise):
    stem = noise(-20, 8)
    stem[:, 2 * SAMPLE_RATE :] = 0
    score = piece([("keys", "chords")])
    dry = mixed((chair("keys"),), score, [stem.copy()])
    wet = mixed((chair("keys", hall=-6.0),), score, [stem.copy()], Desk(hall_seconds=2.0, compression=0.0))
    later = slice(round(2.5 * SAMPLE_RATE), 3 * SAMPLE_RATE)
    assert np.abs(dry[:, later]).max() < 1e-5
    assert np.abs(wet[:, later]).max() > 1e-3


def test_a_silent_part_and_a_remnant_are_not_blown_up(piece, noise):
    score = piece([("keys", "chords"), ("pad", "pad")])
    mix = mixed((chair("keys"), chair("pad", "pad")), score, [noise(-20, 8) * 0, noise(-66, 8)])
    assert integrated_loudness(mix) == pytest.approx(integrated_loudness(noise(-66, 8)) + MOST_GAIN, abs=0.1)
    assert integrated_loudness(mix) < LEAD_LOUDNESS - 5


def test_a_part_without_a_chair_is_refused(piece, noise):
    score = piece([("tuba", "bass")])
    with pytest.raises(RenderError, match="tuba"):
        mixed((chair("keys"),), score, [noise(-20, 8)])


@pytest.fixture
def kept_mix(piece, noise):
    """Four parts with every kind of send and place: their score, the desk, what it kept, and the mix."""
    parts = (
        chair("keys", pan=-0.3, hall=-8.0, delay=-10.0),
        chair("bass", "bass", drive=0.3, low_cut=30.0),
        chair("lead", "lead", double_ms=15.0, pan=0.4, hall=-12.0, sweep=900.0),
        chair("drums", "drums", room=-10.0),
    )
    score = piece([(part.id, part.role) for part in parts], kick_beats=range(16), energies=(0.3, 0.9))
    kept: dict[str, np.ndarray] = {}
    table = MixingDesk(parts, Desk(), score, keep=lambda name, audio: kept.update({name: audio.copy()}))
    for seed, part in enumerate(score.parts):
        table.add(part, noise(-20, 8, seed=seed))
    return score, table, kept, table.finish()


def test_kept_stems_and_returns_add_up_to_the_mix(kept_mix):
    _, _, kept, mix = kept_mix
    assert list(kept) == ["keys", "bass", "lead", "drums", "room", "hall", "delay"]
    assert np.abs(sum(kept.values()) - mix).max() < 10 ** (-90 / 20)


def test_submixes_of_groups_add_up_to_the_mix(kept_mix):
    score, table, kept, mix = kept_mix
    total = np.zeros_like(mix)
    for group in (("keys", "lead"), ("bass", "drums")):
        submix = Submix(Desk(), score)
        for name in group:
            submix.add(table.style(name), kept[name])
        total = total + submix.dry() + sum(wet for _, wet in submix.returns())
    assert np.abs(total - mix).max() < 10 ** (-90 / 20)


def test_a_swept_strip_is_dark_in_the_quiet_section_and_open_in_the_loud_one(piece, noise):
    score = piece([("pad", "pad")], energies=(0.2, 0.9))
    dark = mixed((chair("pad", "pad", sweep=800.0),), score, [noise(-20, 8)])
    share = lambda sound: np.square(np.diff(sound)).sum() / np.square(sound).sum()  # noqa: E731
    assert share(dark[:, : 3 * SAMPLE_RATE]) < 0.05 * share(dark[:, 5 * SAMPLE_RATE :])


def test_a_sweep_opens_over_a_whole_build(piece):
    score = piece([], energies=(0.3, 0.9))
    build = replace(score, sections=(replace(score.sections[0], kind="build"), score.sections[1]))
    sudden, gradual = section_cutoffs(score, 500.0), section_cutoffs(build, 500.0)
    middle = round(2.0 * SAMPLE_RATE / 512)
    assert sudden[middle] == pytest.approx(sudden[0])
    assert gradual[0] < 1.5 * sudden[0] < gradual[middle] < gradual[-1]
