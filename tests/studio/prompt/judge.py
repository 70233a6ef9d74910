"""Reads the tables of prompts and says in which fields an understanding differs from what they ask."""

import tomllib
from pathlib import Path

HERE = Path(__file__).parent
LISTS = ("instruments", "avoid")


def prompts(name):
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))["prompt"]


def differences(row, understanding):
    """Return a line for every field that is not as ``row`` asks."""
    fields = understanding.as_mapping()
    wrong = [
        f"{name} {fields.get(name)!r}"
        for name, value in row.items()
        if not _as_asked(name, value, fields, understanding)
    ]
    wrong += [f"{name} {fields[name]!r} said" for name in row.get("absent", ()) if name in fields]
    said = [one.field for one in understanding.contradictions]
    wrong += [f"no contradiction of {name}" for name in row.get("contradictions", ()) if name not in said]
    wrong += [
        f"no note of {word}" for word in row.get("notes", ()) if not any(word in note for note in understanding.notes)
    ]
    return wrong


def _as_asked(name, value, fields, understanding):
    if name in ("text", "absent", "contradictions", "notes", "meaning"):
        return True
    if name in LISTS:
        return set(value) <= set(fields.get(name, ()))
    if name == "tempo" and isinstance(value, list):
        return value[0] <= fields.get(name, 0) <= value[1]
    said = fields.get(name)
    if name == "substyle" and said is None:  # then the mood and the genre choose it
        said = understanding.brief().style.id
    return said in (value if isinstance(value, list) else [value])
