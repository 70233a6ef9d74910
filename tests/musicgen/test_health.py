"""/healthz and /readyz."""

from datetime import timedelta
from unittest import mock

from django.db import DatabaseError
from django.utils import timezone

from tests.people import PeopleTestCase, make_generation


class HealthTestCase(PeopleTestCase):
    def test_it_lives_whatever_the_database_does(self) -> None:
        with self.assertNumQueries(0):
            assert self.client.get("/healthz").json() == {"status": "ok"}

    def test_it_is_ready_when_database_and_queue_are_well(self) -> None:
        make_generation(self.alice)
        response = self.client.get("/readyz")
        assert (response.status_code, response.json()["queue"]) == (200, "ok")

    def test_it_is_not_ready_when_requests_wait_too_long(self) -> None:
        make_generation(self.alice, queued_at=timezone.now() - timedelta(seconds=600))
        response = self.client.get("/readyz")
        assert response.status_code == 503
        assert "has waited 6" in response.json()["queue"]

    def test_it_is_not_ready_without_the_database(self) -> None:
        broken = mock.patch("musicgen.health.longest_wait", side_effect=DatabaseError("gone"))
        with broken, self.assertLogs("musicgen.health", "ERROR"):
            response = self.client.get("/readyz")
        assert (response.status_code, response.json()["database"]) == (503, "does not answer")
