"""The portal's pages. They hold no rules: what is sent goes to the services, what is shown comes from selectors."""

import uuid
from http import HTTPStatus
from typing import Any
from uuid import UUID

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from rest_framework.authtoken.models import Token

from accounts.models import User
from accounts.services import token_rotate
from generation.errors import GenerationError, IdempotencyConflictError
from generation.forms import EMPTY_FORM, FRESH, asked_from, by_field, create_choices, form_shape, shape_of
from generation.models import Generation
from generation.presentation import (
    facts_of,
    file_rows,
    length_of,
    library_row,
    reason_of,
    review_rows,
    source_of,
    stage_of,
)
from generation.selectors import generations_of, get_generation_or_404
from generation.services import generation_cancel, generation_remove, generation_request
from generation.templatetags.ribbon import segments
from studio.brief import BriefError, Problem
from studio.styles import genres
from templates_app.models import Template
from templates_app.selectors import templates_published

PER_PAGE = 20


class PersonRequest(HttpRequest):
    """A request that ``login_required`` has let through."""

    user: User


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the site is, for those signed out; the rest go on to their music."""
    if request.user.is_authenticated:
        return redirect("library" if generations_of(request.user).exists() else "create")
    known = [
        {"name": genre.name, "description": genre.description, "form": form_shape(genre.styles[genre.default])}
        for genre in genres().values()
    ]
    example = max(genres().values(), key=lambda genre: len(form_shape(genre.styles[genre.default])))
    style = example.styles[example.default]
    return render(
        request, "generation/home.html", {"genres": known, "example": {"name": style.name, "form": form_shape(style)}}
    )


@require_safe
@login_required
def create(request: PersonRequest) -> HttpResponse:
    """The form: empty, filled from a template (``?template=``), or from a track of one's own (``?from=``)."""
    template = _template(request.GET.get("template", ""))
    if template:
        return _create_page(request, asked={**FRESH, **template.brief}, template=template)
    if origin := request.GET.get("from", ""):
        brief = get_generation_or_404(request.user, origin).brief
        return _create_page(request, asked={name: value for name, value in brief.items() if name != "seed"})
    return _create_page(request, asked=FRESH)


@require_POST
@login_required
def create_submit(request: PersonRequest) -> HttpResponse:
    """Ask for music; what is wrong comes back beside its field, with everything that was typed."""
    asked = asked_from(request.POST)
    template = _template(request.POST.get("template", ""))
    try:
        generation = _request(request, asked, template)
    except BriefError as error:
        return _create_page(
            request, asked=asked, template=template, problems=error.problems, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    except GenerationError as error:
        messages.error(request, str(error))
        return _create_page(request, asked=asked, template=template, status=error.status)
    return redirect("track", generation.public_id)


def _request(request: PersonRequest, asked: dict[str, Any], template: Template | None) -> Generation:
    """A form sent twice makes one track; a form changed after going back makes another."""
    key = request.POST.get("idempotency_key", "")[:64]
    # A template's field that was emptied is left to the composer: the template is then only where it began.
    kept = template if template and set(template.brief) <= set(asked) else None
    try:
        return generation_request(user=request.user, asked=asked, template=kept, idempotency_key=key or None)
    except IdempotencyConflictError:
        return generation_request(user=request.user, asked=asked, template=kept)


def _create_page(
    request: PersonRequest,
    *,
    asked: dict[str, Any],
    template: Template | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    found = by_field(problems)
    starters = [
        {"slug": row.slug, "title": row.title, "description": row.description, "form": shape_of(row.brief)}
        for row in templates_published()
    ]
    context = {
        **create_choices(asked, found),
        "asked": asked,
        "problems": found,
        "problem_count": len(problems),
        "starters": starters,
        "template_slug": template.slug if template else "",
        "idempotency_key": uuid.uuid4(),
    }
    return render(request, "generation/create.html", context, status=status)


def _template(slug: str) -> Template | None:
    # Compared here: PostgreSQL refuses to look for a text with NUL in it.
    return next((template for template in templates_published() if template.slug == slug), None) if slug else None


@require_safe
@login_required
def library(request: PersonRequest) -> HttpResponse:
    """The person's tracks, newest first."""
    page = Paginator(generations_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tracks": [library_row(row) for row in page], "empty_form": EMPTY_FORM}
    return render(request, "generation/library.html", context)


@require_safe
@login_required
@never_cache
@csp_update({"style-src": [SELF, NONCE]})
def track(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One track: its progress, its music, or why there is none. The player's waveform brings a style sheet: a nonce."""
    generation = get_generation_or_404(request.user, public_id)
    length = length_of(generation)
    drawn = segments(generation.sections, duration=length)
    context = {
        **_progress(generation),
        "facts": facts_of(generation),
        "length": length,
        "source": source_of(generation),
        "files": file_rows(generation),
        "review": review_rows(generation),
        "segments": drawn,
        "marks": [{"name": row.name, "kind": row.kind, "start": row.start} for row in drawn],
        "reason": reason_of(generation),
    }
    return render(request, "generation/track.html", context)


@require_safe
@login_required
@never_cache
def track_progress(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The progress as a fragment; once all is over it sends the browser to the track."""
    generation = get_generation_or_404(request.user, public_id)
    if generation.is_final:
        return HttpResponseClientRedirect(reverse("track", args=[generation.public_id]))
    return render(request, "generation/progress.html", _progress(generation))


def _progress(generation: Generation) -> dict[str, Any]:
    return {
        "generation": generation,
        "stage": stage_of(generation),
        "shape": generation.sections or shape_of(generation.brief),
        "fraction": generation.progress / 100,
    }


@require_POST
@login_required
def track_cancel(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Stop a track under way."""
    generation = get_generation_or_404(request.user, public_id)
    if not generation_cancel(generation=generation):
        messages.info(request, "It was finished before it could be cancelled.")
    return redirect("track", generation.public_id)


@require_POST
@login_required
def track_remove(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Delete a track and its files."""
    generation = get_generation_or_404(request.user, public_id)
    try:
        generation_remove(generation=generation)
    except GenerationError as error:
        messages.error(request, str(error))
        return redirect("track", generation.public_id)
    messages.success(request, f"“{generation.title}” is removed.")
    return redirect("library")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def account(request: PersonRequest) -> HttpResponse:
    """The person's address and API token; POST makes a new token, shown this once."""
    fresh = token_rotate(user=request.user) if request.method == "POST" else None
    token = fresh or Token.objects.filter(user=request.user).first()
    context = {
        "fresh_token": fresh.key if fresh else "",
        "has_token": token is not None,
        "token_since": token.created if token else None,
        "api_root": request.build_absolute_uri("/api/v1"),
    }
    return render(request, "generation/account.html", context)
