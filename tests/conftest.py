"""What every test stands on: files in a folder of its own, and a password hash that costs nothing."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def scratch(settings: Any, tmp_path: Path) -> None:
    """Keep stored and half-made music out of var/."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORK_DIR = tmp_path / "work"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
