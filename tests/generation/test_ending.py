"""Cancel, remove, replay."""

import pytest
from django.core.files.storage import default_storage

from generation.errors import WrongStateError
from generation.models import Generation
from generation.services import generation_cancel, generation_remove, generation_replay
from generation.states import FINAL, OPEN, State
from tests.people import PeopleTestCase, make_file, make_generation


class CancelTestCase(PeopleTestCase):
    def test_it_stops_whatever_is_under_way(self) -> None:
        for state in OPEN:
            row = make_generation(self.alice, state)
            assert generation_cancel(generation=row)
            assert (row.state, row.lease_token) == (State.CANCELLED, None)

    def test_it_changes_nothing_that_is_finished(self) -> None:
        for state in FINAL:
            row = make_generation(self.alice, state)
            assert not generation_cancel(generation=row)
            row.refresh_from_db()
            assert row.state == state


class RemoveTestCase(PeopleTestCase):
    def test_it_deletes_row_and_files(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        path = make_file(row).file.name
        with self.captureOnCommitCallbacks(execute=True):
            generation_remove(generation=row)
            assert default_storage.exists(path), "not before the commit"
        assert not Generation.objects.exists()
        assert not default_storage.exists(path)

    def test_two_removals_at_once_are_one(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        other = Generation.objects.get(pk=row.pk)
        generation_remove(generation=row)
        generation_remove(generation=other)
        assert not Generation.objects.exists()

    def test_it_refuses_while_the_music_is_being_made(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        with pytest.raises(WrongStateError, match="cancel it first"):
            generation_remove(generation=row)
        assert Generation.objects.count() == 1

    def test_the_files_go_with_the_account(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        path = make_file(row).file.name
        with self.captureOnCommitCallbacks(execute=True):
            self.alice.delete()
        assert not default_storage.exists(path)


class ReplayTestCase(PeopleTestCase):
    def test_it_sends_an_unhappy_one_through_once_more(self) -> None:
        for state in (State.FAILED, State.REJECTED, State.CANCELLED):
            row = make_generation(self.alice, state, attempts=3, error_code="internal", error_message="Sorry")
            generation_replay(generation=row)
            assert (row.state, row.attempts, row.error_message, row.finished_at) == (State.QUEUED, 0, "", None)

    def test_it_refuses_one_that_is_well(self) -> None:
        for state in (State.COMPLETED, State.QUEUED, State.RENDERING):
            with pytest.raises(WrongStateError):
                generation_replay(generation=make_generation(self.alice, state))
