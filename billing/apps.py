"""The app's entry in Django's registry."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Owns plans, entitlements, the quota ledger and Stripe; knows accounts only."""

    name = "billing"
