"""ZIP archives that are the same bytes for the same content: no clock, and files streamed in as they are."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a ZIP can hold."""
UNIX, READABLE = 3, 0o644 << 16
BLOCK = 1 << 20


class Archive:
    """A ZIP archive being written."""

    def __init__(self, file: ZipFile) -> None:
        self._file = file

    def add_text(self, name: str, text: str) -> None:
        """Add ``text`` as UTF-8, compressed."""
        self._file.writestr(_entry(name, ZIP_DEFLATED), text.encode())

    def add_file(self, name: str, path: Path) -> None:
        """Add a file that is compressed already, a block at a time."""
        entry = _entry(name, ZIP_STORED)
        entry.file_size = path.stat().st_size
        with path.open("rb") as source, self._file.open(entry, "w") as target:
            shutil.copyfileobj(source, target, BLOCK)


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Write a ZIP archive to ``path``."""
    with ZipFile(path, "w") as file:
        yield Archive(file)


def _entry(name: str, method: int) -> ZipInfo:
    entry = ZipInfo(name, EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = method, UNIX, READABLE
    return entry
