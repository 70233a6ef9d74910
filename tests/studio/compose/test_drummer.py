from dataclasses import replace

import numpy as np
import pytest

from studio.brief import Brief
from studio.compose import compose
from studio.compose.drum_grid import grid_of
from studio.compose.drummer import ROWS, Wish, is_known, manner_of, play
from studio.compose.drums import write_drums
from studio.compose.kit import HEARD_AS, PLAYED_AS, Hit
from studio.compose.repertoire import Repertoire, Stretch
from studio.models.drums import VOICES
from studio.styles import DRUM_VOICES, Drums, Feel, Groove, genres

BACKBEAT = tuple(
    sorted(
        [
            *(Hit("HH", beat / 2, 6) for beat in range(8)),
            *(Hit("KK", beat, 9) for beat in (0, 2.5)),
            *(Hit("SN", beat, 8) for beat in (1, 3)),
        ],
        key=lambda hit: (hit.beat, hit.voice),
    )
)
KICK, SNARE, HAT = 36, 38, 42


@pytest.fixture
def plan(plan_of):
    rows = {"KK": "9.........9.....", "SN": "....8.......8...", "HH": "6.6.6.6.6.6.6.6."}
    fills = (Groove("toms", {"T1": "........77..", "T3": "..........78"}),)
    return plan_of(
        ("verse", 16, 0.5),
        ("chorus", 8, 0.8),
        ("outro", 4, 0.75),
        drums=Drums((Groove("beat", rows),), fills, learned="rock"),
    )


def manner(plan):
    """The manner of a plan that has one."""
    found = manner_of(plan)
    assert found
    return found


def grid(plan):
    """The grid of a backbeat in a plan that has one."""
    found = grid_of(plan, BACKBEAT)
    assert found
    return found


@pytest.fixture
def wish(plan):
    """A function: seed and fields of a ``Wish`` → the wish; by itself, for a turn of a backbeat."""

    def build(seed, **changes):
        kept = tuple(hit for hit in BACKBEAT if hit.voice != "HH")
        voices = frozenset({"KK", "SN", "HH", "OH"})
        rng = np.random.default_rng(seed)
        turn = Wish((BACKBEAT, BACKBEAT), kept, voices, 0.0, False, 13, 3, grid(plan), rng)
        return replace(turn, **changes)

    return build


def test_a_turn_keeps_its_backbone_and_adds_on_the_voices_it_may(wish, plan):
    turns = play([wish(seed) for seed in range(ROWS)], manner(plan))
    assert len(set(turns)) > ROWS / 2
    for bar in turns:
        assert {hit for hit in BACKBEAT if hit.voice != "HH"} <= set(bar)
        added = [hit for hit in bar if hit not in BACKBEAT]
        assert {hit.voice for hit in bar} <= {"KK", "SN", "HH", "OH"}
        assert all(hit.force * 14 < 60 for hit in added if hit.voice == "SN")
        assert all(round(hit.beat * 4, 6) % 1 == 0 and 0 <= hit.beat < 4 for hit in bar)
    assert np.mean([sum(hit.voice in ("HH", "OH") for hit in bar) for bar in turns]) >= 4


def test_a_fill_begins_where_it_may_and_runs_to_the_next_downbeat(wish, plan):
    kept = tuple(hit for hit in BACKBEAT if hit.beat < 2)
    voices = frozenset({"SN", "T1", "T2", "T3", "KK"})
    wishes = [wish(seed, kept=kept, voices=voices, start=2.0, is_fill=True, strokes=14) for seed in range(ROWS)]
    for bar in play(wishes, manner(plan)):
        added = [hit for hit in bar if hit not in kept]
        assert set(kept) <= set(bar)
        assert all(2.0 <= hit.beat < 4.0 for hit in added)
        assert max(hit.beat for hit in added) >= 3.0
        assert {hit.voice for hit in added} <= voices


def test_a_bar_does_not_hang_on_the_others_of_its_batch(wish, plan):
    alone = play([wish(5)], manner(plan))[0]
    others = play([wish(seed) for seed in (*range(9, 9 + ROWS), 5)], manner(plan))
    beside = play([wish(1), wish(2), wish(5), wish(3)], manner(plan))
    assert others[-1] == alone and beside[2] == alone


def test_swung_eighths_are_triplets_to_the_model_and_eighths_on_paper(plan_of):
    swinging = plan_of(("verse", 4, 0.5), feel=Feel(swing=0.66))
    swung = grid(swinging)
    assert [swung.place(beat) for beat in (0.0, 0.25, 0.5, 1.5)] == [0, 2, 4, 10]
    assert [swung.beat(place) for place in swung.places(3.0)] == [3.0, 3.25, 3.5]
    straight = grid(plan_of(("verse", 4, 0.5)))
    assert [straight.beat(place) for place in straight.places(3.0)] == [3.0, 3.25, 3.5, 3.75]
    assert straight.place(1.1) is None
    compound = grid(plan_of(("verse", 4, 0.5), meter="12/8"))
    assert [compound.beat(place) for place in compound.places(4.5)] == [4.5, 5.0, 5.5]
    assert grid_of(plan_of(("verse", 4, 0.5), meter="6/8"), BACKBEAT) is None


def test_the_groove_stays_between_its_turns(plan, seat, streams):
    part = write_drums(plan, seat("drums"), streams)
    for number in (0, 2, 4, 6):
        inside = part[(part["onset"] >= 4 * number - 1e-6) & (part["onset"] < 4 * number + 4 - 1e-6)]
        firm = [(round(n["onset"] - 4 * number, 3), int(n["pitch"])) for n in inside if n["pitch"] in (KICK, SNARE)]
        assert firm == [(0, KICK), (1, SNARE), (2.5, KICK), (3, SNARE)]
    backbone = {(0.0, KICK), (1.0, SNARE), (2.5, KICK), (3.0, SNARE)}
    turned = part[(part["onset"] >= 12 - 1e-6) & (part["onset"] < 16 - 1e-6)]
    assert backbone <= {(round(n["onset"] - 12, 3), int(n["pitch"])) for n in turned}


def test_a_learned_part_stays_on_the_kit_and_within_velocities(plan, seat, streams_of):
    known = {DRUM_VOICES[voice] for voice in ("KK", "SN", "HH", "OH", "PH", "T1", "T3", "CR")}
    for seed in range(3):
        part = write_drums(plan, seat("drums"), streams_of(seed))
        assert set(part["pitch"].tolist()) <= known
        assert part["velocity"].min() >= 1 and part["velocity"].max() <= 127
        assert part["onset"].max() <= plan.final


def test_every_learned_style_is_known_and_has_a_meter_that_the_model_plays():
    learned = [style for genre in genres().values() for style in genre.styles.values() if style.drums.learned]
    assert len(learned) >= 8
    assert all(is_known(style.drums.learned) for style in learned)
    assert not is_known("polka") and not is_known("rock/polka")


def test_voices_of_model_and_kit_agree():
    assert set(PLAYED_AS) == set(VOICES) == set(HEARD_AS.values())
    assert set(HEARD_AS) <= set(DRUM_VOICES)
    assert all(HEARD_AS[drum] in (voice, "low-tom", "high-tom") for voice, drums in PLAYED_AS.items() for drum in drums)


def test_the_same_brief_has_the_same_drums():
    style = next(style for style in genres()["hip-hop"].styles.values() if style.drums.learned)
    brief = Brief.from_mapping({"genre": "hip-hop", "substyle": style.id, "duration": 40, "seed": 5})
    first, second = compose(brief), compose(brief)
    drums = [part for part in first.score.parts if part.role == "drums"]
    assert drums and all(np.array_equal(part.notes, second.score.part(part.id).notes) for part in drums)


def test_every_section_has_fills_of_its_own(plan, streams):
    grooves = [Stretch(section, "beat 0", (BACKBEAT,) * 4, 2.0) for section in plan.sections]
    repertoire = Repertoire(plan, streams, grooves)
    verse, chorus, outro = plan.sections
    ends = [repertoire.fill(section, inside=False) for section in (verse, chorus, outro)]
    assert all(ends) and len(set(ends)) == 3
    assert repertoire.fill(verse, inside=True) not in (None, *ends)
    assert repertoire.fill(chorus, inside=True) is None
    free = [hit.beat for hit in ends[0] or () if hit not in BACKBEAT]
    assert min(free) >= 2.0 and max(free) >= 3.0


def test_another_section_drawn_again_changes_no_turn(plan, streams_of):
    grooves = [Stretch(section, "beat 0", (BACKBEAT,) * 4, 2.0) for section in plan.sections]
    first, second = (Repertoire(plan, streams_of(seed), grooves) for seed in (1, 2))
    assert first.turns == second.turns and first.fills != second.fills
    assert first.turn("beat 0", 3, 0.5) and first.turn("beat 0", 5, 0.9)
    assert first.turn("beat 0", 2, 0.9) is None and first.turn("beat 0", 5, 0.3) is None


@pytest.mark.parametrize(("fill", "begins"), [({"T1": "7777"}, 0.0), ({"SN": "7777"}, 2.0)])
def test_without_toms_a_fill_lasts_two_beats_at_most(plan, streams, fill, begins):
    plan = replace(plan, style=replace(plan.style, drums=replace(plan.style.drums, fills=(Groove("fill", fill),))))
    repertoire = Repertoire(plan, streams, [Stretch(plan.sections[0], "beat 0", (BACKBEAT,) * 4, 4.0)])
    bar = repertoire.fill(plan.sections[0], inside=False)
    assert bar and {hit for hit in BACKBEAT if hit.beat < begins} <= set(bar)
    assert begins <= min(hit.beat for hit in bar if hit not in BACKBEAT) < begins + 1.0
