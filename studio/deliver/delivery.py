"""Writing the files of a piece: all at once, side by side, and all or none."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from studio.deliver.formats import FORMATS, check_formats
from studio.deliver.recording import Recording

THREADS = 2

Progress = Callable[[float, str], None]


class Delivery:
    """Files on their way: ``draft`` paths are being written, ``finish`` gives them their names."""

    def __init__(self, final: dict[str, Path], draft: dict[str, Path], jobs: dict[str, "Future[None]"]) -> None:
        self._final, self._draft, self._jobs = final, draft, jobs
        self._named: list[Path] = []

    def heard(self) -> Path | None:
        """Return the draft of a sound file as soon as it is written; ``None`` when none that can be read is."""
        name = _heard(self._draft)
        if name:
            self._jobs[name].result()
        return self._draft[name] if name else None

    def finish(self, progress: Progress | None = None) -> dict[str, Path]:
        """Wait for every file, then let all appear under their own names; ``progress(fraction, label)`` may raise."""
        names = {job: name for name, job in self._jobs.items()}
        for done, job in enumerate(as_completed(names), 1):
            job.result()
            if progress:
                progress(done / len(names), FORMATS[names[job]].label)
        for name, path in self._draft.items():
            os.replace(path, self._final[name])  # noqa: PTH105 - the atomic rename, by its own name
            self._named.append(self._final[name])
        return self._final

    def abandon(self) -> None:
        """Take away whatever was written."""
        for path in (*self._draft.values(), *self._named):
            path.unlink(missing_ok=True)


@contextmanager
def delivering(recording: Recording, formats: Iterable[str], folder: Path, stem_name: str) -> Iterator[Delivery]:
    """Begin to write ``recording`` into ``folder`` (made if missing) in each of ``formats``.

    The encoders work in two threads, outside the interpreter's lock. If anything fails before the end of the context,
    no file is left. Raises ``DeliveryError`` for a format that is not in ``FORMATS``, or cannot be written here.
    """
    wanted = list(dict.fromkeys(formats))
    check_formats(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    final = {name: folder / f"{stem_name}{FORMATS[name].suffix}" for name in wanted}
    draft = {name: path.with_name(f".part-{path.name}") for name, path in final.items()}
    order = sorted(wanted, key=lambda name: (name != _heard(wanted), -FORMATS[name].effort))
    threads = ThreadPoolExecutor(THREADS)
    jobs = {name: threads.submit(FORMATS[name].write, recording, draft[name]) for name in order}
    files = Delivery(final, draft, jobs)
    try:
        yield files
    except BaseException:
        threads.shutdown(wait=True, cancel_futures=True)
        files.abandon()
        raise
    threads.shutdown()


def _heard(formats: Iterable[str]) -> str | None:
    """Return the sound that is soonest written, to be heard while the others are; one that needs no other program."""
    sounds = [name for name in formats if FORMATS[name].kind == "sound" and not FORMATS[name].needs]
    return min(sounds, key=lambda name: FORMATS[name].effort, default=None)


def deliver(
    recording: Recording, formats: Iterable[str], folder: Path, stem_name: str, *, progress: Progress | None = None
) -> dict[str, Path]:
    """Write ``recording`` into ``folder`` in each of ``formats`` and return the files by format; see ``delivering``."""
    with delivering(recording, formats, folder, stem_name) as files:
        return files.finish(progress)
