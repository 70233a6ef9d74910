"""Styles as data: one file per genre. A new genre is a new file, no code."""

from studio.styles.loader import DRUM_VOICES, StyleError, genres, load_genre
from studio.styles.model import (
    COLOURS,
    COMPLEXITIES,
    Desk,
    Drums,
    Ending,
    Feel,
    Form,
    FormSection,
    Genre,
    Groove,
    Harmony,
    Melody,
    MoodChange,
    PartStyle,
    Style,
    Tempo,
)

__all__ = [
    "COLOURS",
    "COMPLEXITIES",
    "DRUM_VOICES",
    "Desk",
    "Drums",
    "Ending",
    "Feel",
    "Form",
    "FormSection",
    "Genre",
    "Groove",
    "Harmony",
    "Melody",
    "MoodChange",
    "PartStyle",
    "Style",
    "StyleError",
    "Tempo",
    "genres",
    "load_genre",
]
