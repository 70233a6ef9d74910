"""The list of one's tracks."""

from django.urls import reverse

from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation


class LibraryTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.sign_in(self.alice)

    def test_it_says_what_to_do_when_empty(self) -> None:
        make_generation(self.charlie, State.COMPLETED, title="Not hers")
        response = self.client.get(reverse("library"))
        self.assertContains(response, "Make the first one")
        self.assertNotContains(response, "Not hers")

    def test_a_finished_track_can_be_played_from_its_row(self) -> None:
        row = make_generation(
            self.alice, State.COMPLETED, title="Night shift", brief={"genre": "jazz", "key": "Bb minor", "duration": 95}
        )
        make_file(row)
        response = self.client.get(reverse("library"))
        self.assertContains(response, f'data-listen="{reverse("track_file", args=[row.public_id, "blue-hour.mp3"])}"')
        for words in ("Night shift", "B♭ minor", "1:35"):
            self.assertContains(response, words)

    def test_a_track_under_way_shows_where_it_stands_and_asks_again(self) -> None:
        row = make_generation(self.alice, State.RENDERING, progress=46)
        response = self.client.get(reverse("library"))
        self.assertContains(response, "Rendering 46 %")
        self.assertContains(response, f'hx-select="#track-{row.public_id}"')
        self.assertNotContains(response, "data-listen")

    def test_it_turns_pages_without_asking_the_database_for_every_row(self) -> None:
        for _ in range(25):
            make_file(make_generation(self.alice, State.COMPLETED))
        with self.assertNumQueries(5):  # session, person, count, page, files
            response = self.client.get(reverse("library"))
        self.assertContains(response, "1 of 2")
        assert response.content.decode().count("data-listen") == 20
