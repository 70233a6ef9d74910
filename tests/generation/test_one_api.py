"""GET and DELETE /api/v1/generations/<id>."""

import uuid

from generation.models import Generation
from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation


class OneTestCase(PeopleTestCase):
    def url(self, row: Generation) -> str:
        return f"/api/v1/generations/{row.public_id}"

    def test_it_shows_everything_to_its_owner(self) -> None:
        row = make_generation(self.alice, State.COMPLETED, measured={"tempo": 120.0}, peaks=[0.1], progress=100)
        make_file(row)
        body = self.client.get(self.url(row), headers=self.bearing(self.alice)).json()
        assert (body["state"], body["measured"], body["peaks"]) == ("completed", {"tempo": 120.0}, [0.1])
        assert body["files"][0]["url"].endswith(f"/api/v1/generations/{row.public_id}/files/blue-hour.mp3")
        assert body["error"] is None

    def test_it_tells_the_person_what_to_do_and_keeps_the_detail_for_staff(self) -> None:
        row = make_generation(
            self.alice, State.FAILED, error_code="timeout", error_detail="Traceback …", error_message="Ask for less."
        )
        response = self.client.get(self.url(row), headers=self.bearing(self.alice))
        assert response.json()["error"] == {"code": "timeout", "message": "Ask for less."}
        assert "Traceback" not in response.content.decode()

    def test_anothers_is_not_found_whatever_the_method_and_the_door(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        make_file(row)
        for path in ("", "/events", "/files/blue-hour.mp3"):
            response = self.client.get(self.url(row) + path, headers=self.bearing(self.charlie))
            missing = self.client.get(f"/api/v1/generations/{uuid.uuid4()}{path}", headers=self.bearing(self.charlie))
            assert (response.status_code, missing.status_code) == (404, 404)
            assert response.content == missing.content, "the answer must not tell that it exists"
        assert self.client.delete(self.url(row), headers=self.bearing(self.charlie)).status_code == 404
        assert Generation.objects.count() == 1

    def test_an_id_that_is_none_is_not_found(self) -> None:
        for wrong in ("1", "not-an-id", "%00", "..%2f..", "'%20or%201=1"):
            response = self.client.get(f"/api/v1/generations/{wrong}", headers=self.bearing(self.alice))
            assert response.status_code == 404, wrong


class DeleteTestCase(PeopleTestCase):
    def test_it_cancels_what_is_under_way_and_removes_what_is_finished(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        url, headers = f"/api/v1/generations/{row.public_id}", self.bearing(self.alice)
        assert self.client.delete(url, headers=headers).status_code == 204
        row.refresh_from_db()
        assert row.state == State.CANCELLED
        assert self.client.delete(url, headers=headers).status_code == 204
        assert not Generation.objects.exists()
        assert self.client.delete(url, headers=headers).status_code == 404
