import dataclasses

import numpy as np
import pytest

from studio.mix import master
from studio.review import review
from studio.review.fingerprint import commonplace, fingerprint, fragments, landmarks, line, shared_fragments
from studio.review.leadsheet import LeadSheet, lead_sheet
from studio.review.originality import COMMON, LIMIT, Index, Match, compare, corpora, examine, longest_matches
from studio.score import Section, notes
from studio.styles import genres
from studio.theory.meter import Meter
from studio.training.originality import build

# Two tunes everybody knows, written down from memory.
WASHERWOMAN = [74, 72, 71, 67, 67, 62, 67, 67, 71, 67, 71, 74, 72, 71, 72, 69, 69, 64, 69, 69, 72, 69, 72, 76, 74]
VOM_HIMMEL = [72, 71, 69, 71, 67, 69, 71, 72, 72, 72, 67, 67, 64, 67, 65, 64]


def sheet(pitch, duration, *, at=0.0):
    """Return a melody without chords, in 4/4."""
    onset = at + np.concatenate([[0.0], np.cumsum(duration)[:-1]])
    return LeadSheet(
        onset, np.array(duration, float), np.array(pitch), np.arange(0, onset[-1] + 1, 4.0), Meter(4, 4), np.zeros(1),
        np.zeros(1, int), np.zeros((1, 12), bool), 0, np.ones(12, bool),
    )  # fmt: skip


def drawn(seed, count=40):
    """Return a melody that nobody wrote."""
    rng = np.random.default_rng(seed)
    pitch = 67 + np.cumsum(rng.choice([-4, -3, -2, -1, 1, 2, 3, 5], count)) % 12
    return sheet(pitch, rng.choice([0.5, 1.0, 1.5, 2.0], count))


def joined(*melodies):
    """Return melodies one after the other."""
    pitch = np.concatenate([melody.pitch for melody in melodies])
    return sheet(pitch, np.concatenate([melody.duration for melody in melodies]))


def moved(melody, semitones, pace):
    """Return a melody in another key and at another tempo."""
    return dataclasses.replace(
        melody, pitch=melody.pitch + semitones, onset=3 + melody.onset * pace, duration=melody.duration * pace
    )


def taken(melody, first, count):
    return sheet(melody.pitch[first : first + count], melody.duration[first : first + count])


def index_of(*melodies):
    rows = [{"id": f"x:{n}", "src": "x", "title": f"Tune {n}", "composer": "Trad"} for n in range(len(melodies))]
    return build(rows, [line(melody) for melody in melodies])


@pytest.fixture(scope="module")
def tunes():
    return [drawn(seed) for seed in range(5)]


def test_a_tune_is_found_in_another_key_and_tempo(tunes):
    (match,) = longest_matches(moved(tunes[2], -5, 0.5), index_of(*tunes))
    assert (match.notes, match.source) == (40, "“Tune 2” (x)")


def test_a_changed_note_breaks_the_run(tunes):
    pitch = tunes[2].pitch.copy()
    pitch[25] += 1
    (match,) = longest_matches(dataclasses.replace(tunes[2], pitch=pitch), index_of(*tunes))
    assert match.notes == 25
    late = dataclasses.replace(tunes[2], onset=tunes[2].onset + 0.25 * (np.arange(40) >= 17))
    (match,) = longest_matches(late, index_of(*tunes))
    assert match.notes == 23


def test_a_quotation_is_found_where_it_stands(tunes):
    """Sixteen notes from the tenth on, after eleven of its own: bars count from 1, beats from 0."""
    piece = joined(drawn(11, 11), moved(taken(tunes[1], 10, 16), 4, 1), drawn(12, 11))
    (match,) = longest_matches(piece, index_of(*tunes))
    assert 15 <= match.notes <= 18, "the neighbours may agree by chance"
    assert abs(match.beat - piece.onset[11]) <= 2.0
    assert match.bar == int(match.beat // 4) + 1
    assert match.last_bar == int(match.end // 4) + 1
    report = examine(piece, index=index_of(*tunes), sections=[Section("Bridge", "bridge", 0, 400, 100, 0.5)])
    assert not report.original
    assert report.as_text().startswith(f"Not original: longest match {match.notes} notes with “Tune 1” (x) (bars ")
    assert report.as_dict()["matches"][0]["section"] == "Bridge"


def test_runs_of_two_tunes_do_not_add_up(tunes):
    piece = joined(taken(tunes[0], 0, 10), taken(tunes[1], 0, 10))
    report = examine(piece, index=index_of(*tunes))
    assert sorted(match.source for match in report.matches) == ["“Tune 0” (x)", "“Tune 1” (x)"]
    assert all(10 <= match.notes <= 11 for match in report.matches)
    assert report.original


def test_unrelated_music_stays_below_the_limit():
    longest = [examine(drawn(seed, 200)).longest for seed in range(20)]
    assert max(longest) < LIMIT


@pytest.mark.parametrize(
    ("tune", "beats", "words"),
    [(WASHERWOMAN, [0.5, 0.5] + [1] * 23, "Irish Wash"), (VOM_HIMMEL, [1] * 16, "BWV 248")],
)
def test_the_index_in_use_knows_what_everybody_knows(tune, beats, words):
    report = examine(sheet(tune, beats))
    assert not report.original
    assert words in report.matches[0].source
    assert examine(sheet(np.array(tune)[::-1], beats)).original, "backwards it is another tune"


def test_what_many_tunes_have_is_nobodys():
    lick, ends = drawn(99, 12), [drawn(seed, 10) for seed in range(COMMON)]
    few = index_of(*(joined(lick, end) for end in ends[: COMMON - 1]))
    many = index_of(*(joined(lick, end) for end in ends))
    piece = joined(drawn(21, 12), lick, drawn(22, 12))
    assert examine(piece, index=few).longest >= 12
    assert examine(piece, index=many).longest < 12
    assert len(corpora().titles) == 6054
    assert 0.005 < corpora().common.mean() < 0.02


@pytest.mark.parametrize(
    ("pitch", "beats", "nobodys"),
    [
        ([60] * 8, [1, 2, 0.5, 1, 1, 3, 1, 1], True),
        ([60, 62, 64, 65, 67, 69, 71, 72], [0.5] * 8, True),
        ([84, 79, 76, 72, 67, 64, 60, 55], [0.5] * 8, True),
        ([60, 67, 64, 67] * 2, [0.5] * 8, True),
        ([60, 62, 64, 65, 67, 69, 71, 72], [1.5, 0.5] * 4, False),
        ([60, 62, 64, 65, 67, 65, 64, 62], [0.5] * 8, False),
        ([60, 67, 64, 67, 60, 69, 65, 69], [0.5] * 8, False),
    ],
)
def test_one_pitch_even_runs_and_round_figures_are_nobodys(pitch, beats, nobodys):
    assert commonplace(line(sheet(pitch, beats))).tolist() == [nobodys]


def test_an_index_survives_its_file(tunes, tmp_path):
    index = index_of(*tunes, tunes[0])
    index.write(tmp_path / "index.xz")
    again = Index.read(tmp_path / "index.xz")
    assert again.titles == index.titles
    for name in ("hashes", "start", "piece", "common"):
        assert np.array_equal(getattr(again, name), getattr(index, name)), name
    assert len(again.runs(line(tunes[0]))) == 2
    assert not again.runs(line(tunes[0]), leave_out=[0, 5])


def test_tracks_already_made_are_compared_note_by_note(tunes):
    made = [(str(n), fingerprint(line(tune))) for n, tune in enumerate(tunes)]
    piece = joined(drawn(11, 9), moved(taken(tunes[3], 20, 14), 2, 1))
    match = compare(piece, made)
    assert match is not None
    assert (match.source, match.notes) in {("3", 14), ("3", 13), ("3", 15)}
    assert compare(piece, made[:3]) is None
    assert compare(sheet([60, 62, 64], [1, 1, 1]), made) is None
    # The index counts a run of fragments of one piece wherever they stand in it; here they stand in one row.
    torn = joined(taken(tunes[3], 20, 9), taken(tunes[3], 0, 9))
    back = compare(torn, made)
    assert back is not None
    assert back.notes in (9, 10)


def test_landmarks_meet_wherever_twelve_notes_are_shared():
    for seed in range(50):
        quoted, first = drawn(seed), seed % 28
        piece = joined(drawn(seed + 100, 15), moved(taken(quoted, first, 12), 3, 1), drawn(seed + 200, 15))
        stored = fingerprint(line(quoted))
        assert set(landmarks(stored)) & set(landmarks(fingerprint(line(piece))))
        assert len(landmarks(stored)) < len(fragments(line(quoted))) / 2
        assert all(-(2**31) <= value < 2**31 for value in landmarks(stored))


def test_a_fingerprint_is_small():
    assert len(fingerprint(line(drawn(1, 300)))) < 1300


def test_fragments_shared_by_two_of_many_are_found(tunes):
    loud = joined(drawn(11, 20), moved(taken(tunes[4], 5, 13), -3, 1), drawn(12, 20))
    ladder = sheet(range(50, 66), [0.5] * 16)
    (found,) = shared_fragments([*tunes, loud, joined(drawn(13, 9), ladder), joined(drawn(14, 9), ladder)])
    assert (found.first, found.second) == (4, 5)
    assert 13 <= found.notes <= 16
    start = int(np.searchsorted(tunes[4].onset, found.first_beat))
    assert found.interval == tuple(np.diff(tunes[4].pitch)[start : start + found.notes - 1])
    assert (start, start + found.notes) == pytest.approx((5, 18), abs=2)
    assert not shared_fragments([*tunes, loud], notes=17)
    (same,) = shared_fragments([tunes[0], tunes[0]])
    assert same.notes == 40


def test_the_card_refuses_what_is_not_original(score, tune):
    finished = master(tune(9, "minor", 120, 20))

    class Brief:
        duration, tempo, key = 20.0, None, None

    def judged(score, known=None):
        style = genres()["pop"].styles["radio"]
        card = review(Brief(), score, finished.audio, target=finished.target, style=style, known=known)
        return card.row("originality")

    row = judged(score)
    assert (row.asked, row.verdict) == ("original", "pass")
    quoted = notes([(k, 1.0, pitch, 80) for k, pitch in enumerate(VOM_HIMMEL)])
    copied = score.with_parts((dataclasses.replace(score.parts[0], notes=quoted),))
    row = judged(copied)
    assert row.verdict == "fail"
    assert row.measured.startswith("longest match 12 notes with “BWV 248.9-S” (Bach chorales)")
    made = Match(14, "another track made here", 0.0, 8.0, 1, 3)
    row = judged(score, lambda sheet: made)
    assert (row.verdict, row.measured) == (
        "fail", "longest match 14 notes with another track made here (bars 1–3, A)"
    )  # fmt: skip
    silent = score.with_parts((dataclasses.replace(score.parts[0], role="bass"),))
    assert judged(silent).verdict == "info"
    assert examine(lead_sheet(silent)).as_text() == "No tune to compare."
