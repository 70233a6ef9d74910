"""Which source sounds where: a network gives every band of a spectrum its shares of drums, bass, vocals and other.

Spectra are short-time Fourier transforms with a Hann window of ``WINDOW`` frames every ``HOP``. Their power is
gathered in ``BANDS`` overlapping triangles, a bin wide up to 600 Hz and 1.8 % of their frequency above, so that the
partials of a voice stand apart; the shares of the bands are spread over the bins by the same triangles.
"""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from scipy.sparse import csr_array
from torch import Tensor, nn

from studio.models.files import FOLDER, ModelError

SOURCES = ("drums", "bass", "vocals", "other")

WINDOW, HOP = 4096, 1024
BINS = WINDOW // 2 + 1
BANDS = 256
FEATURES = 4
"""What the network reads of a band: level, share of the sides, sidedness, place."""

CHANNELS = (16, 32, 48, 64)
NARROWEST = BANDS >> len(CHANNELS)
WIDTH, MEMORY = 256, 128

FLOOR = 1e-10
"""Power below which a band counts as silent, beside the mean of the stretch."""

Floats = NDArray[np.float32]


@cache
def bands() -> csr_array:
    """Return the triangles, shape ``(BANDS, BINS)``; those of any bin sum to one, two at most are not zero."""
    step = 0.018
    centres = [0.0]
    while len(centres) < BANDS:
        centres.append(centres[-1] + max(1.0, step * centres[-1]))
    places = np.array(centres) * (BINS - 1) / centres[-1]
    triangles = np.stack([np.interp(np.arange(BINS), places, row) for row in np.eye(BANDS)])
    return csr_array(triangles.astype(np.float32))


def gathered(power: Floats) -> Floats:
    """Return what lies in every band of ``power``, shape ``(…, BINS, steps)``."""
    return np.stack([bands() @ row for row in power])


def spread(shares: Floats) -> Floats:
    """Return the shares of bins, shape ``(…, BINS, steps)``, from those of bands."""
    return np.stack([bands().T @ row for row in shares])


def features(spectrum: NDArray[np.complex64]) -> Floats:
    """Return what the network reads of a stereo spectrum ``(2, BINS, steps)``: shape ``(FEATURES, BANDS, steps)``."""
    (x, y), (u, v) = np.real(spectrum), np.imag(spectrum)
    left, right, cross = x * x + u * u, y * y + v * v, x * y + u * v
    pooled = gathered(np.stack([left, right, cross]))
    power, sides = pooled[0] + pooled[1], pooled[0] + pooled[1] - 2.0 * pooled[2]
    mean = float(power.mean()) or 1.0
    level = np.log10(power / mean + FLOOR) / 4.0 + 0.5
    share = np.sqrt(np.maximum(sides, 0.0) / (2.0 * power + FLOOR * mean))
    sided = np.abs(pooled[0] - pooled[1]) / (power + FLOOR * mean)
    place = np.broadcast_to(np.linspace(-1.0, 1.0, BANDS)[:, None], power.shape)
    return np.stack([level, share, sided, place]).astype(np.float32)


class MaskNetwork(nn.Module):
    """Convolutions down to ``NARROWEST`` stripes of frequency, a memory that runs both ways, and back up."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (FEATURES, *CHANNELS)
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, (5, 3), (2, 1), (2, 1), bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.1)
            )
            for before, after in pairwise(sizes)
        )
        self.into = nn.Sequential(nn.Linear(CHANNELS[-1] * NARROWEST, WIDTH), nn.LeakyReLU(0.1))
        self.memory = nn.GRU(WIDTH, MEMORY, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * MEMORY, CHANNELS[-1] * NARROWEST)
        widths = (*CHANNELS[::-1], CHANNELS[0])
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(2 * before, after, (4, 3), (2, 1), (1, 1), bias=False), nn.BatchNorm2d(after),
                nn.LeakyReLU(0.1),
            )
            for before, after in pairwise(widths)
        )  # fmt: skip
        self.masks = nn.Conv2d(CHANNELS[0] + FEATURES, len(SOURCES), (3, 3), padding=(1, 1))

    def forward(self, heard: Tensor) -> Tensor:
        """Return shares, shape ``(batch, sources, BANDS, steps)``, of features ``(batch, FEATURES, BANDS, steps)``."""
        levels, x = [], heard
        for layer in self.down:
            x = layer(x)
            levels.append(x)
        batch, channels, stripes, steps = x.shape
        told = self.into(x.permute(0, 3, 1, 2).reshape(batch, steps, channels * stripes))
        told = self.out(self.memory(told)[0])
        x = told.reshape(batch, steps, channels, stripes).permute(0, 2, 3, 1)
        for layer, before in zip(self.up, reversed(levels), strict=True):
            x = layer(torch.cat([x, before], dim=1))
        return torch.softmax(self.masks(torch.cat([x, heard], dim=1)).float(), dim=1)


def save(network: MaskNetwork, path: Path, notes: dict[str, str]) -> None:
    """Write the weights in half precision; ``notes`` say where they came from."""
    weights = {name: weight.detach().half().contiguous() for name, weight in network.state_dict().items()}
    save_file(weights, path, notes)


def load(path: Path) -> MaskNetwork:
    """Return the network of those weights, ready to listen. Raises ``ModelError``."""
    network = MaskNetwork()
    try:
        with safe_open(path, "pt") as file:
            network.load_state_dict({key: file.get_tensor(key).float() for key in file.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(f"{path}: {error}") from error
    return network.eval()


@cache
def trained() -> MaskNetwork:
    """Return the shipped network; loaded once in a process, on one thread."""
    torch.set_num_threads(1)
    return load(FOLDER / "separation.safetensors")
