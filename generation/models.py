"""A generation: what was asked, where it stands, what came out. The row is the truth, the queue only a doorbell."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generation.states import FINAL, WORKING, State
from studio.variations import Variations


class Generation(models.Model):
    """One request for music and its life.

    ``asked`` is what the person sent, ``brief`` the complete brief made of it (seed included, so that a second
    attempt makes the same piece). A worker owns the row while ``lease_token`` is its own and ``lease_until`` is
    ahead; nobody else may write to it then, except to cancel.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations")
    title = models.CharField(max_length=200)
    asked = models.JSONField(default=dict)
    brief = models.JSONField(default=dict)
    variations = models.JSONField(default=dict, blank=True, help_text="Steps that, with the brief, make this music.")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children")
    warnings = models.JSONField(default=list, blank=True)
    template = models.ForeignKey("templates_app.Template", on_delete=models.SET_NULL, null=True, blank=True)
    template_version = models.PositiveIntegerField(null=True, blank=True)

    idempotency_key = models.CharField(max_length=255, blank=True)
    request_hash = models.CharField(max_length=64)

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent of the whole.")
    message = models.CharField(max_length=200, blank=True, help_text="What is happening, for the person.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True, help_text="For staff: the reason as the machine saw it.")
    error_message = models.CharField(max_length=300, blank=True, help_text="For the person: a sentence to act on.")

    measured = models.JSONField(default=dict, blank=True)
    review = models.JSONField(default=list, blank=True, help_text="Rows of asked, measured and verdict.")
    sections = models.JSONField(default=list, blank=True)
    peaks = models.JSONField(default=list, blank=True)
    timings = models.JSONField(default=dict, blank=True)

    callback_url = models.URLField(max_length=500, blank=True)
    callback_state = models.CharField(
        max_length=10,
        blank=True,
        choices=[("pending", "pending"), ("delivered", "delivered"), ("failed", "failed")],
    )
    callback_due = models.DateTimeField(null=True, blank=True, help_text="When to try the callback next.")
    callback_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], condition=~Q(idempotency_key=""), name="generation_asked_once"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="generation_state_known"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="generation_progress_per_cent"),
            models.CheckConstraint(
                condition=Q(state__in=WORKING, lease_token__isnull=False, lease_until__isnull=False)
                | Q(~Q(state__in=WORKING), lease_token__isnull=True, lease_until__isnull=True),
                name="generation_lease_while_working",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINAL, finished_at__isnull=False)
                | Q(~Q(state__in=FINAL), finished_at__isnull=True),
                name="generation_finished_when_final",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["queued_at", "id"], condition=Q(state=State.QUEUED), name="generation_waiting"),
            models.Index(fields=["lease_until"], condition=Q(state__in=WORKING), name="generation_leased"),
            models.Index(
                fields=["callback_due"], condition=Q(callback_state="pending"), name="generation_callback_due"
            ),
            models.Index(fields=["user", "-created_at", "-id"], name="generation_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in FINAL

    @property
    def is_completed(self) -> bool:
        """Whether it can be heard."""
        return self.state == State.COMPLETED

    @property
    def genre(self) -> str:
        """The genre asked for."""
        return str(self.brief.get("genre", ""))

    @property
    def duration(self) -> float:
        """The length asked for, in seconds, extensions included."""
        longer = Variations.from_dict(self.variations or {}).extension
        return float(self.brief.get("duration") or 0.0) + longer


def storage_path(file: "GenerationFile", filename: str) -> str:
    """Return where a file of one attempt lies; the lease token in it keeps two attempts apart."""
    return f"generations/{file.generation.public_id}/{file.attempt}/{filename}"


class GenerationFile(models.Model):
    """One delivered file: ``name`` is what the person downloads, ``attempt`` the lease token it was made under."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="files")
    attempt = models.UUIDField()
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to=storage_path, max_length=400)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "format"], name="generation_file_format_once"),
            models.UniqueConstraint(fields=["generation", "name"], name="generation_file_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Melody(models.Model):
    """The fingerprint of a finished track's melody (``studio.review.fingerprint``); it says nothing of whose it is."""

    generation = models.OneToOneField(Generation, on_delete=models.CASCADE, primary_key=True, related_name="melody")
    fingerprint = models.BinaryField()

    class Meta:
        verbose_name_plural = "melodies"

    def __str__(self) -> str:
        return f"Melody of {self.generation_id}"


class Landmark(models.Model):
    """A fragment by which a melody is looked up; its key is the index."""

    pk = models.CompositePrimaryKey("value", "melody_id")
    value = models.IntegerField()
    melody = models.ForeignKey(Melody, on_delete=models.CASCADE, related_name="landmarks")

    def __str__(self) -> str:
        return f"{self.value} in {self.melody_id}"
