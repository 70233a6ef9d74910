"""``python -m studio``."""

import io
import sys

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a title that the terminal cannot show is no reason to fail

try:
    from studio.cli import main  # takes a second or two, and may be stopped like the rest
except KeyboardInterrupt:
    sys.exit(130)
sys.exit(main())
