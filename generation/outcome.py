"""What a run hands over to be written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in the storage: ``path`` there, ``name`` for the person, ``size`` in bytes."""

    format: str
    name: str
    path: str
    size: int
    mime: str
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What a finished run hands over; plain values, ready for JSON columns."""

    title: str
    review: list[dict[str, Any]]
    measured: dict[str, Any]
    sections: list[dict[str, Any]]
    peaks: list[float]
    timings: dict[str, float]
    files: Sequence[StoredFile] = field(default=())
    variations: dict[str, Any] = field(default_factory=dict)
    """What was drawn again, repairs included: with the brief it makes the same music."""
    melody: bytes = b""
    """The fingerprint of the melody, by which later tracks are compared with this one."""
    rejected: str = ""
    """A sentence for the person when the review refused the music; such music is not delivered."""
