"""``python -m studio.training calibrate --corpus FOLDER``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from studio.errors import StudioError
from studio.review import musical
from studio.training.calibrate import PER_SOURCE, calibrate

GATE = Path(musical.__file__).with_name("gate.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed."""
    parser = argparse.ArgumentParser(prog="python -m studio.training", description="Fit what music is measured by.")
    commands = parser.add_subparsers(dest="command", required=True)
    fitting = commands.add_parser("calibrate", help="fit the musical gate on real lead sheets")
    fitting.add_argument("--corpus", type=Path, required=True, help="folder with leadsheets.jsonl.xz")
    fitting.add_argument("--out", type=Path, default=GATE, help="file to write (default: the gate in use)")
    fitting.add_argument("--seed", type=int, default=1)
    fitting.add_argument("--per-source", type=int, default=PER_SOURCE, help="pieces of each source on each side")
    options = parser.parse_args(arguments)
    try:
        report = calibrate(options.corpus, options.out, seed=options.seed, per_source=options.per_source)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    axes = [name for name in next(iter(report.values())) if name != "pieces"]
    print(f"| held out | pieces | {' | '.join(axes)} |\n|---|---|{'---|' * len(axes)}")
    for name, row in report.items():
        print(f"| {name} | {row['pieces']} | {' | '.join(f'{row[axis]:.0%}' for axis in axes)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
