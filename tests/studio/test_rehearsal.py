import numpy as np
import pytest

from studio import rehearsal
from studio.brief import Brief
from studio.compose import compose, tunes
from studio.compose.line import solve
from studio.rehearsal import TRIES, Verdict, judged, rehearse
from studio.review.originality import Match, OriginalityReport
from studio.variations import Step, Variations

BRIEF = Brief.from_mapping({"genre": "pop", "substyle": "ballad", "duration": 60, "seed": 5})
ORIGINAL = OriginalityReport(90, ())
AXES = {"melodic": 0.9, "harmonic": 0.9, "rhythmic": 0.95, "structural": 0.9}
GOOD = Verdict(AXES, ORIGINAL)


@pytest.fixture(autouse=True)
def sung_by_rule(monkeypatch):
    """Spare the trained model its work: the judge does not ask who wrote."""
    monkeypatch.setattr(tunes, "sing", lambda lines, tries: [solve(line.slots, line.taste) for line in lines])


def verdict(**axes):
    return Verdict({**AXES, **axes}, ORIGINAL)


def judging(monkeypatch, *verdicts):
    """Let the judge say these in turn; return what was composed, as (variations, piece)."""
    waiting, seen = list(verdicts), []

    def compose_once(brief, *, variations):
        seen.append(variations)
        return compose(brief, variations=variations)

    monkeypatch.setattr(rehearsal, "compose", compose_once)
    monkeypatch.setattr(rehearsal, "judged", lambda piece, known=None: waiting.pop(0))
    return seen


def test_a_good_first_try_is_played(monkeypatch):
    seen = judging(monkeypatch, GOOD)
    found = rehearse(BRIEF)
    assert seen == [Variations()] and found.tries == (GOOD,) and found.variations == Variations()


def test_what_fails_is_composed_again_until_it_passes_and_can_be_made_again(monkeypatch):
    seen = judging(monkeypatch, verdict(melodic=0.5), verdict(melodic=0.7), GOOD)
    found = rehearse(BRIEF)
    assert found.verdict is GOOD and len(found.tries) == 3
    assert all(name.startswith("melody@") for name in found.variations.counts)
    assert seen[0].counts != seen[1].counts != seen[2].counts
    again = compose(BRIEF, variations=found.variations)
    assert [part.notes.tobytes() for part in again.score.parts] == [
        part.notes.tobytes() for part in found.piece.score.parts
    ]


def test_when_nothing_passes_the_best_try_is_kept_and_said_to_fail(monkeypatch):
    tries = [verdict(melodic=value) for value in (0.5, 0.7, 0.6, *[0.2] * (TRIES - 3))]
    judging(monkeypatch, *tries)
    found = rehearse(BRIEF)
    assert len(found.tries) == TRIES and found.verdict is tries[1] and found.verdict.faults == ("melodic",)


def test_borrowed_music_is_written_anew_where_it_was_borrowed(monkeypatch):
    section = compose(BRIEF).score.sections[1].name
    match = Match(14, "A Known Tune", 0.0, 8.0, 1, 3, section)
    seen = judging(monkeypatch, Verdict(GOOD.axes, OriginalityReport(90, (match,))), GOOD)
    assert rehearse(BRIEF).verdict is GOOD
    assert seen[1].counts == {f"melody@{section}": 1}


def test_what_somebody_chose_is_left_as_it_is(monkeypatch):
    chosen = Variations(steps=(Step("melody"),))
    seen = judging(monkeypatch, verdict(melodic=0.1))
    assert rehearse(BRIEF, variations=chosen).verdict.faults == ("melodic",) and seen == [chosen]


def test_the_judge_tells_music_from_noise():
    piece = compose(BRIEF)
    good = judged(piece)
    rng = np.random.default_rng(3)
    for part in piece.score.parts:
        if part.role == "lead":
            part.notes["pitch"] = rng.integers(55, 80, len(part.notes))
    bad = judged(piece)
    assert good.axes and bad.axes
    assert bad.axes["melodic"] < 0.5 < good.axes["melodic"] and bad.faults[0] in ("melodic", "harmonic")


@pytest.mark.parametrize("known", [Match(12, "another track", 0.0, 4.0, 1, 1)])
def test_music_already_made_is_asked_for(known):
    assert judged(compose(BRIEF), lambda sheet: known).faults[-1] == "original"
