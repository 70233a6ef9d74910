"""The first page."""

from django.urls import reverse
from django.utils.html import escape

from generation.states import State
from studio.styles import genres
from tests.people import PeopleTestCase, make_generation


class HomeTestCase(PeopleTestCase):
    def test_it_shows_every_genre_to_those_signed_out(self) -> None:
        response = self.client.get(reverse("home"), headers={"Accept": "text/html"})
        for genre in genres().values():
            self.assertContains(response, escape(genre.description))
        self.assertContains(response, reverse("account_signup"))

    def test_it_sends_those_signed_in_to_their_music_or_to_make_some(self) -> None:
        self.sign_in(self.alice)
        self.assertRedirects(self.client.get("/", headers={"Accept": "text/html"}), reverse("create"))
        make_generation(self.alice, State.COMPLETED)
        self.assertRedirects(self.client.get("/", headers={"Accept": "text/html"}), reverse("library"))
