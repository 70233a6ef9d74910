"""The one network of this library: a small decoder that predicts events part by part.

An *event* (a note, a chord, a drum hit) is a row of small whole numbers, its parts: a melody's event is a pitch and a
duration. What is known beforehand of the place where the next event falls (bar position, chord, style, …) is its
*context*, summed into the input. The trunk takes one step per event; the parts are then read out one after the other,
each knowing those before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

ROPE_BASE = 10_000.0


@dataclass(frozen=True)
class Grammar:
    """Parts of an event and features of its context: name → how many values each may have, in order of reading."""

    parts: Mapping[str, int]
    context: Mapping[str, int]


@dataclass(frozen=True)
class Size:
    """Size of the trunk: ``width`` of a layer, ``layers``, attention ``heads``."""

    width: int = 192
    layers: int = 6
    heads: int = 6


class Cache:
    """Keys and values of the steps taken, by layer: room for ``steps`` of ``rows`` sequences."""

    def __init__(self, size: Size, rows: int, steps: int) -> None:
        shape = (rows, size.heads, steps, size.width // size.heads)
        self.layers = [(torch.zeros(shape), torch.zeros(shape)) for _ in range(size.layers)]
        self.step = 0

    def narrow(self, rows: int) -> None:
        """Go on with the first ``rows`` sequences only."""
        self.layers = [(keys[:rows], values[:rows]) for keys, values in self.layers]


class Block(nn.Module):
    """Attention to what came before, then a feed-forward layer; both read normalised and add."""

    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        width = size.width
        self.heads = size.heads
        self.before_attention, self.before_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.mix = nn.Linear(width, width, bias=False)
        self.forward_in, self.forward_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, angle: tuple[Tensor, Tensor], past: tuple[Tensor, Tensor] | None, step: int) -> Tensor:
        """Return the block's output for ``x`` of shape (rows, steps, width)."""
        rows, steps, width = x.shape
        joined = self.query_key_value(self.before_attention(x)).view(rows, steps, 3, self.heads, -1)
        query, key, value = joined.permute(2, 0, 3, 1, 4)
        query, key = turned(query, angle), turned(key, angle)
        if past is not None:
            keys, values = past
            keys[:, :, step : step + steps], values[:, :, step : step + steps] = key, value
            key, value = keys[:, :, : step + steps], values[:, :, : step + steps]
        heard = functional.scaled_dot_product_attention(query, key, value, is_causal=steps > 1)
        x = x + self.dropout(self.mix(heard.transpose(1, 2).reshape(rows, steps, width)))
        inner = functional.gelu(self.forward_in(self.before_forward(x)))
        return x + self.dropout(self.forward_out(inner))


class EventModel(nn.Module):
    """Decoder over events. ``dropout`` acts only in training."""

    def __init__(self, grammar: Grammar, size: Size, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.grammar, self.size = grammar, size
        width = size.width
        # One value more for "nothing yet": the event before the first.
        self.said = nn.ModuleList([nn.Embedding(count + 1, width) for count in grammar.parts.values()])
        self.known = nn.ModuleList([nn.Embedding(count, width) for count in grammar.context.values()])
        self.blocks = nn.ModuleList([Block(size, dropout) for _ in range(size.layers)])
        self.final = nn.LayerNorm(width)
        counts = list(grammar.parts.values())
        self.chosen = nn.ModuleList([nn.Embedding(count, width) for count in counts[:-1]])
        self.blend = nn.ModuleList([nn.Linear(width, width) for _ in counts[1:]])
        self.read = nn.ModuleList([nn.Linear(width, count) for count in counts])
        self.dropout = nn.Dropout(dropout)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    @property
    def nothing(self) -> tuple[int, ...]:
        """The event that stands before the first."""
        return tuple(self.grammar.parts.values())

    def trunk(self, before: Tensor, context: Tensor, cache: Cache | None = None) -> Tensor:
        """Return what is known at each step, shape (rows, steps, width).

        ``before``: the events just past, (rows, steps, parts); ``context``: (rows, steps, features). With a cache
        the steps follow those in it.
        """
        x: Tensor = sum(table(before[..., i]) for i, table in enumerate(self.said))
        x = self.dropout(x + sum(table(context[..., i]) for i, table in enumerate(self.known)))
        step = cache.step if cache else 0
        angle = angles(step, x.shape[1], self.size.width // self.size.heads)
        for index, block in enumerate(self.blocks):
            x = block(x, angle, cache.layers[index] if cache else None, step)
        if cache:
            cache.step += x.shape[1]
        return self.final(x)

    def logits(self, state: Tensor, part: int, event: Tensor) -> Tensor:
        """Return the scores of every value of a part, shape (…, values); ``event`` holds the parts before it."""
        if part == 0:
            return self.read[0](state)
        told = sum(table(event[..., i]) for i, table in enumerate(self.chosen[:part]))
        return self.read[part](functional.gelu(self.blend[part - 1](state + told)) + state)

    def losses(self, events: Tensor, context: Tensor) -> Tensor:
        """Return the negative log-likelihood in nats of every part, (rows, steps, parts); 0 where an event is -1."""
        real = events[..., :1] >= 0
        safe = events.clamp(min=0)
        first = torch.tensor(self.nothing).expand(len(events), 1, -1)
        state = self.trunk(torch.cat([first, safe[:, :-1]], dim=1), context)
        found = [
            functional.cross_entropy(
                self.logits(state, i, safe).flatten(0, 1).float(), safe[..., i].flatten(), reduction="none"
            )
            for i in range(len(self.read))
        ]
        return torch.stack(found, -1).view(*events.shape) * real


def angles(start: int, steps: int, size: int) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the rotary position angles of ``steps`` steps, each (steps, size / 2)."""
    pace = ROPE_BASE ** (-torch.arange(0, size, 2) / size)
    turn = torch.outer(torch.arange(start, start + steps), pace)
    return turn.cos(), turn.sin()


def turned(x: Tensor, angle: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate pairs of values by their position's angle."""
    cosine, sine = angle
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2).to(x.dtype)
