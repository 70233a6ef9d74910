"""The shapes of the API: what is sent, what comes back. The rules for a brief are studio.brief's, not repeated here."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from generation.models import Generation, GenerationFile
from generation.selectors import estimated_completion
from studio.brief import MASTERS
from studio.prompt import PROMPT_LENGTH


class ProblemRow(serializers.Serializer):
    """One thing wrong (or, as a warning, unusual) and what would be right."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    allowed = serializers.JSONField(allow_null=True)


class GenerationRequest(serializers.Serializer):
    """A brief, and what goes with it. Only ``genre``, or a ``prompt`` that tells it, is required; what is left out the
    composer chooses.

    ``GET /api/v1/styles`` lists every value. This serializer describes; ``studio.brief`` decides.
    """

    prompt = serializers.CharField(required=False, help_text="The wish in words; the fields beside it win.")
    genre = serializers.CharField(required=False, help_text="A genre's id, such as `jazz`; required without a prompt.")
    substyle = serializers.CharField(required=False)
    mood = serializers.CharField(required=False)
    complexity = serializers.CharField(required=False, help_text="`simple`, `moderate` or `complex`.")
    key = serializers.CharField(required=False, help_text="Tonic and mode, such as `C minor` or `F# dorian`.")
    tempo = serializers.FloatField(required=False, help_text="Beats a minute, 40–240.")
    meter = serializers.CharField(required=False, help_text="Such as `4/4` or `6/8`.")
    duration = serializers.FloatField(required=False, help_text="Seconds, 30–600; 60 when left out.")
    seed = serializers.IntegerField(required=False, help_text="The same brief and seed give the same music.")
    title = serializers.CharField(required=False)
    instruments = serializers.ListField(child=serializers.CharField(), required=False, help_text="Wanted.")
    avoid = serializers.ListField(child=serializers.CharField(), required=False, help_text="Not wanted.")
    form = serializers.CharField(required=False)
    master = serializers.CharField(required=False, help_text=f"How loud: {', '.join(MASTERS)}.")
    lyrics = serializers.CharField(required=False)
    vocals = serializers.CharField(required=False)
    template: Any = serializers.SlugField(required=False, help_text="A template to start from; the fields above win.")
    callback_url = serializers.URLField(required=False, help_text="Told, with a signed POST, when it is finished.")


class PromptSerializer(serializers.Serializer):
    """A wish in words."""

    prompt = serializers.CharField(max_length=PROMPT_LENGTH, help_text="Such as `slow jazz trio, no drums, 2 minutes`.")


class FoundSerializer(serializers.Serializer):
    """A field of the brief and the words that said it."""

    field = serializers.CharField()
    value = serializers.JSONField(help_text="As the brief takes it; lists for `instruments` and `avoid`.")
    words = serializers.CharField()
    start = serializers.IntegerField(help_text="Where the words begin in the prompt.")
    end = serializers.IntegerField()
    how = serializers.ChoiceField(
        ["word", "number", "slip", "hint", "meaning"],
        help_text="Said outright, as a number, misspelled, only hinted at, or nearest in meaning.",
    )
    likeness = serializers.FloatField(allow_null=True, help_text="Cosine, where it was found by meaning.")


class ContradictionSerializer(serializers.Serializer):
    """Two things said of one field."""

    field = serializers.CharField()
    taken = serializers.JSONField()
    left = serializers.JSONField()
    message = serializers.CharField()


class UnderstandingSerializer(serializers.Serializer):
    """What was understood of a prompt."""

    prompt = serializers.CharField()
    found = FoundSerializer(many=True)
    left_over = serializers.ListField(child=serializers.CharField(), help_text="Words that no rule knew.")
    contradictions = ContradictionSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    brief = serializers.DictField(help_text="Ready to be sent, with corrections, to `generations`.")
    problems = ProblemRow(many=True, help_text="What keeps it from being a brief; empty when it is one.")


class FileSerializer(serializers.ModelSerializer):
    """A delivered file."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = GenerationFile
        fields = ("format", "name", "size", "mime", "sha256", "url")

    def get_url(self, file: GenerationFile) -> str:
        path = reverse("v1:generation-file", args=[file.generation.public_id, file.name])
        return _absolute(self.context, path)


class FailureSerializer(serializers.Serializer):
    """Why there is no music."""

    code = serializers.CharField()
    message = serializers.CharField()


class GenerationRow(serializers.ModelSerializer):
    """A generation as it stands in a list."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    template: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, allow_null=True)
    parent: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True, allow_null=True)
    files = FileSerializer(many=True, read_only=True)
    error = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    events_url = serializers.SerializerMethodField()

    class Meta:
        model = Generation
        fields: tuple[str, ...] = (
            "id", "title", "state", "progress", "message", "brief", "variations", "parent", "template",
            "template_version", "created_at", "started_at", "finished_at", "error", "files", "url", "events_url",
        )  # fmt: skip

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, generation: Generation) -> dict[str, str] | None:
        if not generation.error_message:
            return None
        return {"code": generation.error_code, "message": generation.error_message}

    def get_url(self, generation: Generation) -> str:
        return _absolute(self.context, reverse("v1:generation", args=[generation.public_id]))

    def get_events_url(self, generation: Generation) -> str:
        return _absolute(self.context, reverse("v1:generation-events", args=[generation.public_id]))


class GenerationSerializer(GenerationRow):
    """A generation with all that is known about it."""

    warnings = ProblemRow(many=True, read_only=True)
    estimated_completion = serializers.SerializerMethodField()

    class Meta(GenerationRow.Meta):
        fields = (
            *GenerationRow.Meta.fields,
            "warnings", "estimated_completion", "measured", "review", "sections", "peaks", "timings",
            "callback_url", "callback_state",
        )  # fmt: skip

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_estimated_completion(self, generation: Generation) -> Any:
        return estimated_completion(generation)


class StyleSerializer(serializers.Serializer):
    """A sub-style and what suits it."""

    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    tempo = serializers.DictField(child=serializers.FloatField())
    keys = serializers.ListField(child=serializers.CharField())
    meters = serializers.ListField(child=serializers.CharField())
    instruments = serializers.ListField(child=serializers.CharField())
    forms = serializers.ListField(child=serializers.DictField())


class GenreSerializer(serializers.Serializer):
    """A genre, its moods and its sub-styles."""

    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    default_style = serializers.CharField()
    moods = serializers.ListField(child=serializers.CharField())
    styles = StyleSerializer(many=True)


class StylesSerializer(serializers.Serializer):
    """Everything a brief may say."""

    genres = GenreSerializer(many=True)
    moods = serializers.ListField(child=serializers.CharField())
    complexities = serializers.ListField(child=serializers.CharField())
    modes = serializers.ListField(child=serializers.CharField())
    meters = serializers.ListField(child=serializers.CharField())
    instruments = serializers.ListField(child=serializers.CharField())
    tempo = serializers.ListField(child=serializers.FloatField())
    duration = serializers.ListField(child=serializers.FloatField())


class TemplateSerializer(serializers.Serializer):
    """A template of the catalogue."""

    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    brief = serializers.DictField()
    locked = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


def _absolute(context: Mapping[str, Any], path: str) -> str:
    request = context.get("request")
    return request.build_absolute_uri(path) if request else quote(path)
