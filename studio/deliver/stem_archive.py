"""Stems in an archive: every part with the returns, or four groups, before or after the master."""

from pathlib import Path
from tempfile import TemporaryDirectory

from studio.deliver.archive import archive
from studio.deliver.recording import Recording
from studio.deliver.stems import STEM_GAIN, Stems, write_stem
from studio.mix import ThroughMaster

READ_ME = "Read me.txt"
THE_MIX = f"the mix before mastering, {-STEM_GAIN:g} dB lower"


def write_stems(recording: Recording, path: Path) -> None:
    """Write a ZIP of every part and return; they add up to the mix before mastering."""
    with archive(path) as target:
        target.add_text(READ_ME, _words(recording, THE_MIX))
        for number, stem in enumerate(kept_stems(recording).files, start=1):
            target.add_file(f"{number:02} {plain_name(stem.name)}.flac", stem.path)


def write_groups(recording: Recording, path: Path, *, mastered: bool) -> None:
    """Write a ZIP of the groups, each with its own reverberation; they add up to the mix or, ``mastered``, the master.

    Each group is worked out, written and let go before the next.
    """
    stems = kept_stems(recording)
    with archive(path) as target, TemporaryDirectory(dir=path.parent) as folder:
        target.add_text(READ_ME, _words(recording, "the master" if mastered else THE_MIX))
        for name, audio in stems.groups():
            if mastered:
                _way(stems).process(audio)
            file = Path(folder) / f"{name}.flac"
            write_stem(audio, file, gain_db=0.0 if mastered else STEM_GAIN)
            target.add_file(f"{name.capitalize()}.flac", file)
            file.unlink()


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


def _words(recording: Recording, sum_of: str) -> str:
    """Return what a person should know before importing the files."""
    score = recording.score
    return (
        f"{score.title}\n\n"
        f"{recording.tempo:.3f} BPM, {score.meter}, {score.key}. 44.1 kHz, 24 bit.\n"
        f"Bar 1 begins at {float(score.tempo.seconds(0.0)):.3f} s.\n"
        f"All files begin together. With every fader at 0 dB they add up to {sum_of}.\n"
    )
