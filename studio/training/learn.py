"""From packed corpora to shipped models: prepare the data, train, measure on what was never seen, write the card."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studio.models.files import save
from studio.models.network import EventModel
from studio.training import dataset, ngrams
from studio.training.corpus import CorpusError
from studio.training.dataset import Dataset
from studio.training.fit import fit, loss_of
from studio.training.task import Task

MANIFEST = Path(__file__).with_name("manifest.toml")

Say = Callable[[str], None]


def prepare(task: Task, corpus: Path, work: Path) -> None:
    """Read a task's pieces from the packed ``corpus`` and keep them in ``work``. Raises ``CorpusError``."""
    counts = dataset.save(task.pieces(corpus), work / f"{task.name}.npz")
    sources = tomllib.loads(MANIFEST.read_text())
    if unknown := sorted(set(counts) - set(sources)):
        (work / f"{task.name}.npz").unlink()
        raise CorpusError(f"{MANIFEST.name} shows no licence for: {', '.join(unknown)}")
    (work / f"{task.name}.sources.json").write_text(json.dumps(counts, indent=1))


def train(task: Task, work: Path, out: Path, *, seed: int, steps: int | None = None, say: Say = print) -> None:
    """Train a task on what ``prepare`` left in ``work`` and write weights and card into ``out``."""
    data = dataset.load(work / f"{task.name}.npz")
    model = fit(task, data, work / "runs", seed=seed, steps=steps, say=say)
    publish(task, model, data, work, out, seed=seed)


def publish(task: Task, model: EventModel, data: Mapping[str, Dataset], work: Path, out: Path, *, seed: int) -> None:
    """Write the weights, and the card with the measures of ``evaluate``."""
    out.mkdir(parents=True, exist_ok=True)
    save(model.weights(), out / f"{task.name}.safetensors", {"seed": str(seed), "task": task.name})
    results = evaluate(task, model, data)
    curve = json.loads((work / "runs" / f"{task.name}.curve.json").read_text())
    counts = json.loads((work / f"{task.name}.sources.json").read_text())
    (out / f"{task.name}.md").write_text(card(task, model, results, curve, counts, seed=seed))


def evaluate(task: Task, model: EventModel, data: Mapping[str, Dataset]) -> dict[str, Any]:
    """Return nats per event on the test side: of the model (in all, by part, by group) and of counting."""
    held_out = data["test"]
    parts = loss_of(model, task, held_out)
    groups = sorted(set(held_out.groups))
    return {
        "pieces": len(held_out),
        "model": sum(parts.values()),
        "hinted": sum(loss_of(model, task, held_out, hinted=True).values()) if task.hints else None,
        "parts": parts,
        "groups": {group: sum(loss_of(model, task, held_out, group=group).values()) for group in groups},
        "unigram": ngrams.unigram(data["train"], held_out),
        "kneser_ney": ngrams.kneser_ney(data["train"], held_out),
    }


def card(
    task: Task, model: EventModel, results: Mapping[str, Any], curve: list[dict[str, float]],
    counts: Mapping[str, Mapping[str, int]], *, seed: int,
) -> str:  # fmt: skip
    """Return the model card as Markdown."""
    sources = tomllib.loads(MANIFEST.read_text())
    order, best = min(results["kneser_ney"].items(), key=lambda row: row[1])
    size, weights = task.size, sum(weight.numel() for weight in model.parameters())
    lines = [
        f"# The {task.name} model", "", task.about, "",
        f"Decoder of {weights / 1e6:.2f} million weights ({size.layers} layers of {size.width}, {size.heads} heads), "
        "kept in half precision. An event is "
        + ", then ".join(f"{part} ({count} values)" for part, count in task.grammar.parts.items())
        + f"; known of its place: {', '.join(task.grammar.context)}.", "",
        "## Data", "", "| source | licence | pieces: train | valid | test | events |", "|---|---|---|---|---|---|",
        *(
            f"| {sources[name]['title']} | {sources[name]['licence']} | {row['train']} | {row['valid']} "
            f"| {row['test']} | {row['events']} |"
            for name, row in counts.items()
        ),
        "", "Pieces are split by title, so that versions of a tune stay on one side.", "",
        "## Training", "",
        f"    python -m studio.training prepare {task.name} --corpus FOLDER --work WORK",
        f"    python -m studio.training train {task.name} --work WORK --seed {seed}", "",
        f"{task.epochs:g} passes, {task.batch} events a step, dropout {task.dropout:g}, highest rate {task.rate:g}, "
        f"{curve[-1]['minutes']:.0f} minutes on one processor core. The weights that did best on the validation side "
        "were kept.", "",
        "| step | minutes | training | validation (nats per event) |", "|---|---|---|---|",
        *(f"| {p['step']} | {p['minutes']:.0f} | {p['train']:.3f} | {p['valid']:.3f} |" for p in curve), "",
        "## Held-out loss", "",
        f"Nats per event on {results['pieces']} pieces neither trained on nor used to choose when to stop:", "",
        "| | nats per event |", "|---|---|",
        f"| unigram, by part | {results['unigram']:.3f} |",
        *(f"| Kneser–Ney over parts, order {n} | {loss:.3f} |" for n, loss in results["kneser_ney"].items()),
        f"| **this model** | **{results['model']:.3f}** |", "",
        f"That is {best - results['model']:.3f} nats ({1 - results['model'] / best:.0%}) below the best n-gram "
        f"(order {order}). By part: "
        + ", ".join(f"{part} {loss:.3f}" for part, loss in results["parts"].items())
        + ". By group: " + ", ".join(f"{name} {loss:.3f}" for name, loss in results["groups"].items()) + ".",
    ]  # fmt: skip
    if results["hinted"] is not None:
        lines += ["", f"With {', '.join(task.hints)} given: {results['hinted']:.3f} nats per event."]
    return "\n".join([*lines, "", "## Known weaknesses", "", *(f"- {text}" for text in task.weaknesses), ""])
