"""What composing plays is what training taught; PyTorch is here only to compare."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.special import erf

from studio.models.files import COMPOSERS, read, trained
from studio.models.network import EventModel
from studio.models.player import Cache, gelu, log_softmax, softmax

ROWS, STEPS = 3, 24


@pytest.fixture(scope="module", params=COMPOSERS)
def pair(request):
    """A shipped model as it is played and as it was trained."""
    return trained(request.param), EventModel.of(read(request.param))


@pytest.fixture
def music(pair):
    """Random events with the one before the first, and their contexts."""
    rng, grammar = np.random.default_rng(7), pair[0].grammar
    events, context = (
        np.stack([rng.integers(0, count, (ROWS, STEPS)) for count in counts.values()], -1)
        for counts in (grammar.parts, grammar.context)
    )
    events[:, 0] = grammar.nothing
    return events, context


def logits(model, state, events):
    """Return the scores of all parts side by side; the part of an event that is nothing yet is heard as 0."""
    heard = events * (events < np.array(model.grammar.nothing))
    return np.concatenate([model.logits(state, part, heard) for part in range(events.shape[-1])], -1)


def taught(model, events, context):
    """Return state and scores of the PyTorch model."""
    heard = torch.from_numpy(events * (events < np.array(model.grammar.nothing)))
    with torch.inference_mode():
        state = model.trunk(torch.from_numpy(events), torch.from_numpy(context))
        return state.numpy(), torch.cat([model.logits(state, part, heard) for part in range(events.shape[-1])], -1)


def test_the_player_says_what_the_trained_network_says(pair, music):
    player, network = pair
    state, scores = taught(network, *music)
    played = player.trunk(*music)
    np.testing.assert_allclose(played, state, atol=1e-4)
    np.testing.assert_allclose(logits(player, played, music[0]), scores, atol=1e-4)


@pytest.mark.parametrize("cuts", [range(STEPS + 1), (0, 10, 11, STEPS)])
def test_with_a_cache_it_says_the_same_step_by_step(pair, music, cuts):
    player, network = pair
    cache = Cache(player.size, ROWS, STEPS)
    played = [player.trunk(*(rows[:, start:end] for rows in music), cache) for start, end in pairwise(cuts)]
    np.testing.assert_allclose(np.concatenate(played, 1), taught(network, *music)[0], atol=1e-4)


def test_a_narrowed_cache_goes_on_with_the_first_rows(pair, music):
    player, _ = pair
    cache = Cache(player.size, ROWS, STEPS)
    player.trunk(*(rows[:, :9] for rows in music), cache)
    cache.narrow(1)
    after = player.trunk(*(rows[:1, 9:] for rows in music), cache)
    np.testing.assert_allclose(after, player.trunk(*music)[:1, 9:], atol=1e-4)


def test_gelu_and_softmax_are_those_of_the_books():
    x = np.linspace(-12.0, 12.0, 4801)
    np.testing.assert_allclose(gelu(x.astype(np.float32)), x * (1 + erf(x / np.sqrt(2))) / 2, atol=1e-6)
    scores = np.array([[100.0, 101.0, 99.0]], np.float32)
    chances = np.exp([0.0, 1.0, -1.0]) / np.exp([0.0, 1.0, -1.0]).sum()
    np.testing.assert_allclose(softmax(scores)[0], chances, rtol=1e-5)
    np.testing.assert_allclose(log_softmax(scores)[0], np.log(chances), rtol=1e-5)


def test_music_is_made_without_pytorch():
    """A worker that had it would hold 180 MB more and start a second later."""
    code = (
        "import sys, studio.cli, studio.produce\n"
        "from studio.brief import Brief; from studio.compose import compose\n"
        "compose(Brief.from_mapping({'genre': 'rock', 'duration': 30, 'seed': 0}))\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
