"""The network of `studio.models.separation`; it takes PyTorch, which nothing else needs to make music."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from studio.models.files import FOLDER, ModelError
from studio.models.separation import BANDS, FEATURES, SOURCES, Floats, features, spread

CHANNELS = (16, 32, 48, 64)
NARROWEST = BANDS >> len(CHANNELS)
WIDTH, MEMORY = 256, 128


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

    @torch.inference_mode()
    def hear(self, spectrum: NDArray[np.complex64]) -> Floats:
        """Return the shares of bins, shape ``(sources, BINS, steps)``, in a stereo spectrum ``(2, BINS, steps)``."""
        return spread(self(torch.from_numpy(features(spectrum))[None])[0].numpy())


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
