"""The app's entry in Django's registry."""

from django.apps import AppConfig


class TemplatesAppConfig(AppConfig):
    """Owns the template catalogue; knows accounts and ``studio.brief``."""

    name = "templates_app"
    verbose_name = "Templates"
