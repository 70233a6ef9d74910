"""POST /api/v1/token."""

from typing import Any

from tests.people import PASSWORD, PeopleTestCase


class TokenTestCase(PeopleTestCase):
    def post(self, **body: str) -> Any:
        return self.client.post("/api/v1/token", body, content_type="application/json")

    def test_it_gives_a_token_that_opens_the_api(self) -> None:
        response = self.post(email="alice@example.org", password=PASSWORD)
        assert response.status_code == 200
        assert response.json()["callback_secret"].startswith("whsec_")
        headers = {"Authorization": f"Token {response.json()['token']}"}
        assert self.client.get("/api/v1/generations", headers=headers).status_code == 200

    def test_it_answers_401_to_a_wrong_password_and_an_unknown_address_alike(self) -> None:
        wrong = self.post(email="alice@example.org", password="wrong")
        unknown = self.post(email="nobody@example.org", password=PASSWORD)
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()
        assert wrong["Content-Type"] == "application/problem+json"

    def test_it_names_every_field_that_is_missing(self) -> None:
        response = self.post()
        assert response.status_code == 422
        assert {row["field"] for row in response.json()["errors"]} == {"email", "password"}

    def test_it_slows_guessing_down(self) -> None:
        codes = [self.post(email="alice@example.org", password="wrong").status_code for _ in range(11)]
        assert codes == [401] * 10 + [429]
        assert int(self.post(email="alice@example.org", password=PASSWORD)["Retry-After"]) > 0

    def test_the_api_is_closed_without_a_token(self) -> None:
        response = self.client.get("/api/v1/generations")
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Token"
        assert self.client.get("/api/v1/generations", headers={"Authorization": "Token x"}).status_code == 401
