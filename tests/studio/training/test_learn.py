"""The core of training, on a made-up corpus of two alternating events: prepare, train, stop, go on, publish."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.models.files import ModelError, read
from studio.models.grammar import Grammar, Size
from studio.models.network import EventModel
from studio.training import dataset, learn
from studio.training.corpus import CorpusError
from studio.training.dataset import SIDES, Piece
from studio.training.fit import batch, fit
from studio.training.ngrams import kneser_ney, unigram
from studio.training.task import Task

GRAMMAR = Grammar(parts={"step": 4, "length": 2}, context={"place": 2, "told": 3})
STEPS = 4


def tunes(_corpus, source="bach_chorales"):
    for number in range(120):
        length = 6 + number % 5
        place = np.arange(length) % 2
        events = np.stack([2 * place + number % 2, place], axis=1).astype(np.int16)
        context = np.stack([place, np.full(length, 1 + number % 2)], axis=1).astype(np.int16)
        yield Piece(f"Tune {number}", "even" if number % 2 else "odd", source, events, context)


TASK = Task(
    "tiny", "Goes back and forth.", GRAMMAR, tunes, hints=("told",), size=Size(16, 1, 2), batch=64, epochs=1.0,
    weaknesses=("It knows one thing.",),
)  # fmt: skip


@pytest.fixture
def work(tmp_path):
    torch.set_num_threads(1)
    learn.prepare(TASK, tmp_path, tmp_path / "work")
    return tmp_path / "work"


def quiet(_line):
    pass


def test_pieces_are_kept_on_three_sides_without_one_lost(work):
    data = dataset.load(work / "tiny.npz")
    told = list(tunes(None))
    assert sum(len(data[side]) for side in SIDES) == len(told)
    assert sum(len(data[side].events) for side in SIDES) == sum(len(piece.events) for piece in told)
    events, context = data["train"].piece(0)
    assert events.shape[1:] == (2,) and context.shape == events.shape


def test_a_source_without_a_licence_is_refused(tmp_path):
    foreign = replace(TASK, pieces=lambda corpus: tunes(corpus, source="found_somewhere"))
    with pytest.raises(CorpusError, match="found_somewhere"):
        learn.prepare(foreign, tmp_path, tmp_path / "work")
    assert not (tmp_path / "work" / "tiny.npz").exists()


def test_training_without_prepared_data_says_what_to_do(tmp_path):
    with pytest.raises(CorpusError, match="prepare"):
        learn.train(TASK, tmp_path, tmp_path, seed=1, say=quiet)


def test_a_batch_hides_hints_in_some_rows_and_pads_with_minus_one(work):
    data = dataset.load(work / "tiny.npz")["train"]
    draws = [batch(TASK, data, np.random.default_rng(seed)) for seed in range(20)]
    hints = [bool(row.any()) for _, context in draws for row in context[:, :, 1]]
    assert 0.3 < np.mean(hints) < 0.7
    assert all(events.shape[:2] == context.shape[:2] for events, context in draws)
    assert all((events[..., 0] < 0).eq(events[..., 1] < 0).all() for events, _ in draws)


def test_a_stopped_run_goes_on_to_the_same_weights(work, tmp_path):
    data = dataset.load(work / "tiny.npz")
    whole = fit(TASK, data, tmp_path / "whole", seed=3, steps=STEPS, say=quiet)

    def stop(line):
        if "step 2 of" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(TASK, data, tmp_path / "parts", seed=3, steps=STEPS, say=stop)
    resumed = fit(TASK, data, tmp_path / "parts", seed=3, steps=STEPS, say=quiet)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    other = fit(TASK, data, tmp_path / "other", seed=4, steps=STEPS, say=quiet)
    assert any(not torch.equal(weight, other.state_dict()[name]) for name, weight in whole.state_dict().items())


def test_training_lowers_the_loss_and_writes_weights_and_card(work, tmp_path):
    said: list[str] = []
    learn.train(replace(TASK, rate=0.05), work, tmp_path / "out", seed=1, steps=24, say=said.append)
    losses = [float(line.split("validation ")[1].split()[0]) for line in said]
    assert losses[-1] < 0.8 * losses[0]
    model = EventModel.of(read("tiny", tmp_path / "out"))
    assert model.grammar == GRAMMAR and model.size == TASK.size
    card = (tmp_path / "out" / "tiny.md").read_text()
    data = dataset.load(work / "tiny.npz")
    results = learn.evaluate(TASK, model, data)
    assert f"| **this model** | **{results['model']:.3f}** |" in card
    for words in ("Chorales of J. S. Bach", "encodings distributed", "--seed 1", "Kneser–Ney", "It knows one thing."):
        assert words in card
    assert set(results["groups"]) == {"even", "odd"}
    with pytest.raises(ModelError):
        read("melodious", tmp_path / "out")


def test_counting_learns_the_pattern_that_unigrams_cannot(work):
    data = dataset.load(work / "tiny.npz")
    alone = unigram(data["train"], data["test"])
    assert alone == pytest.approx(np.log(4) + np.log(2), abs=0.1)
    assert kneser_ney(data["train"], data["test"], (4,))[4] < 0.5 * alone
