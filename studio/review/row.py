"""A row of the review card: what was asked, what was measured, and the verdict."""

from dataclasses import dataclass
from typing import Any

PASS, WARN, FAIL, INFO = "pass", "warn", "fail", "info"


@dataclass(frozen=True)
class Row:
    """One line of the card. ``tolerance`` is in ``unit``; ``note`` explains a verdict that needs it."""

    name: str
    label: str
    asked: Any
    measured: Any
    unit: str
    verdict: str
    tolerance: float | None = None
    note: str = ""


def near(name: str, label: str, asked: float, measured: float, unit: str, tolerance: float, *, digits: int = 3) -> Row:
    """Return the row of a number that passes within ``tolerance`` of the asked one and fails beyond."""
    verdict = PASS if abs(measured - asked) <= tolerance else FAIL
    return Row(name, label, round(asked, digits), round(measured, digits), unit, verdict, tolerance)
