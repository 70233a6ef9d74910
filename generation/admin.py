"""Generations in the admin: what happened, why, and two things to do about it."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from generation.errors import WrongStateError
from generation.models import Generation, GenerationFile
from generation.services import generation_cancel, generation_replay
from generation.states import State

COLOURS = {
    State.COMPLETED: "success",
    State.FAILED: "danger",
    State.REJECTED: "danger",
    State.CANCELLED: "warning",
    State.QUEUED: "info",
}


class FileInline(TabularInline):
    """The delivered files."""

    model = GenerationFile
    extra = 0
    can_delete = False
    fields: ClassVar[Any] = ("format", "name", "size", "mime", "sha256")
    readonly_fields: ClassVar[Any] = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Generation)
class GenerationAdmin(ModelAdmin):
    """Read, replay, cancel. Nothing is edited by hand: the services keep the row true."""

    list_display: ClassVar[Any] = (
        "title", "user", "genre", "shown_state", "progress", "attempts", "error_code", "created_at", "took",
    )  # fmt: skip
    list_filter: ClassVar[Any] = ("state", "error_code", "created_at")
    search_fields: ClassVar[Any] = ("title", "public_id", "user__email")
    list_select_related: ClassVar[Any] = ("user",)
    date_hierarchy = "created_at"
    actions: ClassVar[Any] = ("replay", "cancel")
    inlines: ClassVar[Any] = (FileInline,)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("title", "public_id", "user", "state", "progress", "message", "template")}),
        ("Error", {"fields": ("error_code", "error_message", "error_detail")}),
        ("Brief", {"fields": ("asked", "brief", "warnings")}),
        ("Result", {"fields": ("measured", "review", "timings")}),
        ("Life", {"fields": ("created_at", "queued_at", "started_at", "finished_at", "took", "attempts", "lease_token",
                             "lease_until", "idempotency_key", "callback_url", "callback_state", "callback_attempts")}),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for _, section in self.fieldsets for name in section["fields"]]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generation]:
        return super().get_queryset(request).defer("peaks", "sections")

    @display(description="State", ordering="state", label=COLOURS)
    def shown_state(self, generation: Generation) -> str:
        return generation.state

    @display(description="Seconds")
    def took(self, generation: Generation) -> str:
        if not generation.started_at or not generation.finished_at:
            return "–"
        return f"{(generation.finished_at - generation.started_at).total_seconds():.1f}"

    @action(description="Make the chosen ones again", permissions=["change"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        done = 0
        for generation in queryset:
            try:
                generation_replay(generation=generation)
                done += 1
            except WrongStateError as error:
                address = reverse("admin:generation_generation_change", args=[generation.pk])
                text = format_html('<a href="{}">{}</a>: {}', address, generation.title, error)
                messages.warning(request, text)
        messages.success(request, f"{done} sent to the queue again.")

    @action(description="Cancel the chosen ones", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        done = sum(generation_cancel(generation=generation) for generation in queryset)
        messages.success(request, f"{done} cancelled.")
