"""Reading the catalogue."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from studio.brief import BriefError, Problem
from templates_app.models import Template


def templates_published(*, genre: str = "") -> QuerySet[Template]:
    """Return the templates on offer, of one genre or of all."""
    found = Template.objects.filter(is_published=True)
    return found.filter(brief__genre=genre) if genre else found


def template_by_slug(*, slug: str) -> Template:
    """Return a template on offer. Raises ``BriefError`` naming those there are."""
    offered = templates_published()
    for template in offered:
        if template.slug == slug:
            return template
    slugs = tuple(sorted(template.slug for template in offered))
    raise BriefError((Problem("template", "unknown_template", f"template: {slug!r} is not in the catalogue", slugs),))


def brief_from_template(*, template: Template, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Lay what was asked over the template's fields. Raises ``BriefError`` where a locked field is changed."""
    given = {name: value for name, value in asked.items() if value not in (None, "", [], ())}
    changed = [name for name in template.locked if name in given and given[name] != template.brief.get(name)]
    if changed:
        raise BriefError(
            tuple(
                Problem(
                    name,
                    "locked",
                    f"{name}: fixed to {template.brief.get(name)!r} by the template {template.title!r}",
                    template.brief.get(name),
                )
                for name in changed
            )
        )
    return {**template.brief, **given}
