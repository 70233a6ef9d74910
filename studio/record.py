"""What is kept of a finished track so that it can be varied: its brief, its variations, the engine that made it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import ENGINE_VERSION
from studio.brief import Brief, BriefError, Problem
from studio.variations import Variations


@dataclass(frozen=True)
class Record:
    """A track that can be made again. ``sections`` are the names of its sections in order."""

    brief: Brief
    variations: Variations
    sections: tuple[str, ...]
    engine: str

    @property
    def duration(self) -> float:
        """Its length in seconds."""
        return self.brief.duration + self.variations.extension

    @property
    def is_current(self) -> bool:
        """Whether this engine makes the very same notes again."""
        return self.engine == ENGINE_VERSION

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Record":
        """Read what ``Track.as_dict`` tells. Raises ``BriefError``."""
        try:
            brief, variations = told["brief"], told.get("variations", {})
            names = tuple(dict.fromkeys(section["name"] for section in told["composed"]["sections"]))
            return cls(Brief.from_mapping(brief), Variations.from_dict(variations), names, str(told["engine"]))
        except (KeyError, TypeError, AttributeError) as error:
            message = f"track: not the record of a track ({error} is missing or of another kind)"
            raise BriefError((Problem("track", "not_a_track", message),)) from None


def write_record(told: Mapping[str, Any], path: Path) -> Path:
    """Write what ``Track.as_dict`` tells as JSON and return ``path``."""
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_record(path: Path) -> Record:
    """Read a record. Raises ``BriefError`` for what is none, ``OSError`` for what cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise BriefError((Problem("track", "not_a_track", f"track: {path} is not JSON"),)) from None
    return Record.from_dict(told)


def free_name(folder: Path, stem: str) -> str:
    """Return ``stem`` with the first number from 2 on under which no record lies in ``folder``."""
    number = 2
    while (folder / f"{stem}-{number}.json").exists():
        number += 1
    return f"{stem}-{number}"
