"""Weights on disk: half-precision safetensors beside this module, one file and one card a model."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from studio.errors import StudioError
from studio.models.grammar import Grammar, Size, Weights
from studio.models.player import Player

FOLDER = Path(__file__).parent

COMPOSERS = ("drums", "harmony", "melody")
"""The shipped models of events, with which every piece is composed."""


class ModelError(StudioError):
    """A model's weights are missing or do not fit the code."""


def save(weights: Weights, path: Path, notes: Mapping[str, str]) -> None:
    """Write the weights as float16 with what is needed to build the model again; ``notes`` say where it came from."""
    arrays = {name: np.ascontiguousarray(array, np.float16) for name, array in weights.arrays.items()}
    grammar = {"parts": dict(weights.grammar.parts), "context": dict(weights.grammar.context)}
    save_file(arrays, path, {"grammar": json.dumps(grammar), "size": json.dumps(asdict(weights.size)), **notes})


def read(name: str, folder: Path = FOLDER) -> Weights:
    """Return a model's weights by its name. Raises ``ModelError``."""
    path = folder / f"{name}.safetensors"
    try:
        with safe_open(path, "np") as file:
            about = file.metadata()
            arrays = {key: file.get_tensor(key).astype(np.float32) for key in file.keys()}  # noqa: SIM118
        return Weights(Grammar(**json.loads(about["grammar"])), Size(**json.loads(about["size"])), arrays)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: {error}") from error


def load(name: str, folder: Path = FOLDER) -> Player:
    """Return a model by name, ready to predict. Raises ``ModelError``."""
    weights = read(name, folder)
    try:
        return Player(weights)
    except (KeyError, ValueError) as error:
        raise ModelError(f"{folder / name}.safetensors: the weights do not fit the network ({error})") from error


@cache
def trained(name: str) -> Player:
    """Return a shipped model; loaded once in a process. Its products keep to one thread, as does a worker."""
    threadpool_limits(1, user_api="blas")
    return load(name)


def warm_up() -> None:
    """Load every model that composing needs. Raises ``ModelError``."""
    for name in COMPOSERS:
        trained(name)
