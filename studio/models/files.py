"""Weights on disk: half-precision safetensors beside this module, one file and one card a model."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from studio.errors import StudioError
from studio.models.network import EventModel, Grammar, Size

FOLDER = Path(__file__).parent

COMPOSERS = ("drums", "harmony", "melody")
"""The shipped models of events, with which every piece is composed."""


class ModelError(StudioError):
    """A model's weights are missing or do not fit the code."""


def save(model: EventModel, path: Path, notes: Mapping[str, str]) -> None:
    """Write the weights as float16 with what is needed to build the model again; ``notes`` say where it came from."""
    weights = {name: weight.detach().half().contiguous() for name, weight in model.state_dict().items()}
    grammar = {"parts": dict(model.grammar.parts), "context": dict(model.grammar.context)}
    save_file(weights, path, {"grammar": json.dumps(grammar), "size": json.dumps(asdict(model.size)), **notes})


def load(name: str, folder: Path = FOLDER) -> EventModel:
    """Return a model by name, in single precision, ready to predict. Raises ``ModelError``."""
    path = folder / f"{name}.safetensors"
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata()
            model = EventModel(Grammar(**json.loads(about["grammar"])), Size(**json.loads(about["size"])))
            model.load_state_dict({key: file.get_tensor(key).float() for key in file.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path}: {error}") from error
    return model.eval()


@cache
def trained(name: str) -> EventModel:
    """Return a shipped model; loaded once in a process, on one thread."""
    torch.set_num_threads(1)
    return load(name)


def warm_up() -> None:
    """Load every model that composing needs. Raises ``ModelError``."""
    for name in COMPOSERS:
        trained(name)
