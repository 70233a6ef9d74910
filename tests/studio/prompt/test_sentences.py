"""The sentence model gives the numbers that its authors publish."""

from typing import Any

import numpy as np
import pytest

from studio.prompt.sentences import encoder

MODEL: Any = encoder()
pytestmark = pytest.mark.skipif(MODEL is None, reason="the sentence model (requirements-words.txt) is not installed")


def test_it_gives_the_published_likenesses():
    """The example of the model's own page: 0.695, 0.943 and 0.257."""
    sentences = ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    first, *others = MODEL.embed(sentences)
    assert np.allclose([first @ other for other in others], [0.695, 0.943, 0.257], atol=0.001)


def test_a_sentence_has_the_same_vector_alone_and_in_company():
    sentences = ["a", "drums and bass in an old hall by the sea", "Žižkov, 2026!", ""]
    together = MODEL.embed(sentences)
    alone = np.concatenate([MODEL.embed([sentence]) for sentence in sentences])
    assert np.abs(together - alone).max() < 1e-5
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
