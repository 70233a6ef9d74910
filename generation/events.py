"""Progress as server-sent events: a bounded stream that reads the row and tells what changed."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

from django.conf import settings

from generation.models import Generation

POLL_SECONDS = 0.4
COMMENT_SECONDS = 10.0
"""A line of comment at least this often, so that a connection that is gone is noticed."""
RETRY_MS = 2000

_open_streams = threading.BoundedSemaphore(settings.EVENT_STREAMS) if settings.EVENT_STREAMS else None


class TooManyStreamsError(Exception):
    """This process has as many streams open as it may; the client should poll."""


class EventStream:
    """An iterator of event-stream text. It holds a place among the open streams until ``close``.

    An object rather than a generator: a generator that was never started does not run its ``finally``, and the place
    would be lost.
    """

    def __init__(self, public_id: Any, last_event: str = "", *, sleep: Callable[[float], None] = time.sleep) -> None:
        if _open_streams is None or not _open_streams.acquire(blocking=False):
            raise TooManyStreamsError
        self._held = True
        self._lines = _events(public_id, last_event, sleep)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back; may be called more than once."""
        if self._held and _open_streams:
            self._held = False
            _open_streams.release()


def _events(public_id: Any, last_event: str, sleep: Callable[[float], None]) -> Iterator[str]:
    started = spoken = time.monotonic()
    yield f"retry: {RETRY_MS}\n\n"
    while time.monotonic() - started < settings.EVENT_STREAM_SECONDS:
        row = _row(public_id)
        if row is None:
            yield 'event: removed\ndata: {"state": "removed"}\n\n'
            return
        identity = f"{crc32(json.dumps(row).encode()):08x}"  # the same in every process
        if identity != last_event or row["final"]:
            last_event, spoken = identity, time.monotonic()
            yield f"id: {identity}\nevent: progress\ndata: {json.dumps(row)}\n\n"
        if row["final"]:
            return
        if time.monotonic() - spoken > COMMENT_SECONDS:
            spoken = time.monotonic()
            yield ": still here\n\n"
        sleep(POLL_SECONDS)


def _row(public_id: Any) -> dict[str, Any] | None:
    fields = ("public_id", "state", "progress", "message", "attempts", "error_message")
    row = Generation.objects.filter(public_id=public_id).only(*fields).first()
    if row is None:
        return None
    return {
        "id": str(row.public_id),
        "state": row.state,
        "progress": row.progress,
        "message": row.message or row.error_message,
        "attempts": row.attempts,
        "final": row.is_final,
    }
