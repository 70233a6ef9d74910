"""What the rules leave open, by meaning: the catalogue's genres, sub-styles and moods as sentence embeddings."""

from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from studio.prompt.lexicon import lexicon
from studio.prompt.sentences import Array, encoder
from studio.styles import genres

LEAST = {"genre": 0.12, "substyle": 0.4, "mood": 0.25}
"""Likeness below which nothing is said to be meant."""


def nearest(field: str, sentence: str, among: Collection[str]) -> tuple[str, float] | None:
    """Return the value ``among`` those allowed that is most alike in meaning, and its likeness (cosine).

    A sub-style is written ``genre/sub-style``. A value counts by its best sentence. ``None`` where nothing is alike, or
    there is no sentence model.
    """
    model = encoder()
    if model is None:
        return None
    meant = _vector(sentence)
    scores = {value: float((_catalogue(field, value) @ meant).max()) for value in sorted(among)}
    best = max(scores, key=lambda value: scores[value], default="")
    return (best, scores[best]) if best and scores[best] >= LEAST[field] else None


@lru_cache(maxsize=64)
def _vector(sentence: str) -> Array:
    model = encoder()
    assert model is not None  # noqa: S101 - the caller has looked
    return model.embed([sentence])[0]


@cache
def _catalogue(field: str, value: str) -> Array:
    """Return the vectors of a value's sentences, embedded when they are first asked for, ``(sentences, 384)``."""
    model = encoder()
    assert model is not None  # noqa: S101 - the caller has looked
    return model.embed(tuple(_sentences(field, value)))


def _sentences(field: str, value: str) -> Iterator[str]:
    if field == "substyle":
        genre, _, name = value.partition("/")
        style = genres()[genre].styles[name]
        yield f"{style.name}. {style.description}"
        return
    if field == "genre":
        yield f"{genres()[value].name}. {genres()[value].description}"
    yield from lexicon().meanings[field][value]
