"""The app's entry in Django's registry."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """Owns licences, certificates and usage records; knows accounts, billing and generation."""

    name = "licensing"
