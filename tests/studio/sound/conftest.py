"""Scores of a few notes and the tiny SoundFont."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from studio.audio import Audio
from studio.score import Part, Score, TempoMap, automation, notes
from studio.sound import render_part
from studio.theory.key import Key
from studio.theory.meter import Meter
from tests.studio.sound.measuring import Play
from tests.studio.sound.tiny_soundfont import tiny_soundfont


@pytest.fixture
def tiny_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the tiny SoundFont the sound library."""
    path = tmp_path / "tiny.sf2"
    path.write_bytes(tiny_soundfont())
    monkeypatch.setenv("SOUND_LIBRARY", str(path))
    return path


@pytest.fixture
def play() -> Play:
    """Return a function that renders rows of (seconds, seconds, pitch, velocity) on an instrument."""

    def render(
        instrument: str,
        rows: list[tuple[float, float, int, int]],
        *,
        duration: float = 2.0,
        seed: int = 1,
        controls: Mapping[str, list[tuple[float, float]]] | None = None,
    ) -> Audio:
        lanes = {lane: automation(points) for lane, points in (controls or {}).items()}
        part = Part("part", "Part", "lead", instrument, notes(rows), lanes)
        # At 60 beats a minute, beats are seconds.
        score = Score("", Key(0, "major"), Meter(4, 4), TempoMap((0.0,), (60.0,)), duration, (), (), (part,))
        return render_part(part, score, seed=seed)

    return render
