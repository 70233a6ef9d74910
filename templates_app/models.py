"""A template: part of a brief, ready to be completed."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from studio.brief import Brief, BriefError


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

    def clean(self) -> None:
        """Refuse a brief that breaks a rule, and locks on fields that it does not set."""
        if not isinstance(self.brief, dict) or not isinstance(self.locked, list) or not isinstance(self.tags, list):
            raise ValidationError("brief is an object of fields, locked and tags are lists of words.")
        try:
            Brief.from_mapping(self.brief)
        except BriefError as error:
            raise ValidationError([problem.message for problem in error.problems]) from None
        if loose := [name for name in self.locked if name not in self.brief]:
            raise ValidationError(f"locked: {', '.join(map(str, loose))} is not set in brief")
