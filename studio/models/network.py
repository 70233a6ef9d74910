"""The one network of this library, as it is trained: a small decoder that predicts events part by part.

What is known of the place of an event is summed into the input. The trunk takes one step per event; the parts are then
read out one after the other, each knowing those before it. Composing plays the weights without PyTorch
(`studio.models.player`).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.models.grammar import ROPE_BASE, Grammar, Size, Weights


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

    def forward(self, x: Tensor, angle: tuple[Tensor, Tensor]) -> Tensor:
        """Return the block's output for ``x`` of shape (rows, steps, width)."""
        rows, steps, width = x.shape
        joined = self.query_key_value(self.before_attention(x)).view(rows, steps, 3, self.heads, -1)
        query, key, value = joined.permute(2, 0, 3, 1, 4)
        query, key = turned(query, angle), turned(key, angle)
        heard = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
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

    @classmethod
    def of(cls, weights: Weights) -> "EventModel":
        """Return the model that has these weights, ready to predict. Raises ``RuntimeError`` where they do not fit."""
        model = cls(weights.grammar, weights.size)
        model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.arrays.items()})
        return model.eval()

    def weights(self) -> Weights:
        """Return what the model has learned."""
        arrays = {name: weight.detach().float().numpy() for name, weight in self.state_dict().items()}
        return Weights(self.grammar, self.size, arrays)

    def trunk(self, before: Tensor, context: Tensor) -> Tensor:
        """Return what is known at each step, shape (rows, steps, width).

        ``before``: the events just past, (rows, steps, parts); ``context``: (rows, steps, features).
        """
        x: Tensor = sum(table(before[..., i]) for i, table in enumerate(self.said))
        x = self.dropout(x + sum(table(context[..., i]) for i, table in enumerate(self.known)))
        angle = angles(x.shape[1], self.size.width // self.size.heads)
        for block in self.blocks:
            x = block(x, angle)
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
        first = torch.tensor(self.grammar.nothing).expand(len(events), 1, -1)
        state = self.trunk(torch.cat([first, safe[:, :-1]], dim=1), context)
        found = [
            functional.cross_entropy(
                self.logits(state, i, safe).flatten(0, 1).float(), safe[..., i].flatten(), reduction="none"
            )
            for i in range(len(self.read))
        ]
        return torch.stack(found, -1).view(*events.shape) * real


def angles(steps: int, size: int) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the rotary position angles of ``steps`` steps, each (steps, size / 2)."""
    pace = ROPE_BASE ** (-torch.arange(0, size, 2) / size)
    turn = torch.outer(torch.arange(steps), pace)
    return turn.cos(), turn.sin()


def turned(x: Tensor, angle: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate pairs of values by their position's angle."""
    cosine, sine = angle
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2).to(x.dtype)
