"""Generations in the admin."""

from typing import Any

from django.urls import reverse

from generation.models import Generation
from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation


class GenerationAdminTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bob.is_staff = self.bob.is_superuser = True
        self.bob.save()
        self.sign_in(self.bob)
        self.list = reverse("admin:generation_generation_changelist")

    def act(self, action: str, *rows: Generation) -> Any:
        form = {"action": action, "_selected_action": [row.pk for row in rows]}
        return self.client.post(self.list, form, follow=True)

    def test_it_shows_state_times_and_the_error_in_full(self) -> None:
        row = make_generation(self.alice, State.FAILED, error_code="internal", error_detail="Traceback: disk full")
        make_file(row)
        assert b"alice@example.org" in self.client.get(self.list).content
        page = self.client.get(reverse("admin:generation_generation_change", args=[row.pk])).content.decode()
        assert "Traceback: disk full" in page
        assert "blue-hour.mp3" in page

    def test_replay(self) -> None:
        failed, done = make_generation(self.alice, State.FAILED), make_generation(self.alice, State.COMPLETED)
        page = self.act("replay", failed, done).content.decode()
        failed.refresh_from_db()
        done.refresh_from_db()
        assert (failed.state, done.state) == (State.QUEUED, State.COMPLETED)
        assert "1 sent to the queue again" in page
        assert "can be made again" in page

    def test_cancel(self) -> None:
        row, done = make_generation(self.alice, State.RENDERING), make_generation(self.alice, State.COMPLETED)
        assert "1 cancelled" in self.act("cancel", row, done).content.decode()
        row.refresh_from_db()
        assert row.state == State.CANCELLED

    def test_nothing_is_edited_by_hand(self) -> None:
        row = make_generation(self.alice)
        url = reverse("admin:generation_generation_change", args=[row.pk])
        self.client.post(url, {"title": "Mine", "files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0})
        row.refresh_from_db()
        assert row.title == "Blue hour"

    def test_it_is_for_staff(self) -> None:
        self.sign_in(self.charlie)
        assert self.client.get(self.list).status_code == 302

    def test_the_other_lists_open(self) -> None:
        for name in ("accounts_user", "templates_app_template", "auth_group"):
            assert self.client.get(reverse(f"admin:{name}_changelist")).status_code == 200
        assert self.client.get(reverse("admin:accounts_user_add")).status_code == 200
        assert self.client.get(reverse("admin:accounts_user_change", args=[self.alice.pk])).status_code == 200
