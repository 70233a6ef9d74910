"""Every write to a generation: one transaction each. See docs/architecture.md, "A generation's life"."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from generation import queue
from generation.addresses import callback_problem
from generation.errors import IdempotencyConflictError, TooManyInFlightError, WrongStateError
from generation.models import Generation, GenerationFile
from generation.originality import melody_keep
from generation.outcome import Outcome
from generation.selectors import generations_in_flight
from generation.states import OPEN, WORKING, State
from studio.brief import Brief, BriefError, Problem
from studio.prompt import fill
from templates_app.models import Template
from templates_app.selectors import brief_from_template

GAVE_UP = "The music could not be made after several attempts. Please try again; we have been told."


def generation_request(
    *,
    user: User,
    asked: Mapping[str, Any],
    idempotency_key: str | None = None,
    template: Template | None = None,
    callback_url: str = "",
) -> Generation:
    """Accept a request for music and ring the queue; the same key with the same request gives the same row back.

    Raises ``BriefError`` with every problem, ``IdempotencyConflictError`` when the key came with another request,
    ``TooManyInFlightError`` over the limit.
    """
    key = idempotency_key or ""
    digest = request_hash(asked, template, callback_url)
    if key and (earlier := asked_before(user, key, digest)):
        return earlier
    brief = _brief(asked, template, callback_url, key)
    row = Generation(
        user=user,
        title=brief.title or f"{brief.mood} {brief.style.name}".capitalize(),
        asked=dict(asked),
        brief=brief.as_dict(),
        warnings=[_problem_row(problem) for problem in brief.warnings],
        template=template,
        template_version=template.version if template else None,
        idempotency_key=key,
        request_hash=digest,
        callback_url=callback_url,
        message="Waiting for a free place",
    )
    return accepted(row)


def accepted(row: Generation) -> Generation:
    """Insert a new row and ring the queue; where its key arrived twice at the same moment, return the one that won.

    Raises ``TooManyInFlightError`` over the limit.
    """
    try:
        _accept(row)
    except IntegrityError:
        if earlier := asked_before(row.user, row.idempotency_key, row.request_hash):
            return earlier
        raise
    return row


@transaction.atomic
def _accept(row: Generation) -> None:
    User.objects.select_for_update().get(pk=row.user_id)  # one person's requests are counted one after the other
    if generations_in_flight(row.user) >= settings.GENERATIONS_IN_FLIGHT:
        raise TooManyInFlightError(
            f"You have {settings.GENERATIONS_IN_FLIGHT} tracks under way, as many as one may have at a time. "
            "Wait until one is finished, or cancel one."
        )
    row.save()
    queue.ring_on_commit()


def _brief(asked: Mapping[str, Any], template: Template | None, callback_url: str, key: str) -> Brief:
    problems: list[Problem] = []
    brief = None
    try:
        fields = fill(asked)
        brief = Brief.from_mapping(brief_from_template(template=template, asked=fields) if template else fields)
    except BriefError as error:
        problems += error.problems
    problems += delivery_problems(callback_url, key)
    if problems or brief is None:
        raise BriefError(tuple(problems))
    return brief


def delivery_problems(callback_url: str, key: str) -> list[Problem]:
    """Return what is wrong with the address and the key that came with a request."""
    problems = []
    if callback_url and (problem := callback_problem(callback_url)):
        problems.append(problem)
    if key and not (len(key) <= 255 and key.isascii() and key.isprintable()):
        message = "Idempotency-Key: up to 255 printable ASCII characters"
        problems.append(Problem("Idempotency-Key", "not_a_key", message, 255))
    return problems


def _problem_row(problem: Problem) -> dict[str, Any]:
    return {
        "field": problem.field,
        "code": problem.code,
        "message": problem.message,
        "allowed": list(problem.allowed) if isinstance(problem.allowed, tuple | set) else problem.allowed,
    }


def request_hash(asked: Mapping[str, Any], template: Template | None, callback_url: str) -> str:
    """Return the fingerprint by which a repeated request is known."""
    request = {"asked": dict(asked), "template": template.slug if template else None, "callback_url": callback_url}
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def asked_before(user: User, key: str, digest: str) -> Generation | None:
    """Return what the key was used for before. Raises ``IdempotencyConflictError`` if that was another request."""
    earlier = Generation.objects.filter(user=user, idempotency_key=key).first() if key.isprintable() else None
    if earlier and earlier.request_hash != digest:
        raise IdempotencyConflictError("This Idempotency-Key was used for another request; use a new one.")
    return earlier


# --------------------------------------------------------------------------------------------- the worker's side
@transaction.atomic
def generation_claim() -> Generation | None:
    """Take the longest waiting generation and a lease on it; none when nothing waits.

    The UPDATE is conditional on the state, so that two workers never get the same row.
    """
    now = timezone.now()
    waiting = Generation.objects.filter(state=State.QUEUED).order_by("queued_at", "id")
    for pk in waiting.values_list("pk", flat=True)[: settings.WORKERS + 8]:
        taken = Generation.objects.filter(pk=pk, state=State.QUEUED).update(
            state=State.COMPOSING,
            progress=0,
            message="Starting",
            attempts=F("attempts") + 1,
            lease_token=uuid.uuid4(),
            lease_until=_lease_end(),
            started_at=now,
        )
        if taken:
            return Generation.objects.select_related("user").get(pk=pk)
    return None


def generation_beat(*, token: uuid.UUID, state: str = "", progress: int | None = None, message: str = "") -> bool:
    """Renew the lease and, where given, tell the stage, the per cent and what is happening; False if it is lost."""
    changes: dict[str, Any] = {"lease_until": _lease_end()}
    if state in WORKING:
        changes["state"] = state
    if progress is not None:
        changes["progress"] = max(0, min(99, progress))
    if message:
        changes["message"] = message[:200]
    return bool(_leased(token).update(**changes))


@transaction.atomic
def generation_finish(*, token: uuid.UUID, outcome: Outcome) -> bool:
    """Complete (or reject) the generation whose lease this is; False, and nothing written, if it is lost."""
    now = timezone.now()
    generation = _leased(token).select_for_update().first()
    if generation is None:
        return False
    generation.state = State.REJECTED if outcome.rejected else State.COMPLETED
    generation.error_code = "rejected" if outcome.rejected else ""
    generation.error_message = outcome.rejected
    generation.error_detail = ""
    generation.variations = outcome.variations or generation.variations
    if generation.parent_id is None:
        generation.title = outcome.title or generation.title
    generation.progress, generation.message = 100, ""
    generation.review, generation.measured = outcome.review, outcome.measured
    generation.sections, generation.peaks, generation.timings = outcome.sections, outcome.peaks, outcome.timings
    _close(generation, now)
    for stored in outcome.files:
        GenerationFile.objects.create(
            generation=generation,
            attempt=token,
            format=stored.format,
            name=stored.name,
            file=stored.path,
            size=stored.size,
            mime=stored.mime,
            sha256=stored.sha256,
        )
    if outcome.melody and not outcome.rejected:
        melody_keep(generation=generation, stored=outcome.melody)
    return True


@transaction.atomic
def generation_fail(*, token: uuid.UUID, code: str, detail: str, message: str, retry: bool) -> bool:
    """Put down why a run failed: ``detail`` for staff, ``message`` for the person; False if the lease is lost.

    With ``retry`` it returns to the queue while attempts are left.
    """
    generation = _leased(token).select_for_update().first()
    if generation is None:
        return False
    generation.error_code, generation.error_detail = code, detail
    if retry and generation.attempts < settings.GENERATION_MAX_ATTEMPTS:
        _requeue(generation)
    else:
        generation.state, generation.message, generation.error_message = State.FAILED, "", message[:300]
        _close(generation, timezone.now())
    return True


@transaction.atomic
def generations_reap() -> dict[str, int]:
    """Return expired leases to the queue, fail those out of attempts, and ring for whatever waits unheard."""
    counts = {"returned": 0, "failed": 0}
    expired = Generation.objects.filter(state__in=WORKING, lease_until__lt=timezone.now())
    for generation in expired.select_for_update(skip_locked=True)[:100]:
        generation.error_code = "worker_lost"
        generation.error_detail = f"The lease of attempt {generation.attempts} ran out: its worker died or hung."
        if generation.attempts < settings.GENERATION_MAX_ATTEMPTS:
            _requeue(generation)
            counts["returned"] += 1
        else:
            generation.state, generation.message, generation.error_message = State.FAILED, "", GAVE_UP
            _close(generation, timezone.now())
            counts["failed"] += 1
    transaction.on_commit(queue.ring_for_waiting, robust=True)
    return counts


# --------------------------------------------------------------------------------------- the person's and staff's
@transaction.atomic
def generation_cancel(*, generation: Generation) -> bool:
    """Stop a generation under way, its worker notices at its next beat; False if it was finished already."""
    row = Generation.objects.select_for_update().filter(pk=generation.pk, state__in=OPEN).first()
    if row is None:
        return False
    row.state, row.message = State.CANCELLED, ""
    _close(row, timezone.now())
    generation.refresh_from_db()
    return True


@transaction.atomic
def generation_remove(*, generation: Generation) -> None:
    """Delete a finished generation and its files, unless it is gone. ``WrongStateError`` while it is under way."""
    row = Generation.objects.select_for_update().filter(pk=generation.pk).first()
    if row is None:
        return
    if not row.is_final:
        raise WrongStateError("This track is still being made; cancel it first.")
    row.delete()


@transaction.atomic
def generation_replay(*, generation: Generation) -> None:
    """Send an unhappy generation through once more. Raises ``WrongStateError`` for one that is not."""
    unhappy = (State.FAILED, State.REJECTED, State.CANCELLED)
    row = Generation.objects.select_for_update().filter(pk=generation.pk, state__in=unhappy).first()
    if row is None:
        raise WrongStateError("Only a failed, rejected or cancelled track can be made again.")
    row.attempts, row.queued_at, row.finished_at, row.started_at = 0, timezone.now(), None, None
    row.error_code = row.error_detail = row.error_message = row.callback_state = ""
    _requeue(row)
    generation.refresh_from_db()


def _leased(token: uuid.UUID) -> Any:
    return Generation.objects.filter(lease_token=token, state__in=WORKING)


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.GENERATION_LEASE_SECONDS)


def _requeue(generation: Generation) -> None:
    generation.state, generation.progress, generation.message = State.QUEUED, 0, "Waiting to start again"
    generation.lease_token = generation.lease_until = None
    generation.save()
    queue.ring_on_commit()


def _close(generation: Generation, now: Any) -> None:
    """Write a final state, let the lease go, and see to the callback."""
    generation.lease_token = generation.lease_until = None
    generation.finished_at = now
    if generation.callback_url:
        generation.callback_state, generation.callback_due, generation.callback_attempts = "pending", now, 0
        queue.ring_callbacks_on_commit()
    generation.save()
