"""Shares of bins, sharpened by where sources stand: a multichannel Wiener filter.

One step of expectation-maximisation after Duong, Vincent and Gribonval, *Under-determined Reverberant Audio Source
Separation Using a Full-rank Spatial Covariance Model* (IEEE TASLP 18, 2010): each source has one 2 × 2 covariance a
bin, measured from the first estimate.
"""

import numpy as np

from studio.mix.kernel import kernel
from studio.separate.shares import Shares
from studio.separate.spectrum import Spectrum


def filtered_by_place(spectrum: Spectrum, shares: Shares) -> list[Spectrum]:
    """Return the spectrum of every source; they sum to ``spectrum``."""
    return list(_filtered(spectrum, shares))


@kernel
def _filtered(spectrum, shares):  # type: ignore[no-untyped-def]
    sources, bins, steps = shares.shape
    found = np.zeros((sources, 2, bins, steps), np.complex64)
    power = np.zeros(sources)
    a, d, b = np.zeros(sources), np.zeros(sources), np.zeros(sources, np.complex128)
    for f in range(bins):
        floor = 1e-12
        for k in range(sources):
            left = right = total = 0.0
            cross = 0.0j
            for t in range(steps):
                x, y, m = spectrum[0, f, t], spectrum[1, f, t], shares[k, f, t]
                xx, yy = x.real * x.real + x.imag * x.imag, y.real * y.real + y.imag * y.imag
                left += m * m * xx
                right += m * m * yy
                cross += m * m * x * np.conj(y)
                total += m * m * (xx + yy)
                if k == 0:
                    floor += xx + yy
            scale = 2.0 / (total + 1e-20)
            # A little of every source comes from everywhere, so that no covariance is singular.
            a[k], d[k], b[k] = 0.95 * left * scale + 0.05, 0.95 * right * scale + 0.05, 0.95 * cross * scale
        floor = 1e-9 * floor / steps
        for t in range(steps):
            x, y = spectrum[0, f, t], spectrum[1, f, t]
            both = 0.5 * (x.real * x.real + x.imag * x.imag + y.real * y.real + y.imag * y.imag)
            aa = dd = 1e-30
            bb = 0.0j
            for k in range(sources):
                m = shares[k, f, t]
                power[k] = m * both + floor * 0.25
                aa += power[k] * a[k]
                dd += power[k] * d[k]
                bb += power[k] * b[k]
            det = aa * dd - (bb.real * bb.real + bb.imag * bb.imag)
            # Weights R⁻¹x of the mixture's covariance, then each source's own covariance times them.
            u = (dd * x - bb * y) / det
            v = (aa * y - np.conj(bb) * x) / det
            for k in range(sources):
                found[k, 0, f, t] = power[k] * (a[k] * u + b[k] * v)
                found[k, 1, f, t] = power[k] * (np.conj(b[k]) * u + d[k] * v)
    return found
