"""The recording session: a performed score is played part by part, mixed and mastered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from studio.audio import Audio
from studio.compose import Composition, Plan
from studio.compose.timing import off_beat
from studio.deliver import FORMATS, Recording, StemFolder, Stems, Swing, Tags
from studio.deliver.cover import cover_art
from studio.errors import RenderError
from studio.mix import STREAMING, Master, MasterTarget, MixBus, MixingDesk, Submix, ThroughMaster, master
from studio.mix.desk import Keep
from studio.score import Part, Score
from studio.sound import render_part
from studio.styles.model import Desk, PartStyle

THREADS = 2
TAG_COVER = 1400
"""Pixels a side of the picture inside a sound file."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "drums": ("drums",),
    "bass": ("bass",),
    "melody": ("lead", "counter"),
    "other": ("chords", "pad", "arpeggio", "effects"),
}
"""The groups that stems are handed out in, and the roles that each holds."""

Told = Callable[[int, int, Part], None]
"""Hears of every part that has been played: how many are done, of how many, and which."""


@dataclass(frozen=True)
class Session:
    """A performed ``score``, the chairs its parts sit on, the style's desk, and the seed of its noises."""

    score: Score
    parts: tuple[PartStyle, ...]
    desk: Desk
    seed: int

    @classmethod
    def of(cls, piece: Composition) -> "Session":
        """Return the session that records a composition."""
        chairs = tuple(chair.style for chair in piece.plan.chairs)
        return cls(piece.performance, chairs, piece.plan.style.desk, piece.plan.brief.seed)

    def mix(self, *, keep: Keep | None = None, told: Told | None = None) -> Audio:
        """Play every part, two at a time, the busiest first; return the mix, shape ``(2, score.frames)``.

        ``keep`` is given every stem of the mix as it is made, from any thread (see ``MixingDesk``). ``told`` is called
        in this thread and may raise to stop. Raises ``RenderError`` when all is silent.
        """
        table = self._desk(keep)
        parts = sorted(self.score.parts, key=lambda part: -len(part.notes))

        def play(part: Part) -> Part:
            table.add(part, render_part(part, self.score, seed=self.seed))
            return part

        with ThreadPoolExecutor(THREADS) as pool:
            waiting = [pool.submit(play, part) for part in parts]
            try:
                for done, future in enumerate(as_completed(waiting), start=1):
                    part = future.result()
                    if told:
                        told(done, len(parts), part)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        mix = table.finish()
        if not mix.any():
            raise RenderError("The music came out silent; nothing was delivered.")
        return mix

    def master(
        self, mix: Audio, *, target: MasterTarget = STREAMING, fade_out: float = 0.0, followed: bool = False
    ) -> "Finished":
        """Take a ``mix`` through the mix bus (in place) and master it; ``followed`` stems can go the same way."""
        bus = MixBus(self.desk)
        bus.shape(mix)
        shaped = mix.copy() if followed else None
        bus.hold(mix)
        finished = master(mix, target=target, fade_out=fade_out)
        return Finished(finished, ThroughMaster.heard(bus, shaped, finished.audio) if shaped is not None else None)

    def groups(self, stems: Iterable[tuple[str, Callable[[], Audio]]]) -> Iterator[tuple[str, Audio]]:
        """Yield the groups of ``GROUPS`` that are played, with their own reverberation and echo, one at a time.

        ``stems``: the kept strips by part, each behind a function that reads it. The groups add up to the mix.
        """
        read, table = dict(stems), self._desk(None)
        for group, roles in GROUPS.items():
            ids = [part.id for part in self.score.parts if part.role in roles and part.id in read]
            if not ids:
                continue
            submix = Submix(self.desk, self.score)
            for part_id in ids:
                submix.add(table.style(part_id), read[part_id]())
            audio = submix.dry()
            for _, wet in submix.returns():
                audio += wet
            yield group, audio

    def _desk(self, keep: Keep | None) -> MixingDesk:
        return MixingDesk(self.parts, self.desk, self.score, keep=keep)


@dataclass(frozen=True)
class Finished:
    """A master, and the way by which stems of its mix reach their share of it (if it was followed)."""

    master: Master
    way: ThroughMaster | None = field(default=None, repr=False)


def fade_of(plan: Plan) -> float:
    """Return the seconds over which a piece fades out: the last fifth of it at most, 0 where it ends otherwise."""
    return min(plan.ending.ring, 0.2 * plan.duration) if plan.ending.kind == "fade" else 0.0


def stems_needed(formats: Iterable[str]) -> set[str]:
    """Return of which stems formats are made: those of the ``mix``, those taken through the ``master``."""
    return {FORMATS[name].stems for name in formats if name in FORMATS} - {""}


def recording_of(
    session: Session,
    plan: Plan,
    written: Score,
    finished: Finished,
    *,
    kept: StemFolder | None = None,
    tags: Mapping[str, Any] | None = None,
) -> Recording:
    """Return what is to be delivered: the master with the score, words, cover and, where ``kept``, stems.

    ``tags`` are fields of ``Tags`` that only the caller knows. Raises ``DeliveryError`` for some that will not do.
    """
    brief, audio = plan.brief, finished.master.audio

    def cover(size: int) -> bytes:
        return cover_art(session.score, audio, mood=brief.mood, seed=brief.seed, size=size)

    stems = None
    if kept:
        files = kept.files()
        stems = Stems(files, partial(session.groups, [(file.id, file.read) for file in files]), finished.way)
    words = {"genre": brief.genre, "mood": brief.mood, "cover": cover(TAG_COVER), **(tags or {})}
    swing = Swing(off_beat(plan), plan.style.feel.swing_unit)
    return Recording(audio, session.score, Tags.of(written, **words), written, swing, stems, cover)
