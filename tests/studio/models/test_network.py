from dataclasses import replace

import pytest
import torch

from studio.models import files
from studio.models.files import ModelError, load, read, save
from studio.models.grammar import Grammar, Size
from studio.models.network import EventModel

GRAMMAR = Grammar(parts={"pitch": 7, "length": 5}, context={"place": 4, "chord": 3})
SIZE = Size(width=32, layers=2, heads=2)


@pytest.fixture
def model():
    torch.manual_seed(3)
    return EventModel(GRAMMAR, SIZE).eval()


@pytest.fixture
def music():
    torch.manual_seed(4)
    events = torch.stack([torch.randint(0, count, (2, 9)) for count in GRAMMAR.parts.values()], -1)
    context = torch.stack([torch.randint(0, count, (2, 9)) for count in GRAMMAR.context.values()], -1)
    return events, context


@torch.no_grad()
def test_nothing_is_known_of_what_comes_later(model, music):
    events, context = music
    changed = events.clone()
    changed[:, 5:] = 0
    assert torch.allclose(model.losses(changed, context)[:, :5], model.losses(events, context)[:, :5], atol=1e-6)


@torch.no_grad()
def test_past_the_end_of_a_piece_there_is_no_loss(model, music):
    events, context = music
    shorter = events.clone()
    shorter[0, 6:] = -1
    losses = model.losses(shorter, context)
    assert not losses[0, 6:].any() and losses[0, :6].all() and losses[1].all()


@torch.no_grad()
def test_a_later_part_of_an_event_knows_the_earlier(model, music):
    events, context = music
    other = events.clone()
    other[:, 0, 0] = (other[:, 0, 0] + 1) % 7
    lengths = [model.losses(found, context)[:, 0, 1] for found in (events, other)]
    assert not torch.allclose(*lengths)


def test_weights_come_back_in_half_precision(model, music, tmp_path):
    save(model.weights(), tmp_path / "small.safetensors", {"seed": "3"})
    again = EventModel.of(read("small", tmp_path))
    assert again.grammar == GRAMMAR and again.size == SIZE
    with torch.no_grad():
        assert torch.allclose(again.losses(*music), model.losses(*music), atol=0.02)


def test_missing_and_spoilt_weights_are_said_to_be(model, tmp_path):
    with pytest.raises(ModelError, match="absent"):
        load("absent", tmp_path)
    (tmp_path / "spoilt.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="spoilt"):
        load("spoilt", tmp_path)
    whole = model.weights()
    fewer = {name: array for name, array in whole.arrays.items() if name != "final.bias"}
    save(replace(whole, arrays=fewer), tmp_path / "lacking.safetensors", {})
    with pytest.raises(ModelError, match=r"lacking.*final\.bias"):
        load("lacking", tmp_path)


def test_what_ships_is_small_and_has_its_card():
    shipped = sorted(files.FOLDER.glob("*.safetensors"))
    assert {path.stem for path in shipped} >= {"melody", "harmony", "drums"}
    assert sum(path.stat().st_size for path in shipped) < 25e6
    for path in shipped:
        card = path.with_suffix(".md").read_text()
        assert "Licence" in card.title() and "## Known weaknesses" in card
        assert "Kneser–Ney" in card or path.stem not in files.COMPOSERS
