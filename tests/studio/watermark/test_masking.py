import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.watermark.frames import FRAME, HOP, add_spectra, spectra
from studio.watermark.masking import edges, masked

RNG = np.random.default_rng(1)


def below(samples):
    """How far the threshold lies under the energy of each band, dB, mean over frames."""
    found = spectra(samples.astype(np.float32))
    power = (np.abs(found) ** 2).mean(axis=0)
    energy = np.add.reduceat(power[: edges()[-1]], edges()[:-1])
    return 10.0 * np.log10(energy / (masked(found).mean(axis=0) * np.diff(edges())))


def test_spectra_and_back_is_the_same_sound():
    samples = RNG.standard_normal(20 * HOP).astype(np.float32)
    back = np.zeros_like(samples)
    add_spectra(back, spectra(samples))
    assert back[HOP:-HOP] == pytest.approx(samples[HOP:-HOP], abs=1e-5)


def test_noise_masks_better_than_tones():
    """Johnston: a tone hides 5.5 dB under noise, noise hides 14.5 dB and one per Bark under a tone."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    noise, tone = below(0.1 * RNG.standard_normal(SAMPLE_RATE)), below(0.5 * np.sin(2 * np.pi * 1000 * time))
    assert noise[5:15] == pytest.approx(np.full(10, 6.5), abs=2.5)
    at = int(np.searchsorted(edges(), 1000 * FRAME / SAMPLE_RATE)) - 1
    assert tone[at] - noise[at] > 12.0


def test_masking_rises_with_the_masker():
    samples = 0.05 * RNG.standard_normal(SAMPLE_RATE).astype(np.float32)
    quiet, loud = masked(spectra(samples)), masked(spectra(samples * np.float32(10.0)))
    assert 10.0 * np.log10(loud[:, 2:20] / quiet[:, 2:20]) == pytest.approx(20.0, abs=0.5)


def test_a_faint_sound_is_masked_by_the_threshold_in_quiet():
    samples = 1e-6 * RNG.standard_normal(SAMPLE_RATE).astype(np.float32)
    assert masked(spectra(samples)) == pytest.approx(masked(spectra(samples * np.float32(2.0))))
    assert not masked(spectra(samples * np.float32(0.0))).any()
