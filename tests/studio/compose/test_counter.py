import numpy as np

from studio.compose.counter import APART, OVERLAP, write_counter
from studio.theory.key import Key

NOBODY = np.zeros(0, [("onset", "f8"), ("duration", "f8"), ("pitch", "i2"), ("velocity", "i2")])


def busy_lead(tune, bars):
    rng = np.random.default_rng(3)
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76]
    rows = [(b * 4 + o, d, int(rng.choice(scale))) for b in range(bars) for o, d in ((0, 0.5), (0.5, 0.5), (1, 2.5))]
    return tune(rows)


def sounding(lead, note):
    end = note["onset"] + note["duration"]
    return lead[(lead["onset"] < end - 1e-6) & (lead["onset"] + lead["duration"] > note["onset"] + 1e-6)]


def test_it_keeps_away_from_the_lead_and_rarely_starts_with_it(plan_of, spans, seat, tune, streams_of):
    plan, chords = plan_of(("verse", 17, 0.8)), spans("I vi7 ii7 V7", 4, 68)
    lead = busy_lead(tune, 16)
    for seed in range(6):
        part = write_counter(plan, chords, seat("counter", low=55, high=79), lead, streams_of(seed))
        assert len(part) >= 8
        inside = part[part["onset"] < plan.final]
        for note in inside:
            near = sounding(lead, note)["pitch"].astype(int)
            assert not len(near) or np.abs(near - int(note["pitch"])).min() >= APART
        together = [bool(np.any(np.abs(lead["onset"] - onset) < 0.05)) for onset in inside["onset"]]
        assert np.mean(together) <= OVERLAP
        assert np.all(inside["onset"][1:] >= (inside["onset"] + inside["duration"])[:-1] - 1e-9)


def test_its_tones_are_guide_tones_when_it_is_alone(plan_of, spans, seat, streams):
    part = write_counter(
        plan_of(("verse", 9, 0.8)), spans("ii7 V7 Imaj7 vi7", 4, 36), seat("counter", low=55, high=76), NOBODY, streams
    )
    tones = {0: (2, 5, 9, 0, 4), 1: (7, 11, 2, 5, 9), 2: (0, 4, 7, 11, 2), 3: (9, 0, 4, 7, 11)}
    assert all(int(note["pitch"]) % 12 in tones[int(note["onset"] // 4) % 4] for note in part)
    assert np.abs(np.diff(part["pitch"])).max() <= 7


def test_it_leaves_a_lead_that_never_pauses_alone(plan_of, spans, seat, tune, streams):
    lead = tune([(i / 2, 0.5, 72 + i % 3) for i in range(64)])
    plan = plan_of(("verse", 9, 0.8))
    part = write_counter(plan, spans("I vi", 4, 36), seat("counter", low=48, high=66), lead, streams)
    assert part["onset"].tolist() == [plan.final]


def test_it_moves_against_the_lead(plan_of, spans, seat, tune, streams_of):
    against = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        pitches = 72 + np.cumsum(rng.choice([-2, 2], 16))
        lead = tune([(4 * i + 0.5, 3.5, int(pitch)) for i, pitch in enumerate(pitches)])
        plan, chords = plan_of(("verse", 17, 0.8)), spans("I vi7 ii7 V7", 4, 68)
        part = write_counter(plan, chords, seat("counter", low=48, high=72), lead, streams_of(seed))
        part = part[part["onset"] < 64]
        bars = (part["onset"] // 4).astype(int)
        moves = np.sign(np.diff(part["pitch"].astype(int))) * np.sign(np.diff(pitches[bars]))
        against += moves[moves != 0].tolist()
    assert np.mean(np.array(against) < 0) > 0.65


def test_a_gap_is_answered_with_the_leads_own_rhythm(plan_of, spans, seat, tune, streams_of):
    plan, chords = plan_of(("verse", 9, 0.8)), spans("I", 4, 36)
    motif = [(0, 0.5, 72), (0.5, 0.5, 74), (1, 1, 76)]
    lead = tune([(8 * i + onset, length, pitch) for i in range(4) for onset, length, pitch in motif])
    echoes = 0
    for seed in range(6):
        part = write_counter(plan, chords, seat("counter", low=55, high=72), lead, streams_of(seed))
        for i in range(4):
            answer = part[(part["onset"] >= 8 * i + 2) & (part["onset"] < 8 * i + 5)]
            rhythm = np.diff(answer["onset"])[:2].tolist()
            if rhythm == [0.5, 0.5]:
                echoes += 1
                assert answer["pitch"][0] % 12 in (0, 4, 7) and answer["pitch"][2] % 12 in (0, 4, 7)
                assert set((answer["pitch"] % 12).tolist()) <= set(Key.parse("C major").scale)
    assert 12 <= echoes <= 24


def test_it_stays_out_where_it_does_not_play_and_closes_with_the_others(plan_of, spans, seat, tune, streams):
    plan = plan_of(("verse", 4, 0.3), ("chorus", 5, 0.8))
    part = write_counter(
        plan, spans("I", 4, 36), seat("counter", enters=0.5, low=55, high=76), busy_lead(tune, 8), streams
    )
    assert part["onset"].min() >= 16
    assert part["onset"][-1] == plan.final and part["pitch"][-1] % 12 in (0, 4, 7)


def test_a_theme_is_first_heard_with_answers_only(plan_of, spans, seat, tune, streams):
    lead = tune([(4 * bar, 4, 67) for bar in range(8)])
    plan = plan_of(("verse", 4, 0.5), ("verse", 5, 0.5))
    part = write_counter(plan, spans("I vi7 ii7 V7", 4, 36), seat("counter", low=48, high=72), lead, streams)
    assert len(part) and part["onset"].min() >= 16


def test_over_one_chord_it_moves_on(plan_of, spans, seat, streams_of):
    plan, chords = plan_of(("verse", 17, 0.8)), spans("i7", 68, 68)
    for seed in range(4):
        part = write_counter(plan, chords, seat("counter", low=55, high=79), NOBODY, streams_of(seed))
        pitches = part["pitch"][part["onset"] < plan.final].astype(int)
        same = np.flatnonzero(np.diff(pitches) == 0)
        assert len(set(pitches)) >= 3
        assert not np.any(np.diff(same) == 1), "three times the same"


def test_an_answer_keeps_off_notes_that_the_chord_has_bent(plan_of, spans, seat, tune, streams_of):
    """F natural of the key rubs against the F sharp of the chord on its second degree."""
    plan, chords = plan_of(("verse", 17, 0.8)), spans("II7", 68, 68)
    lead = tune([(8 * b + o, 0.5, pitch) for b in range(8) for o, pitch in enumerate((69, 65, 64, 69))])
    for seed in range(4):
        part = write_counter(plan, chords, seat("counter", low=55, high=79), lead, streams_of(seed))
        assert len(part) > 8
        assert not np.any(part["pitch"] % 12 == 5)
