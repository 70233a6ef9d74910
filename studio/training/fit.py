"""Train a model: resumable, seeded, with a curve of the loss on pieces that are not trained on."""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.models.network import EventModel
from studio.training.dataset import Dataset
from studio.training.task import Task

WARM_UP = 100
"""Steps in which the learning rate rises."""

LOWEST_RATE = 0.03
"""Share of the learning rate that is left at the end."""

CHECKS = 24
"""How often a run looks at the validation pieces."""

SEEN_AT_CHECK = 20_000
"""Events of the validation side that each look reads."""

Say = Callable[[str], None]


@dataclass
class Run:
    """Where a training run stands; kept beside the weights so that it can go on."""

    seed: int
    step: int = 0
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    best: float = float("inf")


def fit(
    task: Task, data: Mapping[str, Dataset], folder: Path, *, seed: int, steps: int | None = None, say: Say = print
) -> EventModel:
    """Train ``task`` and return the model that did best on the validation side.

    ``folder`` keeps the state: the same call goes on where it was stopped. ``steps`` shortens a run.
    """
    torch.manual_seed(seed)
    model = EventModel(task.grammar, task.size, dropout=task.dropout)
    optimiser = _optimiser(model, task.rate)
    run, total = Run(seed), steps or round(task.epochs * len(data["train"].events) / task.batch)
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / f"{task.name}.state.pt"
    if state.exists():
        kept = torch.load(state, weights_only=True)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        run = Run(**kept["run"])
        say(f"{task.name}: going on from step {run.step} of {total}")
    every, losses, begun = max(1, total // CHECKS), [], time.perf_counter() - run.seconds
    while run.step < total:
        losses.append(_step(model, optimiser, task, data["train"], run, total))
        run.step += 1
        if run.step % every and run.step != total:
            continue
        run.seconds = time.perf_counter() - begun
        _look(model, task, data, run, float(np.mean(losses)), folder)
        losses.clear()
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "run": asdict(run)}, state)
        say(_line(task, run, total))
    model.load_state_dict(torch.load(folder / f"{task.name}.best.pt", weights_only=True))
    return model.eval()


def _line(task: Task, run: Run, total: int) -> str:
    point = run.curve[-1]
    left = run.seconds / run.step * (total - run.step) / 60
    return (
        f"{task.name}: step {run.step} of {total}, trained {point['train']:.4f}, validation {point['valid']:.4f} "
        f"nats per event, {left:.0f} min left"
    )


def _optimiser(model: EventModel, rate: float) -> torch.optim.Optimizer:
    matrices = [weight for weight in model.parameters() if weight.dim() > 1]
    vectors = [weight for weight in model.parameters() if weight.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def _step(
    model: EventModel, optimiser: torch.optim.Optimizer, task: Task, data: Dataset, run: Run, total: int
) -> float:
    """Take one step on a batch drawn by (seed, step); return the loss per event."""
    model.train()
    cosine = 0.5 * (1 + math.cos(math.pi * run.step / total)) * (1 - LOWEST_RATE) + LOWEST_RATE
    for group in optimiser.param_groups:
        group["lr"] = task.rate * min(1.0, (run.step + 1) / WARM_UP) * cosine
    events, context = batch(task, data, np.random.default_rng((run.seed, run.step)))
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.losses(events, context)
    loss = losses.sum() / (events[..., 0] >= 0).sum()
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()


def batch(task: Task, data: Dataset, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Draw a batch of about ``task.batch`` events: pieces of like length, long ones by a window.

    Returns events (rows, steps, parts), -1 past the end of a piece, and context (rows, steps, features).
    """
    lengths = np.diff(data.starts)
    chances = lengths * np.array([task.weights.get(group, 1.0) for group in data.groups])
    pool = rng.choice(len(data), 4 * max(1, task.batch // int(np.median(lengths))), p=chances / chances.sum())
    pool = pool[np.argsort(lengths[pool], kind="stable")]
    first = pool[rng.integers(len(pool))]
    steps = int(min(lengths[first], task.window))
    place = int(np.searchsorted(lengths[pool], lengths[first]))
    chosen = pool[place : place + max(1, task.batch // steps)]
    events = np.full((len(chosen), steps, data.events.shape[1]), -1, np.int64)
    context = np.zeros((len(chosen), steps, data.context.shape[1]), np.int64)
    for row, index in enumerate(chosen):
        piece, known = data.piece(index)
        start = int(rng.integers(0, len(piece) - steps + 1)) if len(piece) > steps and rng.random() < 0.75 else 0
        part = piece[start : start + steps]
        events[row, : len(part)], context[row, : len(part)] = part, known[start : start + steps]
    hidden = rng.random(len(chosen)) < 0.5
    for hint in task.hints:
        context[hidden, :, list(task.grammar.context).index(hint)] = 0
    return torch.from_numpy(events), torch.from_numpy(context)


def _look(model: EventModel, task: Task, data: Mapping[str, Dataset], run: Run, trained: float, folder: Path) -> None:
    """Add a point to the curve; keep the weights when they are the best so far."""
    valid = float(sum(loss_of(model, task, data["valid"], limit=SEEN_AT_CHECK).values()))
    run.curve.append({"step": run.step, "minutes": round(run.seconds / 60, 2), "train": trained, "valid": valid})
    (folder / f"{task.name}.curve.json").write_text(json.dumps(run.curve, indent=1))
    if valid < run.best:
        run.best = valid
        torch.save(model.state_dict(), folder / f"{task.name}.best.pt")


@torch.no_grad()
def loss_of(
    model: EventModel,
    task: Task,
    data: Dataset,
    *,
    limit: int | None = None,
    group: str | None = None,
    hinted: bool = False,
) -> dict[str, float]:
    """Return the mean loss per event in nats of every part over the pieces (of a group), hints hidden unless asked."""
    model.eval()
    total, seen = np.zeros(len(task.grammar.parts)), 0
    hidden = [] if hinted else [list(task.grammar.context).index(hint) for hint in task.hints]
    for index, (events, context) in enumerate(data):
        if group is not None and data.groups[index] != group:
            continue
        context = context.copy()
        context[:, hidden] = 0
        for start in range(0, len(events), 1024):
            part = slice(start, start + 1024)
            rows = (
                torch.from_numpy(events[part].astype(np.int64))[None],
                torch.from_numpy(context[part].astype(np.int64))[None],
            )
            total += model.losses(*rows).sum(dim=(0, 1)).numpy()
        seen += len(events)
        if limit and seen >= limit:
            break
    return dict(zip(task.grammar.parts, (total / max(1, seen)).tolist(), strict=True))
