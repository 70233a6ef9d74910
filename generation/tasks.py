"""What the queue calls: a few lines each."""

from generation.callbacks import callbacks_send
from generation.running import run_next as _run_next
from generation.running import work_swept
from generation.services import generations_reap


def run_next() -> str:
    """Make the longest waiting generation."""
    return _run_next()


def send_callbacks() -> int:
    """Send the callbacks that are due."""
    return callbacks_send()


def reap() -> dict[str, int]:
    """Return what dead workers left behind to the queue, and delete their half-made music once no lease is on it."""
    counts = generations_reap()
    work_swept()
    return counts
