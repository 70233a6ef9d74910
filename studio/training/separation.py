"""Train the separation network on our own songs: ``python -m studio.training separation --work WORK``."""

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.models.files import FOLDER
from studio.models.separation import BANDS
from studio.models.separation_network import MaskNetwork, save
from studio.training import separation_examples as examples
from studio.training import separation_measure as measure
from studio.training.separation_songs import Songs, render

SONGS = (Songs("train", 3, 1), Songs("valid", 1, 50))
COUNTS = {"train": 800, "valid": 64}
"""Examples drawn from the songs of each side."""

BATCH, STEPS, RATE, WARM_UP = 4, 1200, 1.5e-3, 30
CHECK = 70
"""Steps between two looks at the validation side."""

EMPHASIS = 0.6
"""Exponent of a band's power in the loss: 1 would hear only what is loud, 0 would hear all bands alike."""

QUIET = 0.05
"""Share of all power that a source's own is taken for at least, so that absent sources do not rule the loss."""

Say = Callable[[str], None]
Arrays = Mapping[str, tuple[NDArray[np.float16], NDArray[np.uint8]]]


@dataclass
class Run:
    """Where a training run stands."""

    seed: int
    step: int = 0
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    best: float = float("inf")


def prepare(work: Path, *, seed: int, say: Say = print) -> Arrays:
    """Render songs and draw examples where ``work`` does not have them yet; return them by side."""
    found = {}
    for songs in SONGS:
        if not (work / f"{songs.name}.truth.npy").exists():
            paths = list(render(songs, work / "songs"))
            say(f"{songs.name}: {len(paths)} songs")
            examples.prepare(paths, COUNTS[songs.name], work, songs.name, seed=seed)
        kept = [np.load(work / f"{songs.name}.{kind}.npy", mmap_mode="r") for kind in ("heard", "truth")]
        found[songs.name] = (kept[0], kept[1])
    return found


def fit(data: Arrays, work: Path, *, seed: int, steps: int = STEPS, say: Say = print) -> MaskNetwork:
    """Train and return the network that did best on the validation side; goes on where a run was stopped."""
    torch.manual_seed(seed)
    network, run, state = MaskNetwork(), Run(seed), work / "state.pt"
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    if state.exists():
        kept = torch.load(state, weights_only=True)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        run = Run(**kept["run"])
    losses, begun = [], time.perf_counter() - run.seconds
    while run.step < steps:
        losses.append(_step(network, optimiser, data["train"], run, steps))
        run.step += 1
        if run.step % CHECK and run.step != steps:
            continue
        run.seconds = time.perf_counter() - begun
        point = {"train": float(np.mean(losses)), "valid": validation(network, data["valid"])}
        run.curve.append({"step": run.step, "minutes": round(run.seconds / 60, 2), **point})
        if point["valid"] < run.best:
            run.best = point["valid"]
            torch.save(network.state_dict(), work / "best.pt")
        losses.clear()
        kept = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "run": asdict(run)}
        torch.save(kept, state)
        (work / "curve.json").write_text(json.dumps(run.curve, indent=1))
        say(f"step {run.step} of {steps}: trained {point['train']:.4f}, validation {point['valid']:.4f}")
    network.load_state_dict(torch.load(work / "best.pt", weights_only=True))
    return network.eval()


def _step(
    network: MaskNetwork, optimiser: torch.optim.Optimizer, data: tuple[NDArray, NDArray], run: Run, steps: int
) -> float:
    network.train()
    for group in optimiser.param_groups:
        cosine = 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * run.step / steps))
        group["lr"] = RATE * min(1.0, (run.step + 1) / WARM_UP) * cosine
    order = np.random.default_rng((run.seed, run.step * BATCH // len(data[0]))).permutation(len(data[0]))
    first = run.step * BATCH % len(order)
    heard, truth = tensors(data, np.sort(order[first : first + BATCH]))
    with torch.autocast("cpu", torch.bfloat16):
        shares = network(heard)
    loss = loss_of(shares, truth, heard)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return loss.item()


def tensors(data: tuple[NDArray, NDArray], rows: NDArray) -> tuple[Tensor, Tensor]:
    """Return features with the place of every band, and true shares, of the examples ``rows``."""
    heard = torch.from_numpy(np.asarray(data[0][rows], np.float32))
    place = torch.linspace(-1.0, 1.0, BANDS)[None, None, :, None].expand(len(heard), 1, -1, heard.shape[3])
    return torch.cat([heard, place], dim=1), torch.from_numpy(np.asarray(data[1][rows], np.float32) / 255)


def loss_of(shares: Tensor, truth: Tensor, heard: Tensor) -> Tensor:
    """Return the squared error of the shares, weighted by power, beside each source's own: the mean over sources."""
    power = 10.0 ** (4.0 * EMPHASIS * (heard[:, :1] - 0.5))
    error = (power * (shares - truth).square()).sum(dim=(2, 3))
    own = (power * truth.square()).sum(dim=(2, 3)) + QUIET * power.sum(dim=(2, 3))
    return (error / own).mean()


@torch.no_grad()
def validation(network: MaskNetwork, data: tuple[NDArray, NDArray]) -> float:
    """Return the mean loss over all examples of a side."""
    network.eval()
    found = []
    for first in range(0, len(data[0]), BATCH):
        heard, truth = tensors(data, np.arange(first, min(first + BATCH, len(data[0]))))
        with torch.autocast("cpu", torch.bfloat16):
            shares = network(heard)
        found.append(loss_of(shares, truth, heard).item())
    return float(np.mean(found))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--work", type=Path, required=True, help="folder for songs, examples and the run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--other-library", type=Path, help="a second sound library, only measured with")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder for weights and card (default: the ones in use)"
    )


def run(options: argparse.Namespace) -> None:
    """Prepare, train, write the weights, measure and write the card."""
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    data = prepare(options.work, seed=options.seed)
    network = fit(data, options.work, seed=options.seed, steps=options.steps)
    options.out.mkdir(parents=True, exist_ok=True)
    save(network, options.out / "separation.safetensors", {"seed": str(options.seed)})
    results = measure.held_out(network, options.work, options.other_library, print)
    curve = json.loads((options.work / "curve.json").read_text())
    weights = sum(weight.numel() for weight in network.parameters())
    text = measure.card(results, curve, COUNTS["train"], weights, seed=options.seed)
    (options.out / "separation.md").write_text(text)
