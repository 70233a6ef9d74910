"""How faint the inaudible watermark is, what it survives, and how often it is seen where it is not: prints Markdown.

``scripts/watermarks.py FOLDER``: renders a minute of every genre into FOLDER where it is missing, then measures.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

import io  # noqa: E402
import time  # noqa: E402

import lameenc  # noqa: E402
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import soxr  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from studio.audio import SAMPLE_RATE, Audio  # noqa: E402
from studio.brief import Brief  # noqa: E402
from studio.mix.loudness import integrated_loudness, true_peak  # noqa: E402
from studio.produce import produce  # noqa: E402
from studio.seeds import stream  # noqa: E402
from studio.styles import genres  # noqa: E402
from studio.watermark import detect, embed  # noqa: E402
from studio.watermark.codes import CODES, PERIOD, STEP  # noqa: E402
from studio.watermark.detection import LEAST_SCORE, best, correlations, folded, spelled  # noqa: E402
from studio.watermark.frames import spectra  # noqa: E402
from studio.watermark.masking import edges, masked  # noqa: E402

SECONDS, CROP = 60, 30 * SAMPLE_RATE
KEY = b"measured"
TURNS = 15

Doubles = NDArray[np.float64]


# ------------------------------------------------------------------------------------------------------ what is done
def mp3(audio: Audio, rate: int = 192) -> Audio:
    """Return ``audio`` after LAME at ``rate`` kbit/s and libsndfile's decoder."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(rate)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_channels(2)
    encoder.set_quality(5)
    samples = np.clip(np.rint(audio.T * 32768.0), -32768, 32767).astype("<i2")
    stream_ = bytes(encoder.encode(samples.tobytes()) + encoder.flush())
    return np.ascontiguousarray(soundfile.read(io.BytesIO(stream_), dtype="float32", always_2d=True)[0].T)


def through(audio: Audio, rate: int) -> Audio:
    """Return ``audio`` resampled to ``rate`` and back."""
    there = soxr.resample(audio.T, SAMPLE_RATE, rate)
    return np.ascontiguousarray(soxr.resample(there, rate, SAMPLE_RATE).T)


def louder(audio: Audio, db: float) -> Audio:
    """Return ``audio`` changed by ``db``; what goes beyond full scale is clipped, as in a file of whole numbers."""
    return np.clip(audio * np.float32(10.0 ** (db / 20.0)), -1.0, 1.0)


ATTACKS: dict[str, Callable[[Audio], Audio]] = {
    "30 s crop": lambda audio: audio,
    "MP3 192": mp3,
    "48 kHz and back": lambda audio: through(audio, 48_000),
    "22.05 kHz and back": lambda audio: through(audio, 22_050),
    "+3 dB, clipped": lambda audio: louder(audio, 3.0),
    "−3 dB": lambda audio: louder(audio, -3.0),
    "MP3 192, 48 kHz and back, −3 dB": lambda audio: louder(through(mp3(audio), 48_000), -3.0),
    "22.05 kHz and back, +3 dB, MP3 192": lambda audio: mp3(louder(through(audio, 22_050), 3.0)),
    "mono, MP3 192": lambda audio: mp3(np.repeat(audio.mean(axis=0, keepdims=True), 2, axis=0)),
    "MP3 128": lambda audio: mp3(audio, 128),
}
"""What a file goes through; all trials are then cropped to 30 s at a random frame."""


# --------------------------------------------------------------------------------------------------- how loud it is
@lru_cache(maxsize=1)
def ear() -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Return grouping of bins, band centres (Hz), inner noise and masking ratio: ITU-R BS.1387-1 annex 2, 2.1."""
    hz = np.arange(1025) * 48_000 / 2048
    lowest, highest = (7.0 * float(np.arcsinh(border / 650.0)) for border in (80.0, 18_000.0))
    bark = np.append(np.arange(lowest, highest, 0.25), highest)
    borders = 650.0 * np.sinh(bark / 7.0)
    low, high = borders[:-1, None], borders[1:, None]
    width = hz[1]
    overlap = np.clip(np.minimum(high, hz + width / 2) - np.maximum(low, hz - width / 2), 0.0, None) / width
    khz = np.maximum(hz, width) / 1000.0
    weight = -0.6 * 3.64 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 1e-3 * khz**3.6
    centre = 650.0 * np.sinh((bark[:-1] + bark[1:]) / 14.0)
    inner = 10.0 ** (0.4 * 0.364 * (centre / 1000.0) ** -0.8)
    place = np.arange(len(centre)) * 0.25
    return overlap * 10.0 ** (weight / 10.0), centre, inner, 10.0 ** (np.where(place <= 12.0, 3.0, place / 4.0) / 10.0)


def grouped(samples: NDArray[np.float32]) -> Doubles:
    """Return energies per quarter Bark and frame, weighted by the outer ear; full scale is 92 dB SPL (BS.1387-1)."""
    hann = np.sqrt(8.0 / 3.0) * 0.5 * (1.0 - np.cos(2.0 * np.pi * np.arange(2048) / 2047))
    frames = np.lib.stride_tricks.sliding_window_view(samples, 2048)[::4096]
    sine = np.abs(np.fft.rfft(np.sin(2 * np.pi * 1019.5 * np.arange(2048) / 48_000) * hann)).max()
    power = np.abs(np.fft.rfft(frames * hann, axis=1) / sine) ** 2 * 10.0**9.2
    return np.maximum(power @ ear()[0].T, 1e-12)


def excited(energy: Doubles) -> Doubles:
    """Return the excitation pattern: inner noise added, spread over frequency (BS.1387-1 annex 2, 2.1.7)."""
    _, centre, inner, _ = ear()
    bands = np.arange(len(centre))
    distance = (bands[None, :] - bands[:, None]) * 0.25  # from, to

    def spread(level: Doubles) -> Doubles:
        upper = np.minimum(-24.0 - 230.0 / centre[None] + 2.0 * np.log10(level), -1.0)
        slope = np.where(distance[None] >= 0.0, upper[:, :, None] * distance, 27.0 * distance)
        share = 10.0 ** (slope / 10.0)
        return ((level[:, :, None] * share / share.sum(axis=2, keepdims=True)) ** 0.4).sum(axis=1) ** 2.5

    scale = spread(np.ones((1, len(centre))))
    return np.concatenate([spread(rows) / scale for rows in np.array_split(energy + inner, max(len(energy) // 64, 1))])


def noise_to_mask(music: Audio, mark: Audio) -> Doubles:
    """Return mark over mask by frame as BS.1387-1's noise-to-mask ratio, not in dB, without its forward masking."""
    rows = []
    for sound, added in zip(music, mark, strict=True):
        low, high = (grouped(soxr.resample(samples, SAMPLE_RATE, 48_000)) for samples in (sound, added))
        rows.append((high / (excited(low) / ear()[3])).mean(axis=1))
    return np.concatenate(rows)


def under_johnston(music: Audio, mark: Audio) -> Doubles:
    """Return by how many dB the mark is under our own threshold, which is Johnston's, by frame and critical band."""
    rows = []
    for sound, added in zip(music, mark, strict=True):
        limit = masked(spectra(sound)) * np.diff(edges())
        power = np.abs(spectra(added)) ** 2
        energy = np.add.reduceat(power[:, : edges()[-1]], edges()[:-1], axis=1)
        rows.append(
            (10.0 * np.log10(np.maximum(limit, 1e-20) / np.maximum(energy, 1e-20)))[limit.max(axis=1) > 0, 1:21]
        )
    return np.concatenate(rows)


# -------------------------------------------------------------------------------------------------------- the tables
def tracks(folder: Path) -> Iterator[tuple[str, Audio]]:
    """Yield a minute of every genre, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, genre in enumerate(sorted(genres())):
        if not (folder / f"{genre}.wav").exists():
            brief = Brief.from_mapping({"genre": genre, "duration": SECONDS, "seed": 100 + number})
            produce(brief, folder, formats=("wav",), name=genre)
        yield genre, np.ascontiguousarray(soundfile.read(folder / f"{genre}.wav", dtype="float32")[0].T)


def audibility(folder: Path) -> None:
    """Print how faint the mark is in every genre."""
    print(
        "| genre | NMR, BS.1387 | its loudest frame in a hundred | under Johnston, median | worst cell in a hundred |"
    )
    print("| | dB | dB | dB | dB |\n|---|---|---|---|---|")
    embed(np.zeros((2, SAMPLE_RATE), np.float32), 0, key=KEY)
    for genre, music in tracks(folder):
        marked = music.copy()
        begun = time.process_time()
        embed(marked, 0x0123456789AB, key=KEY)
        spent = time.process_time() - begun
        mark = marked - music
        ratio, under = noise_to_mask(music, mark), under_johnston(music, mark)
        nmr, worst = 10.0 * np.log10([ratio.mean(), np.percentile(ratio, 99)])
        print(f"| {genre} | {nmr:.1f} | {worst:.1f} | {np.median(under):.1f} | {np.percentile(under, 1):.1f} |", end="")
        louder_by, higher_by = (float(f(marked) - f(music)) for f in (integrated_loudness, true_peak))
        print(f" <!-- {spent:.2f} s, {louder_by:+.4f} LU, {higher_by:+.3f} dBTP -->", flush=True)


def robustness(folder: Path, trials: int) -> None:
    """Print how often the mark is read after each attack, ``trials`` times a track."""
    random = stream(1, "watermarks")
    found: dict[str, list[tuple[str, float]]] = {name: [] for name in ATTACKS}
    for genre, music in tracks(folder):
        payload = int(random.integers(1 << 48))
        embed(music, payload, key=KEY)
        for name, attack in ATTACKS.items():
            sound = attack(music)
            for start in random.integers(0, sound.shape[1] - CROP, trials):
                detection = detect(sound[:, start : start + CROP], key=KEY)
                right = detection is not None and detection.payload == payload
                found[name].append((genre, detection.score if detection and right else 0.0))
    print("\n| after | read | of | score, median | 1 in 20 below | missed |\n|---|---|---|---|---|---|", flush=True)
    for name, rows in found.items():
        scores = np.array([score for _, score in rows])
        missed = ", ".join(sorted({genre for genre, score in rows if not score})) or "–"
        print(f"| {name} | {(scores > 0).sum()} | {len(scores)} | {np.median(scores):.1f} | ", end="")
        print(f"{np.percentile(scores, 5):.1f} | {missed} |", flush=True)


def false_alarms(folder: Path, decisions: int) -> None:
    """Print how often unmarked 30 s seem marked: by score alone, and with the check bits.

    Every correlation with a key's codes serves ``TURNS`` decisions: codes turned at random are other codes.
    """
    random = stream(2, "watermarks")
    rows = []
    for _, music in tracks(folder):
        starts = random.integers(0, music.shape[1] - CROP, 8)
        rows += [folded(music[:, start : start + CROP].mean(axis=0)).sum(axis=0) for start in starts]
    scores, alarms = [], 0
    for number in range(decisions // TURNS):
        found = correlations(rows[number % len(rows)], b"key %d" % (number // len(rows)))
        highest = found.reshape(CODES, PERIOD // STEP, STEP).max(axis=1)
        for turns in random.integers(0, PERIOD, (TURNS, CODES)):
            together = sum(np.roll(row, turn % STEP) for row, turn in zip(highest, turns, strict=True))
            scores.append(float(np.max(together)) / CODES)
            if scores[-1] >= LEAST_SCORE:
                turned = np.stack([np.roll(row, turn) for row, turn in zip(found, turns, strict=True)])
                alarms += spelled(turned, *best(turned)) is not None
    high = np.sort(scores)
    print(f"\n{len(scores)} decisions on {len(rows)} unmarked crops, each with other codes: {alarms} alarms.")
    print(f"Score: mean {high.mean():.3f}, deviation {high.std():.3f}, ", end="")
    print(f"{(high >= LEAST_SCORE).sum()} reach {LEAST_SCORE}; 99 % {np.percentile(high, 99):.3f}, ", end="")
    print(f"99.9 % {np.percentile(high, 99.9):.3f}, highest {high[-1]:.3f}")


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=10, help="crops of each track after each attack")
    parser.add_argument("--decisions", type=int, default=30_000, help="on unmarked music")
    parser.add_argument("--only", choices=("audibility", "robustness", "false"), help="one table")
    options = parser.parse_args()
    if options.only in (None, "audibility"):
        audibility(options.folder)
    if options.only in (None, "robustness"):
        robustness(options.folder, options.trials)
    if options.only in (None, "false"):
        false_alarms(options.folder, options.decisions)


if __name__ == "__main__":
    main()
