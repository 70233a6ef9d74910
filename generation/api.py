"""The REST API of generations. It translates; what is allowed is decided in services.py."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from generation.catalogue import styles_table
from generation.downloads import file_response
from generation.events import EventStream, TooManyStreamsError
from generation.models import Generation
from generation.selectors import generations_of, get_generation_or_404
from generation.serializers import (
    GenerationRequest,
    GenerationRow,
    GenerationSerializer,
    PromptSerializer,
    StylesSerializer,
    TemplateSerializer,
    UnderstandingSerializer,
)
from generation.services import generation_cancel, generation_remove, generation_request
from generation.states import State
from studio.brief import BriefError, Problem
from studio.prompt import understand
from templates_app.selectors import template_by_slug, templates_published

EVENT_STREAM: dict[str, Any] = {
    "content_type": "text/event-stream",
    "headers": {"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
}


NOT_AN_OBJECT = Problem("", "not_an_object", "The body must be a JSON object.", None)


class AnyAccept(DefaultContentNegotiation):
    """For answers that are not JSON: whatever the client says it accepts, it gets what there is."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class NewestFirst(CursorPagination):
    """Pages that neither skip nor repeat rows while new ones arrive."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Any:
        """Return where the page begins. Raises ``NotFound`` for a place in the list that is no time."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None:
            try:
                datetime.fromisoformat(str(cursor.position)).astimezone(UTC)
            except (ValueError, OverflowError):
                raise NotFound(self.invalid_cursor_message) from None
        return cursor


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 255 ASCII characters. The same key with the same body gives the same generation back.",
)


class Generations(ListAPIView):
    """The person's own generations."""

    serializer_class = GenerationRow
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Generation.objects.none()
        wanted = self.request.query_params.get("state", "")
        if wanted and wanted not in State.values:
            raise ValidationError({"state": [f"{wanted!r} is not one of {', '.join(State.values)}"]})
        return generations_of(person(self.request), state=wanted).defer("peaks", "sections", "review")

    @extend_schema(
        operation_id="generations_list",
        summary="List your generations, newest first",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=State.values)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="generations_create",
        summary="Ask for music",
        request=GenerationRequest,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: GenerationSerializer},
    )
    def post(self, request: Request) -> Response:
        asked, template, callback_url = _request_parts(request.data)
        generation = generation_request(
            user=person(request),
            asked=asked,
            idempotency_key=request.headers.get("Idempotency-Key"),
            template=template_by_slug(slug=template) if template else None,
            callback_url=callback_url,
        )
        body = GenerationSerializer(generation, context={"request": request}).data
        return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": body["url"]})


def _request_parts(data: Any) -> tuple[dict[str, Any], str, str]:
    """Part a request's body into the brief, the template's slug and the callback's address."""
    if not isinstance(data, dict):
        raise BriefError((NOT_AN_OBJECT,))
    asked = dict(data)
    texts = {}
    for name in ("template", "callback_url"):
        value = asked.pop(name, None)
        if value is not None and not isinstance(value, str):
            raise BriefError((Problem(name, "not_text", f"{name}: {value!r} is not text"),))
        texts[name] = value or ""
    return asked, texts["template"], texts["callback_url"]


class OneGeneration(APIView):
    """One of the person's own generations."""

    @extend_schema(summary="One generation, with all that was measured", responses=GenerationSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        generation = get_generation_or_404(request.user, public_id)
        return Response(GenerationSerializer(generation, context={"request": request}).data)

    @extend_schema(summary="Cancel it if it is under way, remove it if it is finished", responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        generation = get_generation_or_404(request.user, public_id)
        if not generation_cancel(generation=generation):
            generation_remove(generation=generation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _OtherThanJson(APIView):
    content_negotiation_class = AnyAccept
    renderer_classes = (JSONRenderer,)  # for the problems


class Events(_OtherThanJson):
    """Progress, pushed."""

    @extend_schema(
        summary="Progress as server-sent events, until it is finished",
        responses={(200, "text/event-stream"): OpenApiTypes.STR, 503: OpenApiResponse(description="Poll instead.")},
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        generation = get_generation_or_404(request.user, public_id)
        try:
            stream = EventStream(generation.public_id, request.headers.get("Last-Event-ID", ""))
        except TooManyStreamsError:
            return HttpResponse(status=503, headers={"Retry-After": "2"})
        return StreamingHttpResponse(stream, **EVENT_STREAM)

    @extend_schema(exclude=True)
    def head(self, request: Request, public_id: str) -> HttpResponseBase:
        get_generation_or_404(request.user, public_id)
        return HttpResponse(**EVENT_STREAM)  # a stream would run to its end, unheard


class File(_OtherThanJson):
    """A delivered file."""

    @extend_schema(
        summary="A file of the track; ranges are honoured",
        parameters=[OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={(200, "audio/*"): OpenApiTypes.BINARY, (206, "audio/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, public_id: str, name: str) -> HttpResponseBase:
        return file_response(request._request, get_generation_or_404(request.user, public_id), name)

    @extend_schema(exclude=True)
    def head(self, request: Request, public_id: str, name: str) -> HttpResponseBase:
        return self.get(request, public_id, name)


@extend_schema(summary="Everything a brief may say", responses=StylesSerializer)
@api_view(["GET"])
@permission_classes([AllowAny])
def styles(request: Request) -> Response:
    """Answer with genres, sub-styles, moods, tempo ranges, keys, meters, instruments and forms."""
    return Response(styles_table())


@extend_schema(
    operation_id="understand",
    summary="What a prompt means, word by word, and the brief that it makes",
    request=PromptSerializer,
    responses=UnderstandingSerializer,
)
@api_view(["POST"])
def understood(request: Request) -> Response:
    """Answer with the fields found in a prompt, so that a person can correct them; nothing is stored."""
    if not isinstance(request.data, dict):
        raise BriefError((NOT_AN_OBJECT,))
    return Response(understand(request.data.get("prompt")).as_dict())


@extend_schema(summary="Templates to start from", responses=TemplateSerializer(many=True))
@api_view(["GET"])
@permission_classes([AllowAny])
def templates(request: Request) -> Response:
    """Answer with the catalogue."""
    return Response(TemplateSerializer(templates_published(), many=True).data)


def person(request: Request) -> User:
    """Return who asks; every view that calls this is for signed-in people."""
    assert isinstance(request.user, User)  # noqa: S101 - IsAuthenticated has seen to it
    return request.user
