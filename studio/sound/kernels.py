"""How every kernel here is compiled, and the block in which controls are evaluated."""

from typing import Any

KERNEL: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": True, "error_model": "numpy"}
"""Numba options. Fast math reorders sums at compile time only: the same machine code gives the same bytes each run."""

BLOCK = 64
"""Frames between two values of an envelope, a filter cutoff or an automation curve; joined by straight lines."""

SILENCE = 5e-5
"""A voice whose gain falls under this (−86 dB) is ended."""
