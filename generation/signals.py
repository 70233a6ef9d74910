"""What follows from things that happen elsewhere: files leave the storage with their rows, workers warm up."""

import logging
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete, post_migrate
from django_q.models import Schedule
from django_q.signals import post_spawn

from generation.models import GenerationFile
from generation.services import generations_reap

logger = logging.getLogger(__name__)


def file_forgotten(instance: GenerationFile, **kwargs: Any) -> None:
    """Delete the stored bytes once the row's deletion is certain."""
    storage, name = instance.file.storage, str(instance.file.name)
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def reaper_scheduled(**kwargs: Any) -> None:
    """Have the queue call the reaper every minute; the watchdog does so as well, more often."""
    Schedule.objects.update_or_create(
        name="reap",
        defaults={"func": "generation.tasks.reap", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )


def worker_spawned(**kwargs: Any) -> None:
    """Compile and load everything in the new worker before its first job: never in its parent, before the fork."""
    try:
        generations_reap()
        from generation.running import work_swept
        from studio.produce import warm_up

        work_swept()
        warm_up()
    except Exception:
        logger.exception("A new worker could not warm up; its first track takes longer, or says what is missing")


def connect(app: AppConfig) -> None:
    """Connect every receiver, once."""
    post_migrate.connect(reaper_scheduled, sender=app, dispatch_uid="generation.reaper_scheduled")
    post_delete.connect(file_forgotten, sender=GenerationFile, dispatch_uid="generation.file_forgotten")
    post_spawn.connect(worker_spawned, dispatch_uid="generation.worker_spawned")
