"""``python -m studio.training …``: a command a row of ``COMMANDS``."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from studio.compose.songform import MODEL as FORMS
from studio.errors import StudioError
from studio.models.files import FOLDER, read
from studio.models.network import EventModel
from studio.review import musical
from studio.training import dataset, learn, originality, separation, textures
from studio.training.calibrate import PER_SOURCE, calibrate
from studio.training.form import count_forms
from studio.training.tasks import TASKS

GATE = Path(musical.__file__).with_name("gate.json")


def _with_tasks(parser: argparse.ArgumentParser) -> None:
    shipped = [name for name, task in TASKS.items() if task.shipped]
    words = f"any of {', '.join(TASKS)} (default: {', '.join(shipped)})"
    parser.add_argument("models", nargs="*", default=shipped, metavar="MODEL", help=words)
    parser.add_argument("--work", type=Path, required=True, help="folder for prepared data and training runs")


def _prepare_options(parser: argparse.ArgumentParser) -> None:
    _with_tasks(parser)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with the packed corpora")


def _prepare(options: argparse.Namespace) -> None:
    for name in options.models:
        learn.prepare(TASKS[name], options.corpus, options.work)
        print(f"{name}: prepared")


def _train_options(parser: argparse.ArgumentParser) -> None:
    _with_tasks(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, help="fewer steps than the task asks for")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder for weights and card (default: the ones in use)"
    )


def _train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    for name in options.models:
        learn.train(
            TASKS[name], options.work, options.out, seed=options.seed, steps=options.steps,
            say=lambda line: print(line, flush=True),
        )  # fmt: skip


def _evaluate(options: argparse.Namespace) -> None:
    print("| model | pieces | nats per event | best n-gram | unigram |\n|---|---|---|---|---|")
    for name in options.models:
        found = learn.evaluate(TASKS[name], EventModel.of(read(name)), dataset.load(options.work / f"{name}.npz"))
        best = min(found["kneser_ney"].values())
        print(
            f"| {name} | {found['pieces']} | {found['model']:.3f} | {best:.3f} | {found['unigram']:.3f} |", flush=True
        )


def _calibrate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", type=Path, required=True, help="folder with leadsheets.jsonl.xz")
    parser.add_argument("--out", type=Path, default=GATE, help="file to write (default: the gate in use)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-source", type=int, default=PER_SOURCE, help="pieces of each source on each side")


def _calibrate(options: argparse.Namespace) -> None:
    report = calibrate(options.corpus, options.out, seed=options.seed, per_source=options.per_source)
    axes = [name for name in next(iter(report.values())) if name != "pieces"]
    print(f"| held out | pieces | {' | '.join(axes)} |\n|---|---|{'---|' * len(axes)}")
    for name, row in report.items():
        print(f"| {name} | {row['pieces']} | {' | '.join(f'{row[axis]:.0%}' for axis in axes)} |")


def _form_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", type=Path, required=True, help="folder with chords.jsonl.xz")
    parser.add_argument("--out", type=Path, default=FORMS, help="file to write (default: the one in use)")


def _form(options: argparse.Namespace) -> None:
    print(count_forms(options.corpus, options.out))


Options = Callable[[argparse.ArgumentParser], None]
Command = Callable[[argparse.Namespace], None]

COMMANDS: Mapping[str, tuple[str, Options, Command]] = {
    "prepare": ("read the corpora into training data", _prepare_options, _prepare),
    "train": ("train models and write weights and cards; goes on where it was stopped", _train_options, _train),
    "evaluate": ("measure the shipped models on held-out pieces", _with_tasks, _evaluate),
    "form": ("count the sections of real songs and write their n-grams and card", _form_options, _form),
    "originality": ("build the index of known music", originality.add_options, originality.run),
    "textures": ("compare the texture model with the rules on held-out songs", textures.add_options, textures.run),
    "separation": ("train the separation network on our own songs", separation.add_options, separation.run),
    "calibrate": ("fit the musical gate on real lead sheets", _calibrate_options, _calibrate),
}
"""Name → what it does, its options, its work."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed, 130 stopped."""
    parser = argparse.ArgumentParser(prog="python -m studio.training", description="Learn from the corpora.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (words, add_options, _) in COMMANDS.items():
        add_options(commands.add_parser(name, help=words))
    options = parser.parse_args(arguments)
    if unknown := [name for name in getattr(options, "models", ()) if name not in TASKS]:
        parser.error(f"no such model: {', '.join(unknown)}; there are {', '.join(TASKS)}")
    try:
        COMMANDS[options.command][2](options)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from the last look.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
