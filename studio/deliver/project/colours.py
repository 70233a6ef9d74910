"""Colours of tracks and sections, as 0xRRGGBB: one lightness, a hue for each role and each kind of section."""

from collections.abc import Mapping

ROLES: Mapping[str, int] = {
    "vocals": 0xE3769B, "lead": 0xDD8736, "melody": 0xDD8736, "counter": 0xB89D2B, "chords": 0x69A1E8,
    "pad": 0xA48FE1, "arpeggio": 0x2CB3B3, "bass": 0x5CB572, "drums": 0xF17264, "effects": 0xBB8DB6,
    "returns": 0x95A0AB, "other": 0x69A1E8,
}  # fmt: skip
"""Role of a part, ``returns`` or a group of stems → colour of its tracks."""

KINDS: Mapping[str, int] = {
    "intro": 0x7DA6B6, "verse": 0x61A3E6, "prechorus": 0x9E91E4, "chorus": 0xDC855D, "bridge": 0x50B584,
    "theme": 0x61A3E6, "solo": 0xCC81BC, "build": 0xAAA23F, "drop": 0xDF7F78, "break": 0x7AA9A8, "outro": 0x959DBE,
}  # fmt: skip
"""Kind of section → colour of its marker: the hues that it has in the portal."""

PLAIN = 0x95A0AB
"""What has no colour of its own."""


def of_role(role: str) -> int:
    """Return the colour of a track."""
    return ROLES.get(role, PLAIN)


def of_kind(kind: str) -> int:
    """Return the colour of a section."""
    return KINDS.get(kind, PLAIN)
