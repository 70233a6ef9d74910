"""Music already made here: the fingerprint of every finished track's melody, and looking another one up among them."""

from django.db.models import Count

from accounts.models import User
from generation.models import Generation, Landmark, Melody
from studio.review.fingerprint import fingerprint, landmarks, line
from studio.review.leadsheet import LeadSheet
from studio.review.originality import ANOTHER_TRACK, Match, compare

CANDIDATES = 500
"""Melodies compared note by note at most, those with most landmarks in common first."""


def melody_keep(*, generation: Generation, stored: bytes) -> None:
    """Keep the fingerprint of a generation's melody, with the landmarks by which it is found. It goes with the row.

    A tune too short to have any is not kept.
    """
    if values := landmarks(stored):
        melody = Melody.objects.create(generation=generation, fingerprint=stored)
        Landmark.objects.bulk_create(Landmark(melody=melody, value=value) for value in values)


def matches(sheet: LeadSheet, *, user: User) -> Match | None:
    """Return the longest run of notes that ``sheet`` shares with a track of anybody but ``user``, or none.

    Every run of at least ``studio.review.originality.LIMIT`` notes is found, shorter ones by luck. Whose track it
    is stays untold.
    """
    values = landmarks(fingerprint(line(sheet)))
    found = Landmark.objects.filter(value__in=values).exclude(melody__generation__user=user).values("melody_id")
    nearest = found.annotate(shared=Count("value")).order_by("-shared", "melody_id")[:CANDIDATES]
    melodies = Melody.objects.filter(pk__in=[row["melody_id"] for row in nearest]).order_by("pk")
    return compare(sheet, ((ANOTHER_TRACK, bytes(stored)) for stored in melodies.values_list("fingerprint", flat=True)))
