"""Run the workers, watched."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from generation.watchdog import Watchdog


class Command(BaseCommand):
    """Starts the queue's cluster and keeps it alive; see docs/operations.md."""

    help = "Make music: run the queue's workers under a watchdog."

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(Watchdog().run())
