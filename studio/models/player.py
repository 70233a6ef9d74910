"""A trained network of events, played by numpy: the decoder of `studio.models.network`, step by step.

Weights are laid out once for few and large products: what a normalisation scales and shifts is folded into the
product that follows it, the scale of attention into its queries, and tables that are summed are one table.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.models.grammar import ROPE_BASE, Floats, Size, Weights

Ints = NDArray[np.int64]
Turn = NDArray[np.complex64]
Linear = tuple[Floats, Floats]
"""Matrix (inputs, outputs) and what is added, (outputs,)."""

NORM_FLOOR = np.float32(1e-5)
"""Added to a variance before its root."""

PACE = np.float32(0.3275911 / np.sqrt(2.0))
TAIL = tuple(np.float32(term / 2) for term in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))
"""Half the complementary error function of x / √2 by Abramowitz and Stegun 7.1.26: within 1e-7, eight times as fast
as SciPy's."""


class Cache:
    """Keys and values of the steps taken, by layer: room for ``steps`` of ``rows`` sequences."""

    def __init__(self, size: Size, rows: int, steps: int) -> None:
        self.layers = np.zeros((size.layers, 2, rows, size.heads, steps, size.width // size.heads), np.float32)
        self.step = 0

    def narrow(self, rows: int) -> None:
        """Go on with the first ``rows`` sequences only."""
        self.layers = self.layers[:, :, :rows]


class Tables:
    """Embeddings that are summed, one below the other."""

    def __init__(self, tables: Sequence[Floats]) -> None:
        self.rows = np.concatenate(tables)
        self.first = np.cumsum([0, *map(len, tables[:-1])])

    def __call__(self, values: Ints) -> Floats:
        """Return the sum, (…, width), for ``values`` of shape (…, tables)."""
        found: Floats = self.rows[values + self.first].sum(-2)
        return found


class Block:
    """Attention to what came before, then a feed-forward layer; both read normalised and add."""

    def __init__(self, weights: Weights, index: int) -> None:
        self.heads, width = weights.size.heads, weights.size.width
        name = f"blocks.{index}"
        ask, add = _folded(weights, f"{name}.before_attention", f"{name}.query_key_value")
        scale = np.repeat(np.array([np.sqrt(self.heads / width), 1.0, 1.0], np.float32), width)
        self.query_key_value = ask * scale, add * scale
        self.mix = _linear(weights, f"{name}.mix")
        self.forward_in = _folded(weights, f"{name}.before_forward", f"{name}.forward_in")
        self.forward_out = _linear(weights, f"{name}.forward_out")

    def __call__(self, x: Floats, turn: Turn, past: Floats | None, step: int) -> Floats:
        """Return the block's output for ``x`` of shape (rows, steps, width)."""
        rows, steps, width = x.shape
        flat = x.reshape(-1, width)
        joined = linear(normalised(flat), self.query_key_value).reshape(rows, steps, 3, self.heads, -1)
        joined[:, :, :2].view(np.complex64)[...] *= turn[:, None, None]
        query, key, value = joined.transpose(2, 0, 3, 1, 4)
        if past is not None:
            past[0, :, :, step : step + steps], past[1, :, :, step : step + steps] = key, value
            key, value = past[:, :, :, : step + steps]
        heard = attended(query, key, value).swapaxes(1, 2).reshape(-1, width)
        flat = flat + linear(heard, self.mix)
        flat += linear(gelu(linear(normalised(flat), self.forward_in)), self.forward_out)
        return flat.reshape(x.shape)


class Player:
    """A trained decoder over events; see `studio.models.network.EventModel`, which says the same."""

    def __init__(self, weights: Weights) -> None:
        self.grammar, self.size = weights.grammar, weights.size
        parts = range(len(weights.grammar.parts))
        known = [f"known.{index}" for index in range(len(weights.grammar.context))]
        self.given = _tables(weights, [*(f"said.{part}" for part in parts), *known])
        self.blocks = [Block(weights, index) for index in range(weights.size.layers)]
        self.final = weights.arrays["final.weight"], weights.arrays["final.bias"]
        self.told = [_tables(weights, [f"chosen.{before}" for before in range(part)]) for part in parts[1:]]
        self.blend = [_linear(weights, f"blend.{part - 1}") for part in parts[1:]]
        self.read = [_linear(weights, f"read.{part}") for part in parts]

    def trunk(self, before: Ints, context: Ints, cache: Cache | None = None) -> Floats:
        """Return what is known at each step, shape (rows, steps, width).

        ``before``: the events just past, (rows, steps, parts); ``context``: (rows, steps, features). With a cache
        the steps follow those in it.
        """
        x = self.given(np.concatenate([before, context], axis=-1))
        step = cache.step if cache else 0
        turn = angles(step, x.shape[1], self.size.width // self.size.heads)
        for index, block in enumerate(self.blocks):
            x = block(x, turn, cache.layers[index] if cache else None, step)
        if cache:
            cache.step += x.shape[1]
        scale, shift = self.final
        return normalised(x) * scale + shift

    def logits(self, state: Floats, part: int, event: Ints) -> Floats:
        """Return the scores of every value of a part, shape (…, values); ``event`` holds the parts before it."""
        if part == 0:
            return linear(state, self.read[0])
        told = self.told[part - 1](event[..., :part])
        return linear(gelu(linear(state + told, self.blend[part - 1])) + state, self.read[part])


def angles(start: int, steps: int, size: int) -> Turn:
    """Return the rotations by which pairs of a head's values tell their step, shape (steps, size / 2).

    Su et al., *RoFormer: Enhanced Transformer with Rotary Position Embedding* (2021), equation 15.
    """
    pace = ROPE_BASE ** (-np.arange(0, size, 2) / size)
    return np.exp(1j * np.outer(np.arange(start, start + steps), pace)).astype(np.complex64)


def linear(x: Floats, weights: Linear) -> Floats:
    """Return the product with a matrix, and what is added."""
    matrix, added = weights
    found: Floats = x @ matrix
    found += added
    return found


def normalised(x: Floats) -> Floats:
    """Return rows of mean 0 and variance 1 (Ba, Kiros and Hinton, *Layer Normalization*, 2016)."""
    width = x.shape[-1]
    centred: Floats = x - x.sum(-1, keepdims=True) / width
    centred /= np.sqrt(np.vecdot(centred, centred) / width + NORM_FLOOR)[..., None]
    return centred


def attended(query: Floats, key: Floats, value: Floats) -> Floats:
    """Return what each query (rows, heads, steps, size) hears of the values up to its own step.

    The keys' last step is the queries' last. Queries come scaled (Vaswani et al., *Attention Is All You Need*, 2017,
    equation 1).
    """
    scores = query @ key.swapaxes(2, 3)
    steps, all_steps = scores.shape[2:]
    if steps > 1:
        scores += np.triu(np.full((steps, all_steps), -np.inf, np.float32), 1 + all_steps - steps)
    return softmax(scores) @ value


def gelu(x: Floats) -> Floats:
    """Return x Φ(x) (Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016), in place of ``x``."""
    size = np.abs(x)
    near = size * PACE
    near += 1.0
    np.reciprocal(near, out=near)
    tail = near * TAIL[0]
    for term in TAIL[1:]:
        tail += term
        tail *= near
    np.multiply(x, x, out=near)
    near *= -0.5
    tail *= np.exp(near, out=near)
    tail *= size
    np.maximum(x, 0.0, out=x)
    x -= tail
    return x


def softmax(scores: Floats) -> Floats:
    """Return the chances of the last axis' values."""
    chances = np.exp(scores - scores.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    return chances


def log_softmax(scores: Floats) -> Floats:
    """Return the logarithms of the chances of the last axis' values."""
    shifted: Floats = scores - scores.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted


def _tables(weights: Weights, names: Sequence[str]) -> Tables:
    return Tables([weights.arrays[f"{name}.weight"] for name in names])


def _linear(weights: Weights, name: str) -> Linear:
    matrix = np.ascontiguousarray(weights.arrays[f"{name}.weight"].T)
    return matrix, weights.arrays.get(f"{name}.bias", np.zeros(matrix.shape[1], np.float32))


def _folded(weights: Weights, norm: str, name: str) -> Linear:
    """Return a product with the scale and shift of the normalisation before it."""
    matrix, added = _linear(weights, name)
    scale, shift = weights.arrays[f"{norm}.weight"], weights.arrays[f"{norm}.bias"]
    return scale[:, None] * matrix, shift @ matrix + added
