"""Looking a melody up among the music already made."""

import dataclasses
from typing import Any
from unittest import mock

import numpy as np

from accounts.models import User
from generation import originality
from generation.models import Landmark, Melody
from generation.originality import matches, melody_keep
from generation.services import generation_remove
from generation.states import State
from studio.review.fingerprint import fingerprint, line
from studio.review.leadsheet import LeadSheet
from studio.theory.meter import Meter
from tests.people import PeopleTestCase, make_generation


def drawn(seed: int, count: int = 60) -> LeadSheet:
    """Return a melody that nobody wrote."""
    rng = np.random.default_rng(seed)
    onset = np.cumsum(rng.choice([0.5, 1.0, 1.5, 2.0], count))
    pitch = 67 + np.cumsum(rng.choice([-4, -3, -2, -1, 1, 2, 3, 5], count)) % 12
    return LeadSheet(
        onset, np.full(count, 0.5), pitch, np.arange(0, onset[-1] + 1, 4.0), Meter(4, 4), np.zeros(1),
        np.zeros(1, np.int64), np.zeros((1, 12), bool), 0, np.ones(12, bool),
    )  # fmt: skip


def quoting(other: LeadSheet, first: int, count: int) -> LeadSheet:
    """Return a melody that goes over into ``count`` notes of another, a third higher and half as fast."""
    own, part = drawn(99), slice(first, first + count)
    onset = np.concatenate([own.onset, own.onset[-1] + 2 + 2 * (other.onset[part] - other.onset[first])])
    return dataclasses.replace(
        own, onset=onset, duration=np.full(len(onset), 0.5), pitch=np.concatenate([own.pitch, other.pitch[part] + 4]),
        bars=np.arange(0, onset[-1] + 1, 4.0),
    )  # fmt: skip


class OriginalityTestCase(PeopleTestCase):
    def made(self, user: User, *seeds: int) -> list[Any]:
        rows = [make_generation(user, State.COMPLETED) for _ in seeds]
        for row, seed in zip(rows, seeds, strict=True):
            melody_keep(generation=row, stored=fingerprint(line(drawn(seed))))
        return rows

    def test_twelve_notes_of_another_person_s_track_are_found_wherever_they_stand(self) -> None:
        self.made(self.alice, *range(20))
        for first in range(0, 48, 7):
            found = matches(quoting(drawn(first % 20), first, 12), user=self.bob)
            assert found is not None
            assert 12 <= found.notes <= 14
            assert found.source == "another track made here"

    def test_a_melody_of_its_own_is_not_found(self) -> None:
        self.made(self.alice, *range(20))
        found = matches(drawn(50), user=self.bob)
        assert found is None or found.notes < 10

    def test_one_s_own_tracks_do_not_count(self) -> None:
        self.made(self.alice, 1)
        assert matches(drawn(1), user=self.alice) is None
        self.made(self.bob, 1)
        found = matches(drawn(1), user=self.alice)
        assert found is not None
        assert found.notes == 60

    def test_a_removed_track_is_forgotten(self) -> None:
        one, other = self.made(self.alice, 1, 2)
        assert Landmark.objects.filter(melody=one.melody).count() > 10
        generation_remove(generation=one)
        assert matches(drawn(1), user=self.bob) is None
        assert matches(drawn(2), user=self.bob) is not None
        assert set(Landmark.objects.values_list("melody_id", flat=True)) == {other.pk}

    def test_a_tune_too_short_to_compare_is_not_kept(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        melody_keep(generation=row, stored=fingerprint(line(drawn(1, 11))))
        assert not Melody.objects.exists()
        assert matches(drawn(1, 11), user=self.bob) is None

    def test_the_nearest_are_compared_where_there_are_too_many(self) -> None:
        self.made(self.alice, 3, *[8] * 4)
        with mock.patch.object(originality, "CANDIDATES", 1), self.assertNumQueries(2):
            found = matches(quoting(drawn(3), 0, 60), user=self.bob)
        assert found is not None
        assert found.notes == 60
