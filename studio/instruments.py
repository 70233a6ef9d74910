"""The table of instruments: which sound answers to which name, its range and its level."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from studio.errors import RenderError

KIT_BANK = 128
"""The SoundFont bank in which drum kits live."""

SYNTH_FAMILIES = {"drums": "machine", "effects": "effect"}
"""Which engine plays the patches of a family; every other family's patches are the synthesiser's."""

ARTICULATIONS = (
    "sustain", "ring", "strike", "glide", "pizzicato", "tremolo", "palm-mute", "brush",
    "legato", "staccato", "accent", "repeat", "hands",
    "pedal", "swell", "vibrato", "bend", "slide", "strum", "roll",
)  # fmt: skip
"""Everything the ``articulations`` column may hold; the head of the table says what each is."""

OWN_ROLES = {"basses": "bass", "drums": "drums", "effects": "effects"}
"""Families that sit only on chairs of one role; all others may carry the tune or the chords."""


@dataclass(frozen=True)
class Instrument:
    """One row of ``instruments.toml``.

    ``source`` is the engine that plays it: ``preset`` and ``kit`` (the sound library, at ``bank`` and ``program``),
    ``synth``, ``machine`` (drum machine) or ``effect`` (at ``patch``). ``low`` and ``high`` are MIDI pitches,
    ``trim_db`` is in dB. ``sustained`` sounds last as long as their notes, the others ring out; a ``mono`` instrument
    sounds one note at a time. ``articulations`` are those of ``ARTICULATIONS`` that are heard on it. ``kin`` names the
    nearest relatives, best first.
    """

    id: str
    name: str
    family: str
    source: str
    low: int
    high: int
    bank: int = 0
    program: int = 0
    patch: str = ""
    sustained: bool = False
    mono: bool = False
    trim_db: float = 0.0
    articulations: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()

    @property
    def is_kit(self) -> bool:
        """Whether its pitches are General MIDI percussion keys rather than tones."""
        return self.family == "drums"

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles whose chairs it may take over when it is asked for, best first."""
        return (OWN_ROLES[self.family],) if self.family in OWN_ROLES else ("lead", "chords")

    def plays(self, pitch: int) -> bool:
        """Return whether ``pitch`` lies in its natural range."""
        return self.low <= pitch <= self.high


def _instrument(identity: str, family: str, row: Mapping[str, Any]) -> Instrument:
    """Return one row as an ``Instrument``; the engine follows from the family and the columns given."""
    if "patch" in row:
        source = SYNTH_FAMILIES.get(family, "synth")
    else:
        source = "kit" if row.get("bank", 0) == KIT_BANK else "preset"
    values = {**row, **{column: tuple(row.get(column, ())) for column in ("articulations", "kin")}}
    return Instrument(id=identity, family=family, source=source, **values)


def _read(path: Path) -> Mapping[str, Instrument]:
    """Return the table in ``path`` by instrument id, in the file's order."""
    families = tomllib.loads(path.read_text(encoding="utf-8"))
    table = {key: _instrument(key, family, row) for family, rows in families.items() for key, row in rows.items()}
    return MappingProxyType(table)


INSTRUMENTS: Mapping[str, Instrument] = _read(Path(__file__).with_name("instruments.toml"))
"""Every instrument by its id."""


def instrument(identity: str) -> Instrument:
    """Return the instrument of that id; raises ``RenderError`` naming the nearest ids for an unknown one."""
    try:
        return INSTRUMENTS[identity]
    except KeyError:
        near = get_close_matches(identity, INSTRUMENTS, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise RenderError(f"instrument: there is no {identity!r}{hint}") from None
