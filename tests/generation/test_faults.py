"""Faults for real: a real cluster, real music, SIGKILL. No accepted generation is lost, none is made twice."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from generation.running import FORMATS_DELIVERED

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
"""Seconds until a step that should come counts as never coming."""

ASK = """
from accounts.models import User
from generation.services import generation_request
user = User.objects.create_user("alice@example.org", "x")
for seed in range(3):
    generation_request(user=user, asked={"genre": "rock", "duration": 120, "seed": seed})
"""


class Site:
    """A site of its own: database, files, and the processes that are started on it."""

    def __init__(self, folder: Path, database: str, redis: str = "") -> None:
        self.folder, self.database = folder, database
        self.started: list[subprocess.Popen] = []
        self.log = folder / "worker.log"
        self.environment = os.environ | {
            "DEBUG": "1", "VAR_DIR": str(folder), "DATABASE_URL": database, "REDIS_URL": redis, "WORKERS": "1",
            "GENERATION_LEASE_SECONDS": "3", "WATCHDOG_SECONDS": "1", "PYTHONUNBUFFERED": "1",
            "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", str(ROOT / "var" / "numba")),
        }  # fmt: skip

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def query(self, sql: str) -> list[tuple]:
        """Ask the database directly: quick, and from outside the code under test."""
        connect = psycopg2.connect if self.database.startswith("postgres") else sqlite3.connect
        with closing(connect(self.database.removeprefix("sqlite:///"))) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor.fetchall()

    def states(self) -> list[str]:
        return [state for (state,) in self.query("SELECT state FROM generation_generation ORDER BY id")]

    def rendering(self) -> set[str]:
        """Return the lease tokens of the generations being rendered."""
        rows = self.query("SELECT lease_token FROM generation_generation WHERE state = 'rendering'")
        return {str(token) for (token,) in rows}

    def start(self) -> subprocess.Popen:
        command = [sys.executable, "manage.py", "worker"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(process)
        return process

    def worker_pids(self) -> list[int]:
        """Return the workers' process ids in the order they were started."""
        return [int(pid) for pid in re.findall(r"ready for work at (\d+)", self.log.read_text())]

    def kill_everything(self, watchdog: subprocess.Popen) -> None:
        """SIGKILL the watchdog and every process under it at once, deepest first asked, none spared."""
        for pid in [watchdog.pid, *descendants(watchdog.pid)]:
            os.kill(pid, signal.SIGKILL)
        watchdog.wait()


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def until(check: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if check():
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {what}")


@pytest.fixture(params=["sqlite", "services"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A migrated site on SQLite; and one on the PostgreSQL (and Redis) that DATABASE_URL and REDIS_URL name."""
    given, name = os.environ.get("DATABASE_URL", ""), f"songwright_faults_{os.getpid()}"
    if request.param == "sqlite":
        site = Site(tmp_path, f"sqlite:///{tmp_path / 'site.sqlite3'}")
    elif given.startswith("postgres"):
        server = urlsplit(given)
        control = psycopg2.connect(server._replace(path="/postgres").geturl())
        control.autocommit = True
        control.cursor().execute(f"CREATE DATABASE {name}")
        site = Site(tmp_path, server._replace(path=f"/{name}").geturl(), os.environ.get("REDIS_URL", ""))
    else:
        pytest.skip("DATABASE_URL names no PostgreSQL")
    try:
        site.manage("migrate", "--verbosity", "0")
        yield site
    finally:
        for process in site.started:
            if process.poll() is None:
                site.kill_everything(process)
        if request.param != "sqlite":
            control.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
            control.close()


@pytest.mark.heavy
def test_killing_workers_and_clusters_loses_nothing_and_doubles_nothing(site: Site) -> None:
    site.manage("shell", "--no-imports", "-c", ASK)
    assert site.states() == ["queued"] * 3

    watchdog = site.start()
    until(site.rendering, "a generation rendering")
    killed = site.rendering()
    os.kill(site.worker_pids()[-1], signal.SIGKILL)
    until(lambda: site.rendering() - killed, "another worker rendering")
    site.kill_everything(watchdog)
    half = site.states()
    assert half != ["completed"] * 3
    assert not set(half) & {"failed", "cancelled", "rejected"}

    watchdog = site.start()
    until(lambda: site.states() == ["completed"] * 3, "every generation completed")
    attempts = site.query("SELECT attempts FROM generation_generation")
    assert sum(number for (number,) in attempts) == 5, "three successes and the two that were killed"
    files = site.query("SELECT file, sha256 FROM generation_generationfile")
    assert len(files) == 3 * len(FORMATS_DELIVERED)
    media = site.folder / "media"
    assert {path: sha256((media / path).read_bytes()).hexdigest() for path, _ in files} == dict(files)
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {path for path, _ in files}, "nothing of the killed attempts is left"

    below = descendants(watchdog.pid)
    assert len(below) >= 4
    watchdog.terminate()
    assert watchdog.wait(60) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), "every process gone")
