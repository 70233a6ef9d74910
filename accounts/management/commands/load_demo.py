"""Make the demo account, or leave it as it is."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import user_create


class Command(BaseCommand):
    """Makes the account of DEMO_EMAIL once; a second call changes nothing, its password neither."""

    help = "Make the demo account (DEMO_EMAIL, DEMO_PASSWORD) unless it is there."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_PASSWORD:
            raise CommandError("Set DEMO_PASSWORD: without DEBUG the demo account has no password that everyone knows.")
        if User.objects.filter(email=settings.DEMO_EMAIL).exists():
            self.stdout.write(f"{settings.DEMO_EMAIL} is there already.")
            return
        user_create(email=settings.DEMO_EMAIL, password=settings.DEMO_PASSWORD, display_name="Demo")
        self.stdout.write(f"Made {settings.DEMO_EMAIL}.")
