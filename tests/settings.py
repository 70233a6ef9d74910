"""The site's settings as tests and type checks read them: DEBUG on, so that no secret is needed."""

import os

os.environ.setdefault("DEBUG", "1")

from musicgen.settings import *  # noqa: F403
