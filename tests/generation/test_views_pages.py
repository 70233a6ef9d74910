"""The frame of every page: no inline script or style, errors in words, sign-in dressed like the rest."""

import re

from django.template.loader import render_to_string
from django.urls import reverse

from generation.states import State
from tests.people import PeopleTestCase, make_generation

SCRIPT_WITHOUT_SOURCE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)")


class PagesTestCase(PeopleTestCase):
    def assert_clean(self, page: str) -> None:
        assert not SCRIPT_WITHOUT_SOURCE.search(page)
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"\son[a-z]+=", page)

    def test_no_page_needs_an_inline_script_or_style(self) -> None:
        for name in ("account_login", "account_signup", "account_reset_password", "home"):
            self.assert_clean(self.client.get(reverse(name), headers={"Accept": "text/html"}).content.decode())
        self.sign_in(self.alice)
        rows = [make_generation(self.alice, state) for state in (State.QUEUED, State.COMPLETED, State.FAILED)]
        addresses = [reverse(name) for name in ("create", "library", "account", "account_logout")]
        for address in addresses + [reverse("track", args=[row.public_id]) for row in rows]:
            self.assert_clean(self.client.get(address).content.decode())

    def test_what_is_not_there_is_said_in_words(self) -> None:
        response = self.client.get("/nothing/here", headers={"Accept": "text/html"})
        self.assertContains(response, "There is nothing here", status_code=404)

    def test_the_pages_for_faults_need_no_context(self) -> None:
        for name, words in (("500.html", "broke on our side"), ("403.html", "not yours"), ("403_csrf.html", "too old")):
            assert words in render_to_string(name)

    def test_signing_in_shows_what_is_wrong_and_then_lets_in(self) -> None:
        url = reverse("account_login")
        wrong = self.client.post(url, {"login": "alice@example.org", "password": "wrong-horse-battery"})
        self.assertContains(wrong, 'role="alert"')
        right = self.client.post(url, {"login": "alice@example.org", "password": "correct-horse-battery"})
        self.assertRedirects(right, reverse("create"))
