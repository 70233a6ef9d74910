"""What a network has to beat: counting. Unigrams by part and interpolated Kneser–Ney n-grams over the parts in turn."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from studio.training.dataset import Dataset

ORDERS = (2, 3, 4, 5, 6, 8)
APART = 1000
"""Tokens of one part and the next are numbered so far apart."""

DISCOUNT = 0.75
"""What Kneser–Ney takes from every count and gives to shorter contexts."""


def sentences(data: Dataset) -> Iterator[tuple[int, ...]]:
    """Yield each piece as one row of tokens: the parts of its events in turn, each part with numbers of its own."""
    offsets = np.arange(data.events.shape[1]) * APART
    for events, _ in data:
        yield tuple((events.astype(int) + offsets).ravel().tolist())


def unigram(train: Dataset, held_out: Dataset) -> float:
    """Return the nats per event of predicting every part by how often its values occur (half a count added to each)."""
    loss = 0.0
    for part in range(train.events.shape[1]):
        size = 1 + int(max(train.events[:, part].max(), held_out.events[:, part].max()))
        counts = np.bincount(train.events[:, part], minlength=size) + 0.5
        loss -= float(np.log(counts / counts.sum())[held_out.events[:, part]].sum())
    return loss / len(held_out.events)


def kneser_ney(train: Dataset, held_out: Dataset, orders: tuple[int, ...] = ORDERS) -> Mapping[int, float]:
    """Return order → nats per event on ``held_out`` of interpolated Kneser–Ney trained on ``train``."""
    return {order: KneserNey(train, order).loss(held_out) for order in orders}


class KneserNey:
    """Interpolated Kneser–Ney n-grams of one order over tokens."""

    def __init__(self, train: Dataset, order: int) -> None:
        counts: list[dict[tuple[int, ...], Counter[int]]] = [defaultdict(Counter) for _ in range(order)]
        for row in sentences(train):
            padded = (-1,) * (order - 1) + row
            for at in range(order - 1, len(padded)):
                counts[-1][padded[at - order + 1 : at]][padded[at]] += 1
        for shorter in range(order - 1, 0, -1):
            for context, following in counts[shorter].items():
                for token in following:
                    counts[shorter - 1][context[1:]][token] += 1
        self.order, self.counts = order, counts
        self.totals = [{context: sum(found.values()) for context, found in table.items()} for table in counts]
        self.vocabulary = len(counts[0][()]) + 1

    def chance(self, past: tuple[int, ...], token: int) -> float:
        """Return the probability of ``token`` after the ``order - 1`` tokens of ``past``."""
        chance = 1.0 / self.vocabulary
        for length in range(self.order):
            context = past[len(past) - length :]
            if following := self.counts[length].get(context):
                total = self.totals[length][context]
                kept = max(following[token] - DISCOUNT, 0.0) if token in following else 0.0
                chance = kept / total + DISCOUNT * len(following) / total * chance
        return chance

    def loss(self, held_out: Dataset) -> float:
        """Return nats per event."""
        loss = 0.0
        for row in sentences(held_out):
            padded = (-1,) * (self.order - 1) + row
            for at in range(self.order - 1, len(padded)):
                loss -= math.log(self.chance(padded[at - self.order + 1 : at], padded[at]))
        return loss / len(held_out.events)
