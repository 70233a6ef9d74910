"""Run the portal and a worker together until Ctrl-C, and print where they are.

Each child leads a session of its own, so that Ctrl-C reaches only this script, which then tells each child's main
process to stop. What is left after a grace time is killed; a generation cut short that way is taken up by the next
worker.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
BIN = Path(sys.executable).parent
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
PORTS_TO_TRY = 20
GRACE_SECONDS = 35.0  # the worker gives its own cluster 30
START_SECONDS = 60.0
PR_SET_PDEATHSIG = 1  # prctl(2)


def follow_parent() -> None:
    """Runs in a new child: be told to stop, too, if this script is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One of our processes, written to var/log/<name>.log."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return VAR / "log" / f"{self.name}.log"

    def start(self, environment: dict[str, str]) -> None:
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=follow_parent,
            )

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        if self.process and self.exit_code is None:
            self.process.terminate()

    def kill_rest(self) -> None:
        """Kills what is left of the child's session, its own children included."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.process.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def only_one() -> IO[str] | None:
    """The open lock file, or None when another copy of this script runs in this checkout."""
    lock = (VAR / "serve.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        print(f"Songwright already runs here: {lock.read().strip()}")
        return None
    return lock


def free_port() -> int:
    """The port asked for, or the next one that nobody listens on."""
    for port in range(PORT, PORT + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port != PORT:
            print(f"Port {PORT} is taken; using {port}. PORT=… chooses another.")
        return port
    sys.exit(f"Ports {PORT} to {PORT + PORTS_TO_TRY - 1} are taken: set PORT to a free one.")


def demo_sign_in() -> str:
    """The demo account as the settings have it."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicgen.settings")
    from django.conf import settings

    return f"{settings.DEMO_EMAIL}  {settings.DEMO_PASSWORD}"


def wait_until_answering(portal: Child, address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if portal.exit_code is not None:
            sys.exit(f"{portal.last_words()}\n\nThe portal did not start; all it wrote: {portal.log}")
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5)  # noqa: S310
        except urllib.error.HTTPError:
            return  # it answers; what it says is for the pages to show
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"The portal gave no answer in {START_SECONDS:.0f} s; what it wrote: {portal.log}")


def watch(portal: Child, worker: Child, environment: dict[str, str]) -> None:
    """Restarts a worker that died, later each time it dies soon; returns when the portal has died."""
    while portal.exit_code is None:
        time.sleep(0.5)
        if worker.exit_code is None:
            continue
        soon = [started for started in worker.starts if time.monotonic() - started < 60]
        pause = min(30, 2 ** len(soon))
        print(
            f"{worker.last_words()}\n\nThe worker stopped (exit code {worker.exit_code}); the next starts in {pause} s."
        )
        worker.kill_rest()
        time.sleep(pause)
        worker.start(environment)
    print(f"{portal.last_words()}\n\nThe portal stopped (exit code {portal.exit_code}).", file=sys.stderr)


def stop_all(children: list[Child]) -> None:
    """Asks politely, waits, then kills. A second Ctrl-C shortens the wait."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + GRACE_SECONDS
    try:
        while time.monotonic() < deadline and any(child.process and child.exit_code is None for child in children):
            time.sleep(0.1)
    except KeyboardInterrupt:
        pass
    for child in children:
        child.kill_rest()


def main() -> int:
    (VAR / "log").mkdir(parents=True, exist_ok=True)
    lock = only_one()
    if lock is None:
        return 0
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.default_int_handler)  # also where a shell ignores Ctrl-C
    port = free_port()
    address = f"http://{HOST}:{port}"
    environment = {**os.environ, "HOST": HOST, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    portal = Child("portal", [str(BIN / "gunicorn")])
    worker = Child("worker", [str(BIN / "python"), "manage.py", "worker"])
    code = 0
    try:
        portal.start(environment)
        worker.start(environment)
        wait_until_answering(portal, address)
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        print(f"\n  Songwright   {address}\n  sign in as   {demo_sign_in()}")
        print(f"  logs         {VAR / 'log'}   Ctrl-C stops\n", flush=True)
        watch(portal, worker, environment)
        code = 1
    except KeyboardInterrupt:
        print("\nStopping…", flush=True)
    finally:
        stop_all([portal, worker])
    return code


if __name__ == "__main__":
    sys.exit(main())
