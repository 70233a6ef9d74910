"""The heartbeat of a run: one thread that keeps the lease and writes progress, with its own database connection."""

import logging
import threading
import time
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from generation.services import generation_beat

logger = logging.getLogger(__name__)

WRITE_EVERY = 0.25
"""Seconds between two writes of progress at the most often."""


class LeaseLostError(Exception):
    """The lease has gone to another, or the generation was cancelled: stop, and leave nothing."""


class Heart:
    """Beats while a run works. ``tell`` may be called from any thread; it raises ``LeaseLostError`` to stop the run."""

    def __init__(self, token: UUID) -> None:
        self.token = token
        self._latest: tuple[str, int, str] | None = None
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart-{token}", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def tell(self, stage: str, fraction: float, message: str) -> None:
        """Note the stage, the fraction of the whole (0–1) and what is happening; written at the next beat."""
        if self._lost.is_set():
            raise LeaseLostError(str(self.token))
        self._latest = (stage, int(fraction * 100), message)

    def _beat(self) -> None:
        written: tuple[str, int, str] | None = None
        beaten = time.monotonic()
        try:
            while not self._stop.wait(WRITE_EVERY):
                latest, now = self._latest, time.monotonic()
                if latest == written and now - beaten < settings.GENERATION_LEASE_SECONDS / 3:
                    continue
                stage, progress, message = latest or ("", None, "")
                try:
                    kept = generation_beat(token=self.token, state=stage, progress=progress, message=message)
                except DatabaseError:
                    logger.warning("A heartbeat could not be written; the next one may be", exc_info=True)
                    connection.close()
                    continue
                if not kept:
                    self._lost.set()
                    return
                written, beaten = latest, now
        finally:
            connection.close()
