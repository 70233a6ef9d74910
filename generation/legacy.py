"""The older clients' routes: system information, one-shot generation, styles, download by file name."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from generation import views
from generation.api import AnyAccept, person
from generation.downloads import file_response
from generation.selectors import get_generation_or_404
from generation.services import generation_request
from studio.brief import BriefError, Problem
from studio.styles import genres

FIELDS = {"style": "genre", "duration": "duration", "tempo": "tempo"}
"""The older request's fields and what the brief calls them."""


@vary_on_headers("Accept")
def entrance(request: HttpRequest) -> HttpResponseBase:
    """The portal's first page, or the system information for a client that prefers JSON."""
    if (
        request.method in {"GET", "HEAD"}
        and request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    ):
        return JsonResponse(_system_information())
    return views.home(request)


def _system_information() -> dict[str, Any]:
    return {
        "name": settings.SITE_NAME,
        "version": settings.VERSION,
        "status": "running",
        "endpoints": {
            "health": "/health",
            "generate": reverse("legacy-generate"),
            "styles": reverse("legacy-styles"),
            "download": "/api/download/{filename}",
            "documentation": reverse("docs"),
        },
    }


@extend_schema(exclude=True)
@api_view(["POST"])
def generate(request: Request) -> Response:
    """Ask for music in the older form: ``style``, ``duration``, ``tempo``."""
    data = request.data
    if not isinstance(data, dict) or set(data) - set(FIELDS):
        raise ValidationError({"body": [f"Send an object with {', '.join(FIELDS)} and nothing else."]})
    asked = {FIELDS[name]: value for name, value in data.items()}
    try:
        generation = generation_request(user=person(request), asked=asked)
    except BriefError as error:
        raise BriefError(tuple(_older_name(problem) for problem in error.problems)) from None
    public_id = generation.public_id
    return Response(
        {
            "id": str(public_id),
            "status": generation.state,
            "style": generation.genre,
            "duration": generation.duration,
            "tempo": generation.brief.get("tempo"),
            "status_url": request.build_absolute_uri(reverse("v1:generation", args=[public_id])),
            "download_url": request.build_absolute_uri(reverse("legacy-download", args=[f"{public_id}.mp3"])),
        },
        status=202,
    )


def _older_name(problem: Problem) -> Problem:
    names = {brief: older for older, brief in FIELDS.items()}
    older = names.get(problem.field, problem.field)
    return replace(problem, field=older, message=problem.message.replace(f"{problem.field}:", f"{older}:", 1))


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes([AllowAny])
def styles(request: Request) -> Response:
    """List the styles in the older form."""
    rows = [
        {
            "id": genre.id,
            "name": genre.name,
            "description": genre.description,
            "tempo_range": [
                min(style.tempo.min for style in genre.styles.values()),
                max(style.tempo.max for style in genre.styles.values()),
            ],
        }
        for genre in genres().values()
    ]
    return Response({"styles": rows})


@extend_schema(exclude=True)
@api_view(["GET"])
def download(request: Request, filename: str) -> HttpResponseBase:
    """Send ``<id>.<suffix>`` of a finished track to its owner."""
    public_id, _, suffix = filename.partition(".")
    generation = get_generation_or_404(request.user, public_id)
    for file in generation.files.all():
        if PurePath(file.name).suffix == f".{suffix}":
            return file_response(request._request, generation, file.name)
    raise Http404("No such file.")


download.cls.content_negotiation_class = AnyAccept
