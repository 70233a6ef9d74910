"""Plain words → the fields of a brief, each with the words it came from."""

from studio.prompt.command import add_understand, prompted, understand_command
from studio.prompt.resolve import PROMPT_LENGTH, fill, understand
from studio.prompt.understanding import Contradiction, Found, Understanding

__all__ = [
    "PROMPT_LENGTH",
    "Contradiction",
    "Found",
    "Understanding",
    "add_understand",
    "fill",
    "prompted",
    "understand",
    "understand_command",
]
