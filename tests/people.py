"""Three people and their music: Alice the owner, Bob with music of his own, Charlie the stranger."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from accounts.services import token_for
from generation.models import Generation, GenerationFile
from generation.states import FINAL, WORKING, State

PASSWORD = "correct-horse-battery"
BRIEF = {"genre": "jazz", "mood": "calm", "duration": 30, "seed": 7}


def make_generation(user: User, state: str = State.QUEUED, **fields: Any) -> Any:
    """Return a generation in a state, with what that state demands."""
    if state in WORKING:
        fields = {"lease_token": uuid.uuid4(), "lease_until": timezone.now() + timedelta(seconds=60), **fields}
        fields = {"attempts": 1, "started_at": timezone.now(), **fields}
    if state in FINAL:
        fields = {"finished_at": timezone.now(), **fields}
    return Generation.objects.create(user=user, state=state, **{"title": "Blue hour", "brief": BRIEF, **fields})


def make_file(generation: Generation, name: str = "blue-hour.mp3", content: bytes = b"0123456789") -> Any:
    """Store a file of a completed generation."""
    attempt = uuid.uuid4()
    path = default_storage.save(f"generations/{generation.public_id}/{attempt}/{name}", ContentFile(content))
    kind = name.rpartition(".")[2]
    return GenerationFile.objects.create(
        generation=generation, attempt=attempt, format=kind, name=name, file=path, size=len(content),
        mime="audio/mpeg", sha256="ab" * 32,
    )  # fmt: skip


class PeopleTestCase(TestCase):
    """Alice, Bob and Charlie have accounts; ``self.client`` is nobody until ``sign_in`` or ``as_token``."""

    def setUp(self) -> None:
        cache.clear()
        self.alice = User.objects.create_user("alice@example.org", PASSWORD)
        self.bob = User.objects.create_user("bob@example.org", PASSWORD)
        self.charlie = User.objects.create_user("charlie@example.org", PASSWORD)

    def sign_in(self, user: User) -> None:
        self.client.force_login(user)

    def bearing(self, user: User) -> dict[str, str]:
        """Return the headers of a request that carries the user's token."""
        return {"Authorization": f"Token {token_for(user=user).key}"}

    def ask(self, body: Any = None, *, user: User | None = None, key: str = "", **extra: Any) -> Any:
        """POST a request for music as Alice, or another."""
        headers = self.bearing(user or self.alice) | ({"Idempotency-Key": key} if key else {})
        return self.client.post(
            "/api/v1/generations", BRIEF if body is None else body, content_type="application/json", headers=headers,
            **extra,
        )  # fmt: skip
