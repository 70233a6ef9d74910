"""The API of variations: one request, answered as any request for music is."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from generation.api import IDEMPOTENCY_KEY, person
from generation.selectors import get_generation_or_404
from generation.serializers import GenerationSerializer
from generation.variation import generation_vary
from studio.brief import BriefError, Problem
from studio.variations import LAYERS, LEAST_EXTENSION, MOST_EXTENSION, SECTIONAL


class VariationRequest(serializers.Serializer):
    """What to draw again; whatever is not named stays as it is, note for note. At least one field is required.

    This serializer describes; ``studio.variations`` decides.
    """

    vary = serializers.ListField(child=serializers.ChoiceField(LAYERS), required=False, help_text="Everywhere.")
    sections = serializers.DictField(
        child=serializers.ListField(child=serializers.ChoiceField(SECTIONAL)),
        required=False,
        help_text="Only there: a section's name and its layers, an empty list for all of them.",
    )
    extend = serializers.FloatField(
        required=False,
        help_text=f"Seconds by which it gets longer, {LEAST_EXTENSION:g}–{MOST_EXTENSION:g}; 600 in all at most.",
    )
    callback_url = serializers.URLField(required=False, help_text="Told, with a signed POST, when it is finished.")


class VariationsOfOne(APIView):
    """Variations of one finished track."""

    @extend_schema(
        operation_id="generations_vary",
        summary="Ask for a variation of a finished track",
        request=VariationRequest,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: GenerationSerializer},
    )
    def post(self, request: Request, public_id: str) -> Response:
        generation = get_generation_or_404(request.user, public_id)
        asked, callback_url = _parts(request.data)
        variation = generation_vary(
            user=person(request),
            generation=generation,
            **asked,
            idempotency_key=request.headers.get("Idempotency-Key"),
            callback_url=callback_url,
        )
        body = GenerationSerializer(variation, context={"request": request}).data
        return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": body["url"]})


def _parts(data: object) -> tuple[dict[str, object], str]:
    """Return what is asked for, by its name, and the callback address. Raises ``BriefError``."""
    if not isinstance(data, dict):
        raise BriefError((Problem("", "not_an_object", "The body must be a JSON object.", None),))
    rest = dict(data)
    callback_url = rest.pop("callback_url", "") or ""
    known = ("vary", "sections", "extend")
    problems = [
        Problem(name, "unknown_field", f"{name}: no such field", (*known, "callback_url"))
        for name in rest
        if name not in known
    ]
    if not isinstance(callback_url, str):
        problems.append(Problem("callback_url", "not_text", "callback_url: not text"))
    if problems:
        raise BriefError(tuple(problems))
    return rest, callback_url
