"""The doorbell: django-q2 is told that something waits, never what. The rows decide who is next."""

from django.db import transaction
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from generation.models import Generation
from generation.states import State

RUN_NEXT = "generation.tasks.run_next"
SEND_CALLBACKS = "generation.tasks.send_callbacks"


def ring_on_commit() -> None:
    """Ring once the row is certain. A bell that cannot ring loses nothing: the reaper rings again."""
    transaction.on_commit(lambda: async_task(RUN_NEXT), robust=True)


def ring_callbacks_on_commit() -> None:
    """Have due callbacks sent once the row is certain."""
    transaction.on_commit(lambda: async_task(SEND_CALLBACKS), robust=True)


def ring_for_waiting() -> int:
    """Ring for every waiting generation that no bell stands for, and for due callbacks; return the bells rung."""
    waiting = Generation.objects.filter(state=State.QUEUED).count()
    missing = max(0, waiting - get_broker().queue_size()) if waiting else 0
    for _ in range(missing):
        async_task(RUN_NEXT)
    if Generation.objects.filter(callback_state="pending", callback_due__lte=timezone.now()).exists():
        async_task(SEND_CALLBACKS)
    return missing
