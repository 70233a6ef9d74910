"""Every write to the catalogue."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from templates_app.models import Template

HEARD = ("brief", "locked")
"""Fields whose change makes a new version."""


@transaction.atomic
def template_save(*, slug: str, fields: Mapping[str, Any]) -> tuple[Template, bool]:
    """Make the template of that slug or bring it up to date; tell whether anything was written.

    Raises ``ValidationError`` when its brief breaks a rule.
    """
    template = Template.objects.select_for_update().filter(slug=slug).first() or Template(slug=slug, version=0)
    changed = {name for name, value in fields.items() if getattr(template, name) != value}
    if template.pk and not changed:
        return template, False
    for name, value in fields.items():
        setattr(template, name, value)
    if not template.pk or changed & set(HEARD):
        template.version += 1
    try:
        template.full_clean()
    except ValidationError as error:
        raise ValidationError({slug: error.messages}) from None
    template.save()
    return template, True
