"""A parent for the queue's cluster: restarts it when it dies or wedges, calls the reaper, stops it cleanly.

django-q2 can stand still for ever: when an idle worker is killed, the lock of the shared queue dies with it and its
replacements never get a task; when the whole process group is told to stop, main and sentinel wait for each other.
So the cluster gets a session of its own, only its main process is told to stop, and whoever does not move is killed.
Nothing is lost by that: the leases of killed work run out, and the reaper returns it to the queue.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from generation.models import Generation
from generation.selectors import longest_wait
from generation.services import generations_reap
from generation.states import WORKING

logger = logging.getLogger(__name__)

GRACE_SECONDS = 30.0
RESTART_SECONDS = 5.0
"""A cluster that dies is started again, but not more often than this."""
PR_SET_PDEATHSIG = 1  # prctl(2)


def is_wedged() -> bool:
    """Whether something waits although a worker is free and none has taken anything for a long time."""
    patience = settings.WATCHDOG_PATIENCE_SECONDS
    if longest_wait() < patience or Generation.objects.filter(state__in=WORKING).count() >= settings.WORKERS:
        return False
    since = timezone.now() - timedelta(seconds=patience)
    return not Generation.objects.filter(started_at__gt=since).exists()


class Watchdog:
    """Keeps one cluster running until it is told to stop."""

    def __init__(self, command: list[str] | None = None) -> None:
        self.command = command or [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
        self.stopping = threading.Event()
        self.cluster: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; return the exit status."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: self.stopping.set())
        try:
            self.start()
            checked = started = time.monotonic()
            while not self.stopping.wait(0.5):
                if self.cluster and self.cluster.poll() is not None:
                    logger.error("The cluster died (exit status %s); starting another", self.cluster.returncode)
                    self.kill()
                    self.stopping.wait(max(0.0, RESTART_SECONDS - (time.monotonic() - started)))
                    started = time.monotonic()
                    self.start()
                elif time.monotonic() - checked >= settings.WATCHDOG_SECONDS:
                    checked = time.monotonic()
                    self.check(patient=time.monotonic() - started < settings.WATCHDOG_PATIENCE_SECONDS)
        finally:
            self.stop()
        return 0

    def start(self) -> None:
        """Start a cluster in a session of its own; it is told to stop if this process is killed outright."""
        self.cluster = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_follow_parent)  # noqa: S603

    def check(self, *, patient: bool) -> None:
        """Call the reaper, and kill a cluster that stands still (not a ``patient`` one, which is just starting)."""
        try:
            generations_reap()
            wedged = not patient and is_wedged()
        except DatabaseError:
            logger.exception("The watchdog could not ask the database")
            return
        finally:
            connection.close()
        if wedged:
            logger.error("The queue stands still although a worker is free; killing the cluster")
            self.kill()

    def stop(self) -> None:
        """Let the cluster finish what it has begun, for a while; then kill what is left."""
        if self.cluster and self.cluster.poll() is None:
            self.cluster.terminate()
            try:
                self.cluster.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning("The cluster did not stop in %.0f s; what it leaves is taken up later", GRACE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill every process of the cluster."""
        if self.cluster:
            with suppress(ProcessLookupError):
                os.killpg(self.cluster.pid, signal.SIGKILL)
            self.cluster.wait()


def _follow_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
