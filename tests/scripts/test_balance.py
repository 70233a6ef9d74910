import numpy as np
import pytest

from scripts import balance
from studio.audio import SAMPLE_RATE
from studio.mix.master import STREAMING
from studio.review import ReviewCard, measure_audio
from studio.review.limits import loudness_row, sound_rows
from studio.score import Score, Section, TempoMap
from studio.styles import genres
from studio.theory.key import Key
from studio.theory.meter import Meter

SWING = genres()["jazz"].styles["swing"]


@pytest.fixture(scope="module")
def track():
    """Ten seconds of white noise, as if it were jazz: all treble."""
    sections = (Section("A", "verse", 0, 10, 5, 0.3), Section("B", "chorus", 10, 10, 5, 0.9))
    score = Score("T", Key.parse("A minor"), Meter(4, 4), TempoMap((0.0,), (120.0,)), 10.0, sections, (), ())
    audio = (0.1 * np.random.default_rng(1).standard_normal((2, 10 * SAMPLE_RATE))).astype(np.float32)
    measures = measure_audio(audio)
    rows = (loudness_row(measures, STREAMING), *sound_rows(measures, score, target=STREAMING, style=SWING))
    return balance.Sounding(SWING, score, ReviewCard(rows, measures), audio)


def test_styles_are_named_by_genre_or_by_one_of_its_own():
    assert {style.id for style in balance.styles_of(["jazz"])} == set(genres()["jazz"].styles)
    assert [style.id for style in balance.styles_of(["rock/punk", "jazz/swing"])] == ["punk", "swing"]
    assert [style.genre for style in balance.styles_of([])] == list(genres())
    for unknown in ("polka", "jazz/polka"):
        with pytest.raises(SystemExit, match=f"{unknown}: no such style"):
            list(balance.styles_of([unknown]))


def test_a_row_has_a_cell_for_every_title_and_marks_what_is_off(track):
    head = balance.header().split("\n")[0]
    titles, cells = (line.strip("| ").split(" | ") for line in (head, balance.table_row(track)))
    row = dict(zip(titles, cells, strict=True))
    assert row["style"] == "jazz/swing"
    assert float(row["correlation"]) == pytest.approx(0, abs=0.02)
    assert float(row["mono loss"]) == pytest.approx(3.01, abs=0.05)
    assert row["16 kHz"].startswith("**+")
    assert row["63 Hz"].startswith("**-")
    assert "Spectral balance 16 kHz" in balance.warnings(track)
