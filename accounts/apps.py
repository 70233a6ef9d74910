"""The app's entry in Django's registry."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Owns users and tokens; knows no other app."""

    name = "accounts"
