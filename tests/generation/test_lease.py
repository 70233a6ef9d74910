"""Claim, beat, finish, fail: only with one's own lease. And the reaper."""

import uuid
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from generation.models import Generation, GenerationFile
from generation.outcome import Outcome, StoredFile
from generation.services import (
    generation_beat,
    generation_cancel,
    generation_claim,
    generation_fail,
    generation_finish,
    generations_reap,
)
from generation.states import State
from tests.people import PeopleTestCase, make_generation

OUTCOME = Outcome(
    title="Blue hour", review=[], measured={"tempo": 120.0}, sections=[], peaks=[0.5], timings={"composing": 0.1},
    files=[StoredFile("mp3", "blue-hour.mp3", "generations/x/y/blue-hour.mp3", 10, "audio/mpeg", "ab" * 32)],
)  # fmt: skip


def expired() -> dict[str, Any]:
    return {"lease_until": timezone.now() - timedelta(seconds=1)}


def claim() -> Any:
    """Claim as a worker does."""
    return generation_claim()


class ClaimTestCase(PeopleTestCase):
    def test_the_longest_waiting_comes_first(self) -> None:
        now = timezone.now()
        late = make_generation(self.alice, queued_at=now)
        early = make_generation(self.bob, queued_at=now - timedelta(seconds=9))
        assert [claim().pk, claim().pk] == [early.pk, late.pk]
        assert claim() is None

    def test_a_claim_takes_a_lease(self) -> None:
        make_generation(self.alice)
        claimed = claim()
        assert (claimed.state, claimed.attempts) == (State.COMPOSING, 1)
        assert claimed.lease_token is not None
        assert claimed.lease_until > timezone.now()

    def test_of_two_claims_of_one_row_one_wins(self) -> None:
        """The other worker claims between our look and our UPDATE."""
        row = make_generation(self.alice)
        filter_rows, other = Generation.objects.filter, list[Any]()

        def interleaved(*args: Any, **kwargs: Any) -> Any:
            if kwargs.get("pk") == row.pk and not other:
                other.append(None)
                other[0] = claim()
            return filter_rows(*args, **kwargs)

        with mock.patch.object(Generation.objects, "filter", interleaved):
            assert claim() is None
        row.refresh_from_db()
        assert (row.attempts, row.lease_token) == (1, other[0].lease_token)

    def test_what_is_working_or_finished_is_not_claimed(self) -> None:
        for state in State.values:
            if state != State.QUEUED:
                make_generation(self.alice, state)
        assert claim() is None


class BeatTestCase(PeopleTestCase):
    def test_it_renews_the_lease_and_tells_the_progress(self) -> None:
        row = make_generation(self.alice, State.COMPOSING, **expired())
        assert generation_beat(token=row.lease_token, state="rendering", progress=42, message="Rendering bass")
        row.refresh_from_db()
        assert (row.state, row.progress, row.message) == (State.RENDERING, 42, "Rendering bass")
        assert row.lease_until > timezone.now()

    def test_it_fails_once_the_lease_is_anothers_or_the_work_is_cancelled(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        assert not generation_beat(token=uuid.uuid4(), progress=50)
        token = row.lease_token
        generation_cancel(generation=row)
        assert not generation_beat(token=token, progress=50)
        row.refresh_from_db()
        assert row.state == State.CANCELLED


class FinishTestCase(PeopleTestCase):
    def test_it_completes_the_row_and_lists_the_files(self) -> None:
        row = make_generation(self.alice, State.DELIVERING)
        assert generation_finish(token=row.lease_token, outcome=OUTCOME)
        row.refresh_from_db()
        assert (row.state, row.progress, row.measured) == (State.COMPLETED, 100, {"tempo": 120.0})
        assert row.lease_token is None
        assert row.finished_at is not None
        assert row.files.get().name == "blue-hour.mp3"

    def test_a_stale_finish_is_refused_and_writes_nothing(self) -> None:
        row = make_generation(self.alice, State.RENDERING, **expired())
        stale = row.lease_token
        generations_reap()
        fresh = claim()
        assert not generation_finish(token=stale, outcome=OUTCOME)
        assert not GenerationFile.objects.exists()
        assert generation_finish(token=fresh.lease_token, outcome=OUTCOME)
        assert not generation_finish(token=fresh.lease_token, outcome=OUTCOME), "a second finish changes nothing"
        assert GenerationFile.objects.count() == 1

    def test_music_that_the_review_refuses_is_rejected(self) -> None:
        row = make_generation(self.alice, State.REVIEWING)
        refused = Outcome("Blue hour", [], {}, [], [], {}, rejected="The music came out too quiet.")
        assert generation_finish(token=row.lease_token, outcome=refused)
        row.refresh_from_db()
        assert (row.state, row.error_message) == (State.REJECTED, "The music came out too quiet.")


class FailTestCase(PeopleTestCase):
    def failed(self, row: Any, *, retry: bool) -> Any:
        message = "Try again."
        assert generation_fail(token=row.lease_token, code="internal", detail="trace", message=message, retry=retry)
        row.refresh_from_db()
        return row

    def test_it_keeps_the_reason_for_staff_and_a_sentence_for_the_person(self) -> None:
        row = self.failed(make_generation(self.alice, State.RENDERING), retry=False)
        assert (row.state, row.error_code) == (State.FAILED, "internal")
        assert (row.error_detail, row.error_message) == ("trace", "Try again.")

    def test_it_tries_again_while_attempts_are_left(self) -> None:
        row = self.failed(make_generation(self.alice, State.RENDERING, attempts=2), retry=True)
        assert (row.state, row.error_detail, row.lease_token) == (State.QUEUED, "trace", None)
        claimed = claim()
        assert claimed.attempts == 3
        assert self.failed(claimed, retry=True).state == State.FAILED


class ReapTestCase(PeopleTestCase):
    def test_it_returns_an_expired_lease_to_the_queue(self) -> None:
        row = make_generation(self.alice, State.RENDERING, progress=40, **expired())
        assert generations_reap() == {"returned": 1, "failed": 0}
        row.refresh_from_db()
        assert (row.state, row.progress, row.lease_token) == (State.QUEUED, 0, None)

    def test_it_leaves_a_living_lease_alone(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        assert generations_reap() == {"returned": 0, "failed": 0}
        row.refresh_from_db()
        assert row.state == State.RENDERING

    @override_settings(GENERATION_MAX_ATTEMPTS=3)
    def test_after_the_last_attempt_it_fails_with_a_sentence(self) -> None:
        row = make_generation(self.alice, State.RENDERING, attempts=3, **expired())
        assert generations_reap() == {"returned": 0, "failed": 1}
        row.refresh_from_db()
        assert (row.state, row.error_code) == (State.FAILED, "worker_lost")
        assert "try again" in row.error_message

    def test_it_rings_for_what_waits_without_a_bell(self) -> None:
        make_generation(self.alice)
        make_generation(self.alice)
        with mock.patch("generation.queue.get_broker") as broker, mock.patch("generation.queue.async_task") as ring:
            broker.return_value.queue_size.return_value = 1
            with self.captureOnCommitCallbacks(execute=True):
                generations_reap()
        ring.assert_called_once_with("generation.tasks.run_next")


class ConstraintTestCase(PeopleTestCase):
    def test_the_database_refuses_rows_that_cannot_be(self) -> None:
        token, now = uuid.uuid4(), timezone.now()
        for wrong in (
            {"state": "dancing"},
            {"progress": 101},
            {"lease_token": token},
            {"state": State.RENDERING},
            {"state": State.COMPLETED},
            {"finished_at": now},
        ):
            with self.subTest(wrong=wrong), pytest.raises(IntegrityError), transaction.atomic():
                Generation.objects.create(user=self.alice, title="x", **wrong)
