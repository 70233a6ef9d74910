"""The watchdog: a dead cluster is replaced, one that stands still is killed, stopping is clean."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.test import override_settings
from django.utils import timezone

from generation.states import State
from generation.watchdog import Watchdog, is_wedged
from tests.people import PeopleTestCase, make_generation

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)",
]


@override_settings(WATCHDOG_PATIENCE_SECONDS=60, WORKERS=2)
class WedgedTestCase(PeopleTestCase):
    def ago(self, seconds: float) -> datetime:
        return timezone.now() - timedelta(seconds=seconds)

    def test_waiting_for_long_beside_a_free_worker_is_wedged(self) -> None:
        make_generation(self.alice, queued_at=self.ago(90))
        make_generation(self.alice, State.RENDERING, started_at=self.ago(100))
        assert is_wedged()

    def test_busy_is_not_wedged(self) -> None:
        make_generation(self.alice, queued_at=self.ago(90))
        for _ in range(2):
            make_generation(self.alice, State.RENDERING, started_at=self.ago(100))
        assert not is_wedged()

    def test_moving_is_not_wedged(self) -> None:
        make_generation(self.alice, queued_at=self.ago(90))
        make_generation(self.alice, State.COMPLETED, started_at=self.ago(30))
        assert not is_wedged()

    def test_a_short_wait_or_none_is_not_wedged(self) -> None:
        assert not is_wedged()
        make_generation(self.alice, queued_at=self.ago(30))
        assert not is_wedged()


class WatchdogTestCase(PeopleTestCase):
    def test_it_kills_a_cluster_that_stands_still(self) -> None:
        watchdog: Any = Watchdog(SLEEPER)
        watchdog.start()
        self.addCleanup(watchdog.kill)
        wedged = mock.patch("generation.watchdog.is_wedged", return_value=True)
        with wedged, mock.patch("generation.watchdog.connection"):
            watchdog.check(patient=True)
            assert watchdog.cluster.poll() is None, "one that is starting is left in peace"
            with self.assertLogs("generation.watchdog", "ERROR"):
                watchdog.check(patient=False)
        assert watchdog.cluster.returncode == -signal.SIGKILL

    def test_each_check_calls_the_reaper(self) -> None:
        row = make_generation(self.alice, State.RENDERING, lease_until=timezone.now() - timedelta(seconds=1))
        with mock.patch("generation.watchdog.connection"):
            Watchdog(SLEEPER).check(patient=True)
        row.refresh_from_db()
        assert row.state == State.QUEUED

    def test_what_does_not_stop_is_killed(self) -> None:
        watchdog: Any = Watchdog(STUBBORN)
        watchdog.start()
        time.sleep(0.3)
        with mock.patch("generation.watchdog.GRACE_SECONDS", 0.2), self.assertLogs("generation.watchdog", "WARNING"):
            watchdog.stop()
        assert watchdog.cluster.returncode == -signal.SIGKILL

    def test_a_dead_cluster_is_replaced_and_a_signal_ends_it_all(self) -> None:
        watchdog, seen = Watchdog(SLEEPER), []

        def disturb() -> None:
            for _ in range(400):
                pid = watchdog.cluster.pid if watchdog.cluster else None
                if pid and pid not in seen:
                    seen.append(pid)
                    if len(seen) == 2:
                        os.kill(os.getpid(), signal.SIGTERM)
                        return
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)

        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            pause = mock.patch("generation.watchdog.RESTART_SECONDS", 0.1)
            with pause, self.assertLogs("generation.watchdog", "ERROR"):
                assert watchdog.run() == 0
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        thread.join()
        assert len(seen) == 2
        assert subprocess.run(["ps", "-p", str(seen[1])], capture_output=True, check=False).returncode == 1
