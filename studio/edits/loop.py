"""Seamless loops: a section played so that it has already been playing for ever.

Every part is rendered once with its release tails; the tails, and what players begin early, are folded to where they
sound when the loop runs round. The desk and the master then hear several rounds, until whatever remembers
(reverberation, echo, compressors, limiter) comes round to where it was, and the round before the last is the file.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.edits.closing import own_closing
from studio.edits.cutdown import hooks
from studio.edits.splice import Stretch, spliced
from studio.errors import RenderError
from studio.mix import MixingDesk
from studio.score import ChordSpan, Part, Score, Section, TempoMap
from studio.session import THREADS, Session
from studio.sound import render_part

LEAD, TAIL = 0.25, 8.0
"""Seconds rendered before and after the loop, to be folded into it."""
SETTLED = 10.0
"""Seconds after which nothing remembers what was before."""


def loop_of(written: Score, name: str) -> Stretch:
    """Return from where to where the section called ``name`` (empty: the strongest of all) goes round: its loudest
    appearance, without the piece's last chord."""
    named = [section for section in written.sections if section.name == name] or hooks(written)[:1]
    section = max(named, key=lambda one: (one.energy, one.start))
    own = own_closing(written)
    end = min(section.end, own) if own is not None and own > section.start else section.end
    return section.start, end


def looped(score: Score, stretch: Stretch) -> Score:
    """Return one round of a loop: a score without lead-in, a whole number of frames long.

    The tempo moves by less than a millionth where whole bars are not whole frames.
    """
    once = spliced(score, [stretch])
    tempo = TempoMap(once.tempo.beats, once.tempo.bpm)
    seconds = float(tempo.seconds(once.end))
    exact = round(seconds * SAMPLE_RATE) / SAMPLE_RATE
    tempo = TempoMap(tempo.beats, tuple(bpm * seconds / exact for bpm in tempo.bpm))
    return replace(once, tempo=tempo, duration=exact)


def rounds_needed(score: Score) -> int:
    """Return how many rounds are played so that the last but one is like all that would follow."""
    return math.ceil(SETTLED / score.duration) + 2


def rounds(score: Score, count: int) -> Score:
    """Return a loop played ``count`` times."""
    tempo: list[tuple[float, float]] = []
    sections: list[Section] = []
    chords: list[ChordSpan] = []
    for number in range(count):
        at = number * score.end
        tempo += [(at + beat, bpm) for beat, bpm in zip(score.tempo.beats, score.tempo.bpm, strict=True)]
        sections += [replace(section, start=at + section.start) for section in score.sections]
        chords += [replace(span, start=at + span.start) for span in score.chords]
    parts = tuple(_again(part, score.end, count) for part in score.parts)
    return replace(
        score,
        tempo=TempoMap(tuple(beat for beat, _ in tempo), tuple(bpm for _, bpm in tempo)),
        duration=count * score.duration,
        sections=tuple(sections),
        chords=tuple(chords),
        parts=parts,
    )


def _again(part: Part, beats: float, count: int) -> Part:
    notes = np.tile(part.notes, count)
    notes["onset"] += np.repeat(np.arange(count) * beats, len(part.notes))
    lanes = {}
    for name, lane in part.controls.items():
        lanes[name] = np.tile(lane, count)
        lanes[name]["beat"] += np.repeat(np.arange(count) * beats, len(lane))
    return replace(part, notes=notes, controls=lanes)


def loop_mix(session: Session, *, told: Callable[[int, int, Part], None] | None = None) -> tuple[Audio, int]:
    """Return the mix of all rounds of the session's score, one loop, and the number of frames in a round.

    Raises ``RenderError`` when all is silent.
    """
    once = session.score
    count, frames = rounds_needed(once), once.frames
    many = rounds(once, count)
    desk = MixingDesk(session.parts, session.desk, many)
    tempo = TempoMap(once.tempo.beats, once.tempo.bpm, LEAD)
    ringing = replace(once, tempo=tempo, duration=LEAD + once.duration + TAIL)

    def play(part: Part) -> Part:
        stem = folded(render_part(part, ringing, seed=session.seed), round(LEAD * SAMPLE_RATE), frames)
        desk.add(part, np.tile(stem, count))
        return part

    with ThreadPoolExecutor(THREADS) as pool:
        for done, part in enumerate(pool.map(play, once.parts), start=1):
            if told:
                told(done, len(once.parts), part)
    mix = desk.finish()
    if not mix.any():
        raise RenderError("Nobody plays in this section; there is nothing to loop.")
    return mix, frames


def folded(audio: Audio, lead: int, frames: int) -> Audio:
    """Return a round of ``frames`` frames in which all of ``audio`` sounds that begins ``lead`` frames before it."""
    total = np.zeros((2, frames), np.float32)
    for start in range(lead % frames - frames, audio.shape[1], frames):
        piece = audio[:, max(start, 0) : min(start + frames, audio.shape[1])]
        offset = max(-start, 0)
        total[:, offset : offset + piece.shape[1]] += piece
    return total


def one_round(audio: Audio, frames: int) -> Audio:
    """Return the last round but one of a recording of several."""
    end = audio.shape[1] - frames
    return np.ascontiguousarray(audio[:, end - frames : end])
