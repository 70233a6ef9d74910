"""Is what was asked what sounds? `make heard` produces 45 tracks and listens with librosa. Prints Markdown.

Fifteen genres, three sub-styles each, with a tempo, a key and a length asked for. The WAV alone is read, by none of the
library's own measures: its frames are counted; its tempo is the period at which the onset envelope repeats, named right
within 2 % of the asked one or of another level of its meter; its key is what windows of its chroma vote for.
Pieces in which hardly anybody marks the pulse have no tempo to hear and are named.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from studio.audio import SAMPLE_RATE  # noqa: E402
from studio.brief import Brief  # noqa: E402
from studio.produce import Track, produce  # noqa: E402
from studio.score import Score  # noqa: E402
from studio.styles import Style, genres  # noqa: E402
from studio.theory.key import Key  # noqa: E402

Floats = NDArray[np.floating]

SECONDS = (60.0, 67.5, 75.0)
PLACES = (0.2, 0.5, 0.8)
"""Where in a style's range of tempo the asked one lies."""

RATE, HOP = 22050, 128
ENDING = 0.1
"""Share of a track, its ending, that may slow down and is not asked for its tempo."""

TOLERANCE = 0.02
LEVELS = {
    "as asked": (1.0,), "half, double": (0.5, 2.0, 0.25, 4.0), "in threes": (1.5, 2 / 3, 3.0, 1 / 3), "other": (),
}  # fmt: skip
"""Level of the meter → its ratios to the pulse."""

MARKED = 0.4
"""Share of the pulses on which a note must begin for a piece to have a beat."""

PROFILES = {
    "major": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    "minor": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
}
"""How well each pitch class fits a key (Temperley, *Music Perception* 17, 1999)."""

RELATIONS = ("right", "relative", "fifth", "parallel", "other")
CHROMA_HOP, BINS, WINDOW_SECONDS = 1024, 36, 12.0


@dataclass(frozen=True)
class Heard:
    """What was asked and what was heard of a track. ``bpm`` is ``None`` where there is no beat to hear."""

    brief: Brief
    is_written: bool
    is_exact: bool
    marked: float
    bpm: float | None
    key: Key

    @property
    def level(self) -> str | None:
        """The level of ``LEVELS`` at which the tempo was heard."""
        return None if self.bpm is None else level(self.bpm, asked_tempo(self.brief))

    @property
    def relation(self) -> str:
        """How the key heard stands to the one asked for."""
        return relation(asked_key(self.brief), self.key)


# ------------------------------------------------------------------------------------------------ what is asked
def briefs(genre: str) -> Iterator[Brief]:
    """Yield a genre's three briefs: sub-styles, low and high tempi, keys with major and minor third by turns."""
    styles = list(genres()[genre].styles.values())
    for number, (place, seconds) in enumerate(zip(PLACES, SECONDS, strict=True)):
        style = styles[number % len(styles)]
        yield Brief.from_mapping(
            {
                "genre": genre,
                "substyle": style.id,
                "tempo": round(style.tempo.min + place * (style.tempo.max - style.tempo.min), 1),
                "key": _key_of(style, number + len(genre)),
                "duration": seconds,
                "seed": 3000 + number,
            }
        )


def _key_of(style: Style, number: int) -> str:
    """Return one of the style's keys, with a minor third for odd numbers where it has such."""
    fitting = [key for key in style.keys if Key.parse(key).is_minor == bool(number % 2)] or list(style.keys)
    return fitting[number % len(fitting)]


def asked_tempo(brief: Brief) -> float:
    """Return the tempo of a brief that has one."""
    assert brief.tempo is not None  # noqa: S101
    return brief.tempo


def asked_key(brief: Brief) -> Key:
    """Return the key of a brief that has one."""
    assert brief.key is not None  # noqa: S101
    return brief.key


# ------------------------------------------------------------------------------------------------- what is heard
def heard_tempo(signal: Floats, rate: int) -> float:
    """Return the tempo of a mono signal in beats a minute.

    librosa's estimate has steps of some per cent, a frame of lag; it is refined on the autocorrelation of the whole
    onset envelope at up to 32 times the period.
    """
    import librosa
    from librosa.onset import onset_strength

    envelope = onset_strength(y=signal, sr=rate, hop_length=HOP)
    rough = float(librosa.feature.tempo(onset_envelope=envelope, sr=rate, hop_length=HOP)[0])
    correlation = librosa.autocorrelate(envelope - envelope.mean())
    correlation = correlation / np.arange(len(correlation), 0, -1)
    for span, multiples in ((0.03, 8), (0.008, 32)):
        near = rough * np.linspace(1 - span, 1 + span, 301)
        rough = float(near[_comb(correlation, 60.0 * rate / HOP / near, multiples).argmax()])
    return rough


def _comb(correlation: Floats, lags: Floats, multiples: int) -> Floats:
    """Return the mean correlation at the multiples of each lag that lie in the first half, where many frames meet."""
    reach = len(correlation) // 2
    count = min(multiples, int(reach // lags.max()))
    return np.interp(lags[:, None] * np.arange(1, count + 1), np.arange(reach), correlation[:reach]).mean(axis=1)


def level(heard: float, asked: float) -> str:
    """Return the name of the level in ``LEVELS`` at which a tempo lies within ``TOLERANCE``, else ``other``."""
    for name, ratios in LEVELS.items():
        if any(abs(heard / (asked * ratio) - 1) <= TOLERANCE for ratio in ratios):
            return name
    return "other"


def deviation(heard: float, asked: float) -> float:
    """Return how far a tempo lies from the nearest level of the asked one, as a share."""
    return min(abs(heard / (asked * ratio) - 1) for ratios in LEVELS.values() for ratio in ratios)


def heard_key(signal: Floats, rate: int) -> Key:
    """Return the key of a mono signal: the one for which most windows of its chroma vote.

    Drums are taken out of the constant-Q spectrum by medians along time and along pitch (Fitzgerald, 2010).
    """
    import librosa
    from librosa.decompose import hpss

    spectrum = np.abs(
        librosa.cqt(signal, sr=rate, hop_length=CHROMA_HOP, n_bins=7 * BINS, bins_per_octave=BINS, tuning=0.0)
    )
    sustained = hpss(spectrum)[0]
    chroma = librosa.feature.chroma_cqt(C=sustained, sr=rate, bins_per_octave=BINS)
    return voted_key(chroma, round(WINDOW_SECONDS * rate / CHROMA_HOP))


def voted_key(chroma: Floats, window: int) -> Key:
    """Return the key with the most votes; windows of ``window`` frames overlap by half, a vote counts as it fits.

    ``chroma`` has shape (12, frames), C first.
    """
    starts = range(0, max(chroma.shape[1] - window // 2, 1), max(window // 2, 1))
    votes: Counter[Key] = Counter()
    for start in starts:
        classes = chroma[:, start : start + window].mean(axis=1)
        if np.ptp(classes) > 0:
            key, fit = fitted_key(classes)
            votes[key] += fit  # type: ignore[assignment]
    return votes.most_common(1)[0][0]


def fitted_key(classes: Floats) -> tuple[Key, float]:
    """Return the major or minor key whose profile correlates best with twelve pitch classes, and its correlation."""
    keys = [Key(tonic, mode) for mode in PROFILES for tonic in range(12)]
    fits = [float(np.corrcoef(np.roll(PROFILES[key.mode], key.tonic), classes)[0, 1]) for key in keys]
    return keys[int(np.argmax(fits))], max(fits)


def relation(asked: Key, heard: Key) -> str:
    """Return the first of ``RELATIONS`` that holds. A mode is right as its tonic with its third, relative as the key
    of its notes."""
    if heard.tonic == asked.tonic:
        return "right" if heard.is_minor == asked.is_minor else "parallel"
    if set(heard.scale) == set(asked.scale):
        return "relative"
    is_fifth = heard.is_minor == asked.is_minor and (heard.tonic - asked.tonic) % 12 in (5, 7)
    return "fifth" if is_fifth else "other"


def marked_pulses(score: Score) -> float:
    """Return the share of the pulses between the first note and the last on which some note of the score begins."""
    pulse = score.meter.pulse_beats
    onsets = np.concatenate([part.notes["onset"] for part in score.parts if part.role != "effects"])
    pulses = onsets / pulse
    marked = np.unique(np.round(pulses[np.abs(pulses - np.round(pulses)) < 1e-3]))
    return len(marked) / (int(pulses.max() + 1e-3) - int(pulses.min() + 1e-3) + 1)


def heard(brief: Brief, folder: Path) -> Heard:
    """Produce a brief as WAV in ``folder``, listen to it and remove it."""
    track = produce(brief, folder, formats=("wav",))
    try:
        return listened(brief, track)
    finally:
        track.files["wav"].unlink()


def listened(brief: Brief, track: Track) -> Heard:
    """Listen to a finished track."""
    import librosa

    stereo, rate = librosa.load(track.files["wav"], sr=None, mono=False)
    frames = stereo.shape[-1]
    signal = librosa.resample(librosa.to_mono(stereo), orig_sr=rate, target_sr=RATE)
    marked = marked_pulses(track.score)
    tempo, key = asked_tempo(brief), asked_key(brief)
    score = track.score
    return Heard(
        brief,
        is_written=score.key == key and abs(score.tempo.bpm[0] / score.meter.pulse_beats / tempo - 1) < 1e-9,
        is_exact=rate == SAMPLE_RATE and frames == round(brief.duration * SAMPLE_RATE),
        marked=marked,
        bpm=heard_tempo(signal[: round((1 - ENDING) * len(signal))], RATE) if marked >= MARKED else None,
        key=heard_key(signal, RATE),
    )


# ------------------------------------------------------------------------------------------------- what is printed
def row(name: str, found: Sequence[Heard]) -> str:
    """Return a row of the table: counts."""
    beats = [one for one in found if one.bpm is not None]
    levels, relations = Counter(one.level for one in beats), Counter(one.relation for one in found)
    cells: list[object] = [name, len(found), sum(one.is_written for one in found), sum(one.is_exact for one in found)]
    cells += [len(beats), *(levels[key] for key in LEVELS), *(relations[key] for key in RELATIONS)]
    return "| " + " | ".join(map(str, cells)) + " |"


def told(one: Heard) -> str:
    """Return a line about a track that was not heard as it was asked."""
    brief = one.brief
    tempo = f"no beat ({one.marked:.0%} of the pulses marked)" if one.bpm is None else f"heard {one.bpm:.1f}"
    asked = f"asked {brief.tempo:g} BPM, {tempo}; asked {brief.key}, heard {one.key} ({one.relation})"
    return f"- {brief.genre}/{brief.substyle}, seed {brief.seed}: {asked}"


def summary(found: Sequence[Heard]) -> Mapping[str, float]:
    """Return median and largest deviation of the tempi that lie on a level of the meter, as shares."""
    off = [deviation(one.bpm, asked_tempo(one.brief)) for one in found if one.bpm and one.level != "other"]
    return {"median": float(np.median(off)), "most": max(off)} if off else {}


def main() -> None:
    """Print the table and what was heard otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--genres", nargs="*", default=list(genres()), help="of these genres only")
    options = parser.parse_args()
    titles = ["genre", "tracks", "written so", "length exact", "with a beat", *(f"tempo {name}" for name in LEVELS)]
    print("| " + " | ".join([*titles, *(f"key {name}" for name in RELATIONS)]) + " |")
    print("|" + "---|" * (len(titles) + len(RELATIONS)))
    everything: list[Heard] = []
    with tempfile.TemporaryDirectory() as folder:
        for genre in options.genres:
            found = [heard(brief, Path(folder)) for brief in briefs(genre)]
            everything += found
            print(row(genre, found), flush=True)
    print(row("**all**", everything))
    off = summary(everything)
    if off:
        print(f"\nTempi on a level of the meter lie {off['median']:.2%} off (median), {off['most']:.2%} at most.")
    print("\nHeard otherwise:\n")
    for one in everything:
        if one.level != "as asked" or one.relation != "right":
            print(told(one))


if __name__ == "__main__":
    main()
