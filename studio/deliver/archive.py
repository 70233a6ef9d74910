"""Stems in an archive: every part with the returns, or four groups, before or after the master."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from studio.deliver.recording import Recording
from studio.deliver.stems import STEM_GAIN, Stems, write_stem
from studio.mix import ThroughMaster

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date that every file in an archive bears: the same stems give the same bytes."""
READ_ME = "Read me.txt"
THE_MIX = f"the mix before mastering, {-STEM_GAIN:g} dB lower"


def write_stems(recording: Recording, path: Path) -> None:
    """Write a ZIP of every part and return; they add up to the mix before mastering."""
    stems = kept_stems(recording)
    with TemporaryDirectory(dir=path.parent) as folder:
        words = _words(recording, THE_MIX, Path(folder))
        numbered = enumerate(stems.files, start=1)
        files = [(f"{number:02} {plain_name(stem.name)}.flac", stem.path) for number, stem in numbered]
        archived([(READ_ME, words), *files], path)


def write_groups(recording: Recording, path: Path, *, mastered: bool) -> None:
    """Write a ZIP of the groups, each with its own reverberation; they add up to the mix or, ``mastered``, the master.

    Each group is worked out, written and let go before the next.
    """
    stems = kept_stems(recording)
    with TemporaryDirectory(dir=path.parent) as folder:
        files = [(READ_ME, _words(recording, "the master" if mastered else THE_MIX, Path(folder)))]
        for name, audio in stems.groups():
            if mastered:
                _way(stems).process(audio)
            file = Path(folder) / f"{name}.flac"
            write_stem(audio, file, gain_db=0.0 if mastered else STEM_GAIN)
            files.append((f"{name.capitalize()}.flac", file))
        archived(files, path)


def archived(files: Iterable[tuple[str, Path]], path: Path) -> None:
    """Write ``files`` (name inside, file) into a ZIP as they are, for FLAC does not grow smaller."""
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name, file in files:
            info = ZipInfo(name, EPOCH)
            info.file_size = file.stat().st_size
            with file.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def kept_stems(recording: Recording) -> Stems:
    """Return the recording's stems; raises ``ValueError`` where they were not kept."""
    if recording.stems is None:
        raise ValueError("the stems of this recording were not kept")
    return recording.stems


def _way(stems: Stems) -> ThroughMaster:
    if stems.way is None:
        raise ValueError("the way of this mix to its master was not kept")
    return stems.way


def plain_name(name: str) -> str:
    """Return a name that every file system takes."""
    return "".join("-" if letter in '<>:"/\\|?*' else letter for letter in name).strip(" .") or "Stem"


def _words(recording: Recording, sum_of: str, folder: Path) -> Path:
    """Write what a person should know before importing the files."""
    score, words = recording.score, folder / READ_ME
    words.write_text(
        f"{score.title}\n\n"
        f"{recording.tempo:.3f} BPM, {score.meter}, {score.key}. 44.1 kHz, 24 bit.\n"
        f"Bar 1 begins at {float(score.tempo.seconds(0.0)):.3f} s.\n"
        f"All files begin together. With every fader at 0 dB they add up to {sum_of}.\n",
        encoding="utf-8",
    )
    return words
