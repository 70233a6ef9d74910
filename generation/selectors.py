"""Reading generations: always one person's own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, ExpressionWrapper, F, QuerySet, fields
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from generation.models import Generation
from generation.states import OPEN, WORKING, State

TYPICAL_SECONDS = 10.0
"""How long a generation takes until the site has made some of its own to tell."""


def generations_of(user: User, *, state: str = "") -> QuerySet[Generation]:
    """Return the person's generations, newest first, files included; of one state or of all."""
    found = Generation.objects.filter(user=user).select_related("parent").prefetch_related("files")
    return found.filter(state=state) if state else found


def generation_for_user(*, user: User, public_id: UUID | str) -> Generation:
    """Return one of the person's own generations. Raises ``Generation.DoesNotExist``, for another's too."""
    try:
        wanted = public_id if isinstance(public_id, UUID) else UUID(public_id)
    except ValueError:
        raise Generation.DoesNotExist from None
    return generations_of(user).get(public_id=wanted)


def get_generation_or_404(user: Any, public_id: UUID | str) -> Generation:
    """Return one of the person's own generations, or answer 404."""
    try:
        return generation_for_user(user=user, public_id=public_id)
    except Generation.DoesNotExist:
        raise Http404("No such track.") from None


def generations_in_flight(user: User) -> int:
    """Return how many of the person's generations are under way."""
    return Generation.objects.filter(user=user, state__in=OPEN).count()


def typical_seconds() -> float:
    """Return the mean working time of the last twenty completed generations, in seconds."""
    taken = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=fields.DurationField())
    recent = Generation.objects.filter(state=State.COMPLETED, started_at__isnull=False).order_by("-finished_at")
    ids = list(recent.values_list("pk", flat=True)[:20])
    mean = Generation.objects.filter(pk__in=ids).aggregate(mean=Avg(taken))["mean"]
    return max(1.0, mean.total_seconds()) if mean else TYPICAL_SECONDS


def estimated_completion(generation: Generation) -> datetime | None:
    """Return when it will probably be finished: those ahead, shared by the workers, then itself."""
    if generation.is_final:
        return generation.finished_at
    typical = typical_seconds()
    if generation.state == State.QUEUED:
        working = Generation.objects.filter(state__in=WORKING).count()
        ahead = Generation.objects.filter(state=State.QUEUED, queued_at__lt=generation.queued_at).count()
        rounds = (working + ahead) // settings.WORKERS
        return timezone.now() + timedelta(seconds=typical * (rounds + 1))
    left = typical * (100 - generation.progress) / 100
    return timezone.now() + timedelta(seconds=max(1.0, left))


def longest_wait() -> float:
    """Return how long the oldest queued generation has been waiting, in seconds; 0 when none is."""
    oldest = Generation.objects.filter(state=State.QUEUED).order_by("queued_at").values_list("queued_at", flat=True)
    first = oldest.first()
    return (timezone.now() - first).total_seconds() if first else 0.0
