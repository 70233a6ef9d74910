"""What follows from writes elsewhere: files leave the storage with their rows, workers warm up, the reaper is set."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete

from generation.models import GenerationFile


def file_forgotten(instance: GenerationFile, **kwargs: Any) -> None:
    """Delete the stored bytes once the row's deletion is certain."""
    storage, name = instance.file.storage, instance.file.name
    transaction.on_commit(lambda: storage.delete(name))


def connect() -> None:
    """Connect every receiver once."""
    post_delete.connect(file_forgotten, sender=GenerationFile, dispatch_uid="file_forgotten")
