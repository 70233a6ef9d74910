"""Time the work and print it as Markdown: `make bench`, or `make bench ARGS="--quick"` for a first look.

Each row is a process of its own, so that its peak memory is its own: kernels loaded and one track made untimed,
then the median of the timed runs. Seconds are wall-clock seconds on the machine named above the table; composing
alone (`ARGS="--composing"`) is told in processor seconds.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script's own folder is on the path, the project is not

from scripts.bench_rows import GROWTH, ROWS, STAGES  # noqa: E402

COMPOSED = ("pop", "jazz", "classical", "electronic", "cinematic")
COMPOSED_SECONDS, COMPOSED_RUNS = 180, 5
REQUESTS = 30


def in_own_process(kind: str, genre: str, seconds: int, runs: int) -> dict[str, float]:
    """Return the row of a kind of ``ROWS``, measured in a process of its own."""
    command = [sys.executable, __file__, "--row", kind, genre, str(seconds), "--runs", str(runs)]
    threads = {"OMP_NUM_THREADS": "1"} if kind == "composing" else {}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **threads})  # noqa: S603
    row: dict[str, float] = json.loads(done.stdout)
    return row


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


def print_previews(genres: list[str], seconds: int, runs: int) -> None:
    print(f"\nThe first 15 s of a piece of {seconds} s, to listen to while its brief changes; seconds, warm\n")
    print("| genre | first sound | whole preview |\n|---|---|---|")
    for genre in genres:
        row = in_own_process("preview", genre, seconds, runs)
        print(f"| {genre} | {row['first']:.2f} | {row['whole']:.2f} |", flush=True)


def print_growth(genre: str) -> None:
    row = in_own_process("growth", genre, GROWTH[-1], 1)
    r2, peak = row.pop("r2"), row.pop("peak")
    print(
        f"\nA release of {genre} by length, processor seconds "
        f"(a straight line explains R² = {r2:.4f}; peak {peak:.0f} MB)\n"
    )
    print(f"| {' | '.join(f'{length} s' for length in row)} |\n|{'---|' * len(row)}")
    print(f"| {' | '.join(f'{cost:.1f}' for cost in row.values())} |")


def print_side_by_side(genre: str, seconds: int) -> None:
    """Two workers on two cores beside one alone: what a second core is worth."""
    begun = time.perf_counter()
    in_own_process("track", genre, seconds, 3)
    alone = time.perf_counter() - begun
    begun = time.perf_counter()
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: in_own_process("track", genre, seconds, 3), range(2)))
    together = time.perf_counter() - begun
    print(f"\nTwo workers at once make {2 * alone / together:.2f} times the tracks of one ({seconds} s of {genre})")


def print_peers(genres: tuple[str, ...], seconds: int) -> None:
    if not shutil.which("fluidsynth"):
        print("\nFluidSynth is not installed: no peer to compare with")
        return
    print(
        f"\nPlaying and mixing {seconds} s beside FluidSynth (same font, its reverb and chorus, no mixing), seconds\n"
    )
    print("| genre | here | FluidSynth | ratio |\n|---|---|---|---|")
    for genre in genres:
        row = in_own_process("peer", genre, seconds, 3)
        print(
            f"| {genre} | {row['ours']:.2f} | {row['fluidsynth']:.2f} | {row['fluidsynth'] / row['ours']:.1f} |",
            flush=True,
        )


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
    parser.add_argument("--lengths", nargs="+", type=int, default=[30, 180, 300], metavar="SECONDS")
    parser.add_argument("--composing", action="store_true", help="time composing alone, nothing else")
    parser.add_argument("--previews", action="store_true", help="time previews alone")
    parser.add_argument(
        "--growth", action="store_true", help="cost by length, two workers at once, and FluidSynth beside"
    )
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
    if options.growth:
        print(machine())
        print_growth("pop")
        print_side_by_side("pop", 60)
        print_peers(COMPOSED, 180)
        return
    if options.previews:
        print(machine())
        print_previews(options.genres, 180, options.runs)
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
