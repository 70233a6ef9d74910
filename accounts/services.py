"""Every write about people."""

import base64

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils.crypto import salted_hmac
from rest_framework.authtoken.models import Token

from accounts.models import User


@transaction.atomic
def user_create(*, email: str, password: str | None, display_name: str = "", timezone: str = "UTC") -> User:
    """Make an account. Raises ``ValidationError`` for a bad or taken address."""
    user = User(email=email.strip().lower(), display_name=display_name, timezone=timezone)
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


def user_by_password(*, email: str, password: str) -> User | None:
    """Return the active user with these credentials, or none; takes the same time either way."""
    user = authenticate(username=email.strip().lower(), password=password)
    return user if isinstance(user, User) else None


def token_for(*, user: User) -> Token:
    """Return the user's API token, made at the first call."""
    return Token.objects.get_or_create(user=user)[0]


@transaction.atomic
def token_rotate(*, user: User) -> Token:
    """Replace the user's API token; the old one stops working at once."""
    Token.objects.filter(user=user).delete()
    return Token.objects.create(user=user)


def signing_secret(*, user: User) -> str:
    """Return the secret that signs callbacks to this user, in the form of the Standard Webhooks specification.

    It is derived from the site's SECRET_KEY, so nothing is stored; it changes when that key does.
    """
    digest = salted_hmac("accounts.signing_secret", str(user.pk), algorithm="sha256").digest()
    return "whsec_" + base64.b64encode(digest).decode()
