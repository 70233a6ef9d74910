"""The app's entry in Django's registry."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Owns a generation's life, its progress and its files; knows accounts, billing, templates_app and studio."""

    name = "generation"

    def ready(self) -> None:
        from generation import signals

        signals.connect(self)
