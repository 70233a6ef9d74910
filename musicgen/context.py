"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """Return the site's name and version for the page frame."""
    return {"site_name": settings.SITE_NAME, "site_version": settings.VERSION}
