"""What there is to learn: a row each for melody, harmony, drums and texture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from studio.models.grammar import Grammar, Size
from studio.training.dataset import Piece


@dataclass(frozen=True)
class Task:
    """A model to train.

    ``pieces`` reads its data from the folder of packed corpora. ``hints`` are features of the context that are
    hidden (set to 0) in half of the sequences, so that the model does with and without them. ``weights``: how often a
    group's events are drawn, relative to their number. ``epochs``: passes over the training data. ``batch``: events in
    one step; ``window``: the longest sequence. ``rate``: the highest learning rate. ``about`` and ``weaknesses``
    are for the card. ``shipped``: whether the studio uses the weights; what it does not is trained only when named.
    """

    name: str
    about: str
    grammar: Grammar
    pieces: Callable[[Path], Iterator[Piece]]
    hints: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    size: Size = field(default_factory=Size)
    dropout: float = 0.0
    epochs: float = 10.0
    batch: int = 2048
    window: int = 256
    rate: float = 1.5e-3
    weaknesses: tuple[str, ...] = ()
    shipped: bool = True
