"""A template: part of a brief, ready to be completed."""

from typing import ClassVar

from django.db import models


class Template(models.Model):
    """A starting point for a brief.

    ``brief`` holds some fields of a brief; those named in ``locked`` may not be changed by who uses it. ``version``
    grows with every change of what is heard, and a generation remembers the version it was made from.
    """

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    tags = models.JSONField(default=list, blank=True)
    brief = models.JSONField(default=dict)
    locked = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_published = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def genre(self) -> str:
        """The genre that the template asks for."""
        return str(self.brief.get("genre", ""))
