"""A whole site as a newcomer gets it (portal and worker under scripts/serve.py, SQLite), and a browser on it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("DATABASE_URL", "REDIS_URL", "S3_BUCKET")
START_SECONDS = 90.0
STOP_SECONDS = 60.0
# Chromium does not run as root inside its sandbox; the rest keeps it from looking for the network.
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@dataclass(frozen=True)
class Site:
    """Where the site answers, and who may sign in."""

    address: str
    email: str
    password: str


@pytest.fixture(scope="module")
def chromium() -> str:
    """The machine's Chromium. Without one the tests are skipped; in CI, where nobody reads reasons, they fail."""
    path = shutil.which("chromium")
    if path is None:
        reason = "Chromium is missing (Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site in a folder of its own. On the way out it is stopped as by Ctrl-C, and nothing of it may be left."""
    folder = tmp_path_factory.mktemp("site")
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    environment |= {"DEBUG": "1", "VAR_DIR": str(folder), "PORT": "18500", "WORKERS": "1", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("NUMBA_CACHE_DIR", str(ROOT / "var" / "numba"))
    for command in ("migrate", "load_catalogue", "load_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=environment, check=True, capture_output=True
        )
    log = folder / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen([sys.executable, "scripts/serve.py"], cwd=ROOT, env=environment, stdout=output)
    try:
        yield wait_for_site(server, log)
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(STOP_SECONDS) == 0
        assert processes_with(str(folder)) == []


def wait_for_site(server: subprocess.Popen[bytes], log: Path) -> Site:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        printed = re.search(r"Songwright +(http\S+)\n +sign in as +(\S+) +(\S+)\n", log.read_text())
        if printed:
            return Site(*printed.groups())
        time.sleep(0.2)
    raise AssertionError(f"The site did not start:\n{log.read_text()}")


def processes_with(variable: str) -> list[int]:
    """The processes whose environment names the folder; this one is not started with it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # it has ended, or is not ours to read
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens contexts (`color_scheme`, `viewport` and so on) and closes them after the test."""
    opened = []

    def open_one(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
