"""The catalogue in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from templates_app.models import Template


@admin.register(Template)
class TemplateAdmin(ModelAdmin):
    """Templates; what they say is checked by the same rules as a brief."""

    list_display: ClassVar[Any] = ("title", "genre", "version", "is_published", "updated_at")
    list_filter: ClassVar[Any] = ("is_published",)
    search_fields: ClassVar[Any] = ("title", "slug", "description")
    readonly_fields: ClassVar[Any] = ("updated_at",)
