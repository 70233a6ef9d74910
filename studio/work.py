"""Where the work on a track stands: what progress hears, and how long every stage took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from studio.score import Part

STAGES = {
    "composing": (0.0, 0.05), "rendering": (0.05, 0.55), "mastering": (0.55, 0.7), "reviewing": (0.7, 0.75),
    "delivering": (0.75, 0.99),
}  # fmt: skip
"""Stage → the share of the whole work, from where to where, as measured on a three-minute track."""

Progress = Callable[[str, float, str], None]
"""Called with a stage of ``STAGES``, the fraction 0–1 of the whole, and a few words. It may raise to stop the work."""


@dataclass
class Work:
    """Tells ``progress`` of every stage and step, and keeps ``timings`` in seconds by stage."""

    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)

    @classmethod
    def told(cls, progress: Progress | None) -> "Work":
        """Return work that tells ``progress``, or nobody."""
        return cls(progress or (lambda _stage, _fraction, _message: None))

    @contextmanager
    def stage(self, name: str, message: str) -> Iterator[None]:
        """Time a stage and tell of its beginning."""
        self.progress(name, STAGES[name][0], message)
        begun = time.perf_counter()
        yield
        self.timings[name] = time.perf_counter() - begun

    def step(self, name: str, done: float, message: str) -> None:
        """Tell that a share ``done`` (0–1) of a stage is behind us."""
        low, high = STAGES[name]
        self.progress(name, low + (high - low) * done, message)

    def played(self, done: int, of: int, part: Part) -> None:
        """Tell that a part has been played."""
        self.step("rendering", done / of, f"Rendering {part.name or part.id} ({done} of {of})")

    def wrote(self, done: float, label: str) -> None:
        """Tell that a file has been written."""
        self.step("delivering", done, f"Wrote {label}")
