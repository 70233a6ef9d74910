"""Errors that no view answers: problem details under /api, pages elsewhere."""

from typing import Any
from unittest import mock

from django.test import Client, override_settings

from tests.people import PeopleTestCase


class OutsideViewsTestCase(PeopleTestCase):
    def assert_problem(self, response: Any, status: int, code: str) -> None:
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        assert (response.json()["status"], response.json()["code"]) == (status, code)

    def test_a_fault_of_ours_is_told_in_the_callers_language(self) -> None:
        client = Client(raise_request_exception=False)
        with mock.patch("generation.api.generations_of", side_effect=RuntimeError("secret")):
            answer = client.get("/api/v1/generations", headers=self.bearing(self.alice))
        self.assert_problem(answer, 500, "server_error")
        assert b"secret" not in answer.content
        client.force_login(self.alice)
        with mock.patch("generation.views.generations_of", side_effect=RuntimeError("secret")):
            self.assertContains(client.get("/library"), "broke on our side", status_code=500)

    @override_settings(ALLOWED_HOSTS=["example.org"])
    def test_so_is_what_is_refused_before_any_view(self) -> None:
        self.assert_problem(self.client.get("/api/v1/styles"), 400, "bad_request")
        self.assertContains(self.client.get("/library"), "cannot be read", status_code=400)

    def test_a_form_too_big_is_a_page_in_words(self) -> None:
        self.sign_in(self.alice)
        response = self.client.post("/create/submit", {"genre": "jazz", "title": "a" * 70_000})
        self.assertContains(response, "cannot be read", status_code=400)
