"""Stems as files: what a session in a workstation, or a remix, is made of."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StemFile:
    """One stem on disk, as long as the master and starting with it.

    ``id``: the part's, or that of a return or a group; ``name``: what a person reads; ``role``: one of
    ``studio.score.ROLES``, ``returns`` for reverberation and echo, or a group's name; ``path``: a 24-bit FLAC file.
    """

    id: str
    name: str
    role: str
    path: Path
