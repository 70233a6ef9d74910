"""Accompaniments beside what was written: known textures give known numbers, players keep to what is allowed."""

import json
import lzma
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.models.grammar import Size
from studio.models.network import EventModel
from studio.models.player import Player
from studio.models.texture import DURATIONS, GRAMMAR, SILENCE
from studio.training import textures
from studio.training.accompanists import FULLEST, HIGHEST, LOWEST, Hand, by_model, by_rules, drawn, excerpts
from studio.training.dataset import Dataset
from studio.training.ngrams import KneserNey
from studio.training.texture import SOURCE, group_of, pieces, songs
from studio.training.textures import MEASURES, compare, distance, strangers, surprise, told_table

BAR = 96
BARS = 18


def sheet(number, *, upbeat=24):
    """A song in D major that goes I V I V, with an upbeat, a held fifth for a tune and an Alberti bass."""
    starts = [0, *(upbeat + BAR * bar for bar in range(BARS))]
    meas = [[start, upbeat if start == 0 else BAR, 4, 4] for start in starts]
    chords = [[start, 2 if bar % 2 else 9, "" if bar % 2 else "7"] for bar, start in enumerate(starts)]
    tune = [[start, BAR, 69] for start in starts[1:]]
    piano = []
    for bar, start in enumerate(starts[1:]):
        low, mid, high = (50, 54, 57) if bar % 2 == 0 else (49, 55, 57)
        piano += [[start + 12 * step, 12, (low, high, mid, high)[step % 4], 2] for step in range(8)]
    known = {"id": f"song {number}", "src": SOURCE, "title": f"Song {number}", "key": [2, "maj"], "tempo": None}
    return {**known, "meas": meas, "chords": chords, "mel": tune}, {"id": f"song {number}", "acc": piano}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    rows = [sheet(number) for number in range(4)]
    for name, column in (("leadsheets", 0), ("lieder_piano", 1)):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row[column]) + "\n" for row in rows)
    return folder


@pytest.fixture(scope="module")
def cut(corpus):
    torch.set_num_threads(1)
    return excerpts(songs(corpus))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return Player(EventModel(GRAMMAR, Size(16, 1, 2)).weights())


def test_songs_are_read_in_c_with_their_events(corpus):
    found = list(pieces(corpus))
    assert [piece.title for piece in found] == [f"Song {number}" for number in range(4)]
    assert {piece.group for piece in found} == {"duple"} and {piece.source for piece in found} == {SOURCE}
    notes = found[0].events[found[0].events[:, 0] != 12]
    assert notes[:4, 0].tolist() == [0, 7, 4, 7]
    song = next(songs(corpus))
    assert song.shift == -2 and group_of(song.meter) == "duple"


def test_an_excerpt_begins_with_the_first_whole_bar(cut):
    piece = cut[0]
    assert (piece.bars, piece.end) == (BARS, BARS * BAR)
    assert piece.piano[:2] == [(0, 12, 48), (12, 12, 55)]
    assert piece.ground.frame.chords[0].tolist()[:2] == [0, 0]
    assert set(piece.density.tolist()) == {5}


def test_measures_of_a_known_texture(cut):
    piece = cut[0]
    found = {name: measured(piece.piano, piece) for name, measured in MEASURES.items()}
    assert found["chord tones (share)"] == 1.0
    assert found["onsets a bar (log2)"] == 3.0
    assert found["bar like the last"] == 1.0
    assert found["notes at an onset"] == found["notes sounding"] == 1.0
    assert found["clashes with the tune (share)"] == 0.0
    assert np.asarray(found["places in the bar"])[[0, 12, 84]].tolist() == [0.125] * 3
    assert np.asarray(found["register (semitones)"])[[0, 100]].tolist() == [47, 55]


def test_measures_notice_what_was_spoiled(cut):
    piece = cut[0]
    sharp = [(onset, length, pitch + 1) for onset, length, pitch in piece.piano]
    assert MEASURES["chord tones (share)"](sharp, piece) < 0.2
    assert MEASURES["clashes with the tune (share)"](sharp, piece) == pytest.approx(0.625)
    low, real = (MEASURES["register (semitones)"](rows, piece) for rows in ([(0, 1, 36)], piece.piano))
    assert distance(low, real) > 12
    thin = [row for row in piece.piano if row[0] // BAR % 2 or row[0] % 24 == 0]
    assert MEASURES["bar like the last"](thin, piece) == pytest.approx(0.5)
    assert distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0


def test_the_model_keeps_to_the_register_and_plays_the_same_for_a_seed(cut, network):
    pair = [replace(piece, bars=5, piano=piece.piano[:40]) for piece in cut[:2]]
    rows = by_model(network, pair, told=True, seed=3)
    assert rows == by_model(network, pair, told=True, seed=3) != by_model(network, pair, told=True, seed=4)
    for played, piece in zip(rows, pair, strict=True):
        assert {LOWEST <= pitch <= HIGHEST for _, _, pitch in played} == {True}
        assert all(0 <= onset < piece.end for onset, _, _ in played)
        assert len({(onset, pitch) for onset, _, pitch in played}) == len(played)
        counts = np.bincount([onset for onset, _, _ in played])
        assert counts.max() <= FULLEST


def test_a_chord_is_struck_from_below_and_only_so_full(cut):
    hand = Hand(cut[0])
    root_at_c3 = (0, 3, 0, 0)
    hand.take(root_at_c3)
    assert hand.rows == [(0, DURATIONS[0], 48)]
    assert not hand.allowed(1, root_at_c3)[:4].any() and hand.allowed(1, root_at_c3)[4]
    assert not hand.allowed(0, root_at_c3)[SILENCE]
    for degree in range(1, FULLEST - 1):
        assert hand.allowed(3, (degree, 3, 0, 0))[0]
        hand.take((degree, 3, 0, 0))
    assert not hand.allowed(3, (7, 3, 0, 0))[0]


def test_the_rules_play_chords_and_listen_to_the_density_told(cut):
    piece = cut[0]
    freely, told = (by_rules(piece, told=told, seed=1) for told in (False, True))
    assert MEASURES["chord tones (share)"](freely, piece) > 0.9
    want = MEASURES["onsets a bar (log2)"](piece.piano, piece)
    apart = [np.ptp([MEASURES["onsets a bar (log2)"](rows, piece), want]) for rows in (freely, told)]
    assert apart[1] <= apart[0]


def test_values_are_drawn_from_the_likeliest():
    scores = np.log(np.tile([0.6, 0.37, 0.02, 0.01], (4000, 1)))
    counts = np.bincount(drawn(scores, np.random.default_rng(1)), minlength=4) / 4000
    assert counts[:2] == pytest.approx([0.62, 0.38], abs=0.03) and counts[2:].sum() == 0


def test_what_was_written_is_at_no_distance_and_the_nearer_way_is_named(cut, corpus):
    found = list(pieces(corpus))
    rows = [piece.events for piece in found]
    starts = np.cumsum([0, *(len(events) for events in rows)])
    data = Dataset(np.concatenate(rows), np.concatenate([piece.context for piece in found]), starts, [""] * len(rows))
    counted = KneserNey(data, 4)
    written = [piece.piano for piece in cut]
    spoiled = [[(on, length, pitch + 1 + on % 5) for on, length, pitch in played] for played in written]
    table = compare(cut, {"written": written, "rules": spoiled, "model": strangers(cut)}, counted)
    assert all(apart.max() < 1e-9 for _, apart in table["written"].values())
    assert surprise(spoiled[0], cut[0], counted) > surprise(written[0], cut[0], counted) + 1
    lines = told_table(table, "rules", "model").splitlines()
    verdicts = {line.split("|")[1].strip(): line.split("|")[-2].split()[0] for line in lines[2:]}
    assert verdicts["chord tones (share)"] == "model" and verdicts["onsets a bar (log2)"] == "open"
    assert set(verdicts) == {*MEASURES, textures.USUAL}
