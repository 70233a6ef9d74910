"""The older clients' routes."""

from typing import Any

from generation.models import Generation
from generation.states import State
from studio.styles import genres
from tests.people import PeopleTestCase, make_file, make_generation


class EntranceTestCase(PeopleTestCase):
    def test_it_tells_a_program_about_the_system(self) -> None:
        response = self.client.get("/", headers={"Accept": "application/json"})
        assert response["Content-Type"] == "application/json"
        assert response.json()["endpoints"]["generate"] == "/api/generate"
        assert "Accept" in response["Vary"]

    def test_it_shows_a_browser_the_page(self) -> None:
        for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*"):
            response = self.client.get("/", headers={"Accept": accept})
            assert response["Content-Type"].startswith("text/html"), accept


class GenerateTestCase(PeopleTestCase):
    def post(self, body: Any) -> Any:
        return self.client.post(
            "/api/generate", body, content_type="application/json", headers=self.bearing(self.alice)
        )

    def test_it_accepts_the_older_request(self) -> None:
        response = self.post({"style": "jazz", "duration": 30, "tempo": 120})
        assert response.status_code == 202
        body, row = response.json(), Generation.objects.get()
        assert (body["id"], body["status"], body["style"]) == (str(row.public_id), "queued", "jazz")
        assert (row.brief["tempo"], row.brief["duration"]) == (120, 30)
        assert body["status_url"].endswith(f"/api/v1/generations/{row.public_id}")
        assert body["download_url"].endswith(f"/api/download/{row.public_id}.mp3")

    def test_problems_bear_the_older_names(self) -> None:
        response = self.post({"style": "polka", "tempo": 999})
        assert response.status_code == 422
        assert {row["field"] for row in response.json()["errors"]} == {"style", "tempo"}

    def test_it_refuses_unknown_fields_and_strangers(self) -> None:
        assert self.post({"style": "jazz", "genre": "jazz"}).status_code == 422
        assert self.post([1]).status_code == 422
        assert self.client.post("/api/generate", {"style": "jazz"}, "application/json").status_code == 401
        assert not Generation.objects.exists()


class OtherRoutesTestCase(PeopleTestCase):
    def test_health(self) -> None:
        assert self.client.get("/health").json()["status"] == "healthy"

    def test_styles(self) -> None:
        rows = self.client.get("/api/styles").json()["styles"]
        assert [row["id"] for row in rows] == list(genres())
        assert all(row["tempo_range"][0] < row["tempo_range"][1] for row in rows)

    def test_download_by_id_and_suffix(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        make_file(row)
        url = f"/api/download/{row.public_id}.mp3"
        response: Any = self.client.get(url, headers={**self.bearing(self.alice), "Range": "bytes=0-1"})
        assert (response.status_code, b"".join(response.streaming_content)) == (206, b"01")
        assert self.client.get(url, headers=self.bearing(self.charlie)).status_code == 404
        assert self.client.get(url).status_code == 401

    def test_download_refuses_tricks(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        make_file(row)
        for trick in (
            f"{row.public_id}", f"{row.public_id}.", f"{row.public_id}.exe", "..%2f..%2fmanage.py", "../manage.py",
            f"{row.public_id}.mp3%00", "%00.mp3", f"x%2f{row.public_id}.mp3", f"{row.public_id}.hour.mp3",
        ):  # fmt: skip
            with self.subTest(trick):
                response = self.client.get(f"/api/download/{trick}", headers=self.bearing(self.alice))
                assert response.status_code == 404
