"""POST /api/v1/understand, and prompts in requests for music."""

from typing import Any

from generation.models import Generation
from tests.people import PeopleTestCase


class UnderstandTestCase(PeopleTestCase):
    def understand(self, body: Any) -> Any:
        return self.client.post(
            "/api/v1/understand", body, content_type="application/json", headers=self.bearing(self.alice)
        )

    def test_it_tells_fields_words_and_the_brief(self) -> None:
        body = self.understand({"prompt": "slow jazz trio, no drums, 2 minutes"}).json()
        assert body["brief"]["genre"] == "jazz" and body["brief"]["duration"] == 120
        assert "drums" in body["brief"]["avoid"]
        row = next(row for row in body["found"] if row["field"] == "genre")
        assert (row["words"], row["start"], row["end"], row["how"]) == ("jazz", 5, 9, "word")
        assert body["problems"] == [] and not Generation.objects.exists()

    def test_what_it_answers_is_accepted_as_a_brief(self) -> None:
        brief = self.understand({"prompt": "epic trailer, choir and brass, D minor, 45 s"}).json()["brief"]
        response = self.ask(brief)
        assert response.status_code == 202
        assert response.json()["brief"]["key"] == "D minor"

    def test_it_names_what_is_missing(self) -> None:
        body = self.understand({"prompt": ""}).json()
        assert [(row["field"], row["code"]) for row in body["problems"]] == [("genre", "required")]

    def test_it_refuses_what_is_no_prompt(self) -> None:
        for body, code in (({}, "required"), ({"prompt": 5}, "not_text"), ({"prompt": "a" * 2001}, "too_long")):
            response = self.understand(body)
            assert (response.status_code, response.json()["errors"][0]["code"]) == (422, code)
        assert self.understand([1]).status_code == 422
        nobody = self.client.post("/api/v1/understand", {"prompt": "jazz"}, content_type="application/json")
        assert nobody.status_code == 401

    def test_a_request_may_be_a_prompt_and_fields_beside_it_win(self) -> None:
        body = self.ask({"prompt": "happy reggae, 2 minutes, seed 9", "duration": 45}).json()
        brief = body["brief"]
        assert (brief["genre"], brief["mood"], brief["duration"], brief["seed"]) == ("reggae", "happy", 45, 9)
        assert Generation.objects.get().asked["prompt"] == "happy reggae, 2 minutes, seed 9"

    def test_a_prompt_that_makes_no_brief_is_refused(self) -> None:
        response = self.ask({"prompt": "jazz for an hour"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "duration"
