"""Time the work and print it as Markdown: `make bench`, or `make bench ARGS="--quick"` for a first look.

Each row is a process of its own, so that its peak memory is its own: kernels loaded and one track made untimed,
then the median of the timed runs. Seconds are wall-clock seconds on the machine named above the table; composing
alone (`ARGS="--composing"`) is told in processor seconds.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

STAGES = ("composing", "rendering", "mastering", "reviewing", "delivering")
FORMATS = ("mp3", "wav", "flac", "midi")
COMPOSED = ("pop", "jazz", "classical", "electronic", "cinematic")
COMPOSED_SECONDS, COMPOSED_RUNS = 180, 5
REQUESTS = 30


def make_track(genre: str, seconds: int, seed: int) -> dict[str, float]:
    """Seconds per stage of one track with all its files, and `total` for the whole call."""
    from studio.brief import Brief
    from studio.produce import produce

    brief = Brief.from_mapping({"genre": genre, "duration": seconds, "seed": seed})
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        track = produce(brief, Path(folder), formats=FORMATS)
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


def in_own_process(kind: str, genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Return the row of a kind of ``ROWS``, measured in a process of its own."""
    command = [sys.executable, __file__, "--row", kind, genre, str(seconds), "--runs", str(runs)]
    threads = {"OMP_NUM_THREADS": "1"} if kind == "composing" else {}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **threads})  # noqa: S603
    row: dict[str, float] = json.loads(done.stdout)
    return row


ROWS = {"track": measure_row, "composing": measure_composing}


def print_composing(genres: tuple[str, ...], seconds: int, runs: int) -> None:
    print(f"\nComposing alone, songs of {seconds} s: processor seconds on one thread, median of {runs} seeds\n")
    print(
        "| genre | first try, judged | tries, mean | until the judge passes it | peak memory |\n|---|---|---|---|---|"
    )
    for genre in genres:
        row = in_own_process("composing", genre, seconds, runs)
        times = f"**{row['first']:.2f}** | {row['tries']:.1f} | {row['whole']:.2f}"
        print(f"| {genre} | {times} | {row['peak']:.0f} MB |", flush=True)


def print_tracks(genres: list[str], lengths: list[int], runs: int) -> None:
    print(f"| genre | length | {' | '.join(STAGES)} | total | × real time | peak memory |")
    print(f"|---|---|{'---|' * (len(STAGES) + 3)}")
    for seconds in lengths:
        for genre in genres:
            row = in_own_process("track", genre, seconds, runs)
            stages = " | ".join(f"{row[stage]:.2f}" for stage in STAGES)
            total, peak, factor = row["total"], row["peak"], seconds / row["total"]
            print(f"| {genre} | {seconds} s | {stages} | **{total:.2f}** | {factor:.0f} | {peak:.0f} MB |", flush=True)


def request_to_queued() -> list[float]:
    """Milliseconds from a request at the API's door to its answer, row stored and bell rung; one per request."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DEBUG="1", VAR_DIR=folder, DATABASE_URL=f"sqlite:///{folder}/bench.sqlite3", GENERATIONS_IN_FLIGHT="1000"
        )
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "musicgen.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from django.test import Client

        from accounts.models import User

        call_command("migrate", verbosity=0)
        client = Client()
        client.force_login(User.objects.create_user("bench@example.org", "not-used-anywhere"))
        taken = []
        for seed in range(REQUESTS + 1):
            body = {"genre": "jazz", "duration": 30, "seed": seed}
            started = time.perf_counter()
            answer = client.post("/api/v1/generations", body, content_type="application/json")
            taken.append((time.perf_counter() - started) * 1000)
            if answer.status_code != 202:
                sys.exit(f"The API answered {answer.status_code}: {answer.content.decode()}")
    return taken[1:]  # the first request loads the code


def machine() -> str:
    """The processor, its cores, Python and how busy the machine is, in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def main() -> None:
    from studio.styles import genres

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one genre, 30 s, two runs")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--genres", nargs="+", default=sorted(genres()), metavar="GENRE")
    parser.add_argument("--lengths", nargs="+", type=int, default=[30, 180], metavar="SECONDS")
    parser.add_argument("--composing", action="store_true", help="time composing alone, nothing else")
    parser.add_argument("--row", nargs=3, metavar=("KIND", "GENRE", "SECONDS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        kind, genre, seconds = options.row
        print(json.dumps(ROWS[kind](genre, int(seconds), options.runs)))
        return
    if options.composing:
        print(machine())
        print_composing(COMPOSED, COMPOSED_SECONDS, COMPOSED_RUNS)
        return
    if options.quick:
        options.genres, options.lengths, options.runs = options.genres[:1], [30], 2
    print(f"{machine()}; median of {options.runs} warm runs, seconds\n")
    print_tracks(options.genres, options.lengths, options.runs)
    print_composing(COMPOSED[: 1 if options.quick else None], COMPOSED_SECONDS, 2 if options.quick else COMPOSED_RUNS)
    latencies = sorted(request_to_queued())
    worst = latencies[int(0.95 * len(latencies))]
    print(f"\nRequest to queued (SQLite): median {statistics.median(latencies):.0f} ms, 95th percentile {worst:.0f} ms")


if __name__ == "__main__":
    main()
