"""POST /api/v1/generations."""

from unittest import mock

from django.test import override_settings

from generation.models import Generation
from generation.states import State
from templates_app.services import template_save
from tests.people import BRIEF, PeopleTestCase, make_generation


class CreateTestCase(PeopleTestCase):
    def test_it_accepts_and_says_where_to_look(self) -> None:
        response = self.ask()
        assert response.status_code == 202
        body = response.json()
        assert body["state"] == "queued"
        assert body["brief"]["seed"] == 7
        assert response["Location"] == body["url"]
        assert body["url"].endswith(f"/api/v1/generations/{body['id']}")
        assert body["estimated_completion"] > body["created_at"]
        assert Generation.objects.get().user == self.alice

    def test_it_returns_advice_with_the_acceptance(self) -> None:
        response = self.ask({**BRIEF, "tempo": 239})
        assert response.status_code == 202
        warning = response.json()["warnings"][0]
        assert (warning["field"], warning["code"]) == ("tempo", "unusual_tempo")
        assert len(warning["allowed"]) == 2

    def test_it_names_every_problem_at_once(self) -> None:
        response = self.ask({"genre": "polka", "tempo": 300, "duration": "long", "volume": 11, "seed": -1})
        assert response.status_code == 422
        assert response["Content-Type"] == "application/problem+json"
        body = response.json()
        assert (body["status"], body["code"]) == (422, "invalid")
        rows = {row["field"]: row for row in body["errors"]}
        assert set(rows) == {"genre", "tempo", "duration", "volume", "seed"}
        assert rows["tempo"] == {
            "field": "tempo",
            "code": "out_of_range",
            "message": "tempo: 300 is above 240 BPM",
            "allowed": [40.0, 240.0],
        }
        assert "jazz" in rows["genre"]["allowed"]
        assert not Generation.objects.exists()

    def test_a_key_sent_twice_makes_one_generation(self) -> None:
        first, second = self.ask(key="k1"), self.ask(key="k1")
        assert first.status_code == second.status_code == 202
        assert first.json()["id"] == second.json()["id"]
        assert Generation.objects.count() == 1
        conflict = self.ask({**BRIEF, "seed": 8}, key="k1")
        assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_conflict")

    @override_settings(GENERATIONS_IN_FLIGHT=1)
    def test_it_answers_429_over_the_limit_in_flight(self) -> None:
        make_generation(self.alice, State.RENDERING)
        response = self.ask()
        assert (response.status_code, response.json()["code"]) == (429, "too_many_in_flight")
        assert "Wait" in response.json()["detail"]

    def test_it_starts_from_a_template(self) -> None:
        template_save(slug="trio", fields={"title": "Trio", "brief": {"genre": "jazz", "tempo": 99}})
        body = self.ask({"template": "trio", "mood": "sad"}).json()
        assert (body["template"], body["template_version"], body["brief"]["tempo"]) == ("trio", 1, 99)
        unknown = self.ask({"template": "duo"})
        assert unknown.status_code == 422
        assert unknown.json()["errors"][0]["allowed"] == ["trio"]

    def test_a_session_needs_the_csrf_token(self) -> None:
        self.sign_in(self.alice)
        self.client.handler.enforce_csrf_checks = True
        response = self.client.post("/api/v1/generations", BRIEF, content_type="application/json")
        assert response.status_code == 403
        assert response["Content-Type"] == "application/problem+json"


class BadInputTestCase(PeopleTestCase):
    """Whatever comes, the answer is a clear 4xx and nothing is stored."""

    CASES = (
        ("not JSON", b"{genre: jazz", "application/json", 400),
        ("empty", b"", "application/json", 422),
        ("not UTF-8", b'{"genre": "\xff"}', "application/json", 400),
        ("half a character", b'{"genre": "jazz", "title": "\\ud800"}', "application/json", 400),
        ("half a character as a name", b'{"genre": "jazz", "\\ud800": 1}', "application/json", 400),
        ("NUL", b'{"genre": "jazz", "template": "a\\u0000b"}', "application/json", 400),
        ("not a number in JSON", b'{"genre": "jazz", "tempo": NaN}', "application/json", 400),
        ("endless number", b'{"genre": "jazz", "tempo": 1e999}', "application/json", 422),
        ("very long number", b'{"genre": "jazz", "seed": ' + b"9" * 5000 + b"}", "application/json", 400),
        ("nested too deep", b"[" * 30_000 + b"]" * 30_000, "application/json", 400),
        ("a list", b"[1, 2]", "application/json", 422),
        ("a word", b'"jazz"', "application/json", 422),
        ("null", b"null", "application/json", 422),
        ("huge", b'{"genre": "' + b"a" * 70_000 + b'"}', "application/json", 413),
        ("a form", b"genre=jazz", "application/x-www-form-urlencoded", 415),
        ("no type", b'{"genre": "jazz"}', "text/plain", 415),
        (
            "objects for values",
            b'{"genre": {}, "tempo": [], "instruments": 5}',
            "application/json",
            422,
        ),
        ("true for a number", b'{"genre": "jazz", "tempo": true}', "application/json", 422),
        ("template not text", b'{"genre": "jazz", "template": 5}', "application/json", 422),
        ("callback not text", b'{"genre": "jazz", "callback_url": ["https://x"]}', "application/json", 422),
        ("callback inside", b'{"genre": "jazz", "callback_url": "http://10.0.0.1/"}', "application/json", 422),
        ("callback no address", b'{"genre": "jazz", "callback_url": "https://[::1"}', "application/json", 422),
        ("lyrics without a voice", b'{"genre": "jazz", "lyrics": "La la"}', "application/json", 422),
    )

    def test_it_answers_with_a_problem(self) -> None:
        for name, body, content_type, status in self.CASES:
            with self.subTest(name):
                response = self.client.generic(
                    "POST", "/api/v1/generations", body, content_type, headers=self.bearing(self.alice)
                )
                assert response.status_code == status, (name, response.status_code, response.content[:300])
                assert response["Content-Type"] == "application/problem+json"
                assert response.json()["status"] == status
                assert response.json()["detail"]
        assert not Generation.objects.exists()

    def test_it_answers_405_to_another_method(self) -> None:
        response = self.client.put("/api/v1/generations", BRIEF, "application/json", headers=self.bearing(self.alice))
        assert (response.status_code, response.json()["status"]) == (405, 405)

    def test_a_fault_of_ours_is_not_dressed_up_as_theirs(self) -> None:
        self.client.raise_request_exception = False
        broken = mock.patch("generation.api.generation_request", side_effect=RuntimeError("boom"))
        with broken, self.assertLogs("django.request", "ERROR"):
            response = self.ask()
        assert response.status_code == 500
        assert b"boom" not in response.content or b"Traceback" not in response.content
