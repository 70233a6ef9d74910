"""Whether the site lives (healthz) and whether it can serve (readyz)."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generation.selectors import longest_wait

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers. Nothing else is asked, so that a slow database does not have it restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and nothing waits in the queue for longer than the watchdog's patience; else 503."""
    checks = {"database": "ok", "queue": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waited = longest_wait()
        if waited > settings.WATCHDOG_PATIENCE_SECONDS:
            checks["queue"] = f"the oldest request has waited {waited:.0f} s; is a worker running?"
    except DatabaseError:
        logger.exception("The database does not answer")
        checks.update(database="does not answer", queue="unknown")
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """The older clients' check."""
    return JsonResponse({"status": "healthy", "version": settings.VERSION})
