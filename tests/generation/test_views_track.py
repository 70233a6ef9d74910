"""One track's page: under way, finished, ended without music; its buttons."""

import uuid

from django.urls import reverse

from generation.models import Generation
from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation

SECTIONS = [
    {"name": "Head", "kind": "theme", "bars": 8, "energy": 0.5, "start": 0.0, "end": 20.0},
    {"name": "Tag", "kind": "outro", "bars": 4, "energy": 0.3, "start": 20.0, "end": 30.0},
]
REVIEW = [
    {"name": "duration", "label": "Length", "asked": 30.0, "measured": 30.0, "unit": "s", "verdict": "pass"},
    {"name": "tempo", "label": "Tempo", "asked": 120, "measured": 120.04, "unit": "BPM", "verdict": "pass"},
    {"name": "key", "label": "Key", "asked": "Eb major", "measured": "Eb major", "unit": "", "verdict": "pass"},
    {"name": "clicks", "label": "Clicks", "asked": "≤ 0", "measured": 2, "unit": "", "verdict": "warn"},
    {"name": "centroid", "label": "Centroid", "asked": None, "measured": 1800, "unit": "Hz", "verdict": "info"},
]


class TrackTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.sign_in(self.alice)

    def page(self, row: Generation, name: str = "track") -> str:
        return reverse(name, args=[row.public_id])

    def test_anothers_track_is_not_found_by_any_door(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        self.sign_in(self.charlie)
        for name in ("track", "track_progress"):
            assert self.client.get(self.page(row, name)).status_code == 404
        for name in ("track_cancel", "track_remove"):
            assert self.client.post(self.page(row, name)).status_code == 404
        assert self.client.get(reverse("track", args=[uuid.uuid4()])).status_code == 404
        assert Generation.objects.filter(pk=row.pk).exists()

    def test_strangers_are_asked_to_sign_in(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        self.client.logout()
        for name in ("track", "track_progress"):
            assert self.client.get(self.page(row, name))["Location"].startswith(reverse("account_login"))

    def test_the_buttons_are_not_to_be_followed_as_links(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        for name in ("track_cancel", "track_remove"):
            assert self.client.get(self.page(row, name)).status_code == 405

    # ------------------------------------------------------------------------------------------------ under way
    def test_it_shows_the_worker_s_own_words_and_asks_every_second(self) -> None:
        row = make_generation(self.alice, State.RENDERING, progress=46, message="Rendering bass (3 of 8)")
        response = self.client.get(self.page(row))
        self.assertContains(response, "Rendering bass (3 of 8)")
        self.assertContains(response, f'hx-get="{self.page(row, "track_progress")}" hx-trigger="every 1s"')
        self.assertContains(response, '<progress id="under-way-bar" max="100" value="46"')
        self.assertContains(response, 'aria-live="polite"')

    def test_the_fragment_is_the_progress_only_and_sends_on_when_all_is_over(self) -> None:
        row = make_generation(self.alice, State.COMPOSING, progress=3, message="Composing")
        response = self.client.get(self.page(row, "track_progress"))
        self.assertContains(response, "Composing")
        self.assertNotContains(response, "<html")
        over = make_generation(self.alice, State.COMPLETED)
        assert self.client.get(self.page(over, "track_progress"))["HX-Redirect"] == self.page(over)

    def test_it_can_be_cancelled_and_says_so_when_it_was_too_late(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        response = self.client.post(self.page(row, "track_cancel"), follow=True)
        self.assertContains(response, "You cancelled this one")
        row.refresh_from_db()
        assert row.state == State.CANCELLED
        done = make_generation(self.alice, State.COMPLETED)
        response = self.client.post(self.page(done, "track_cancel"), follow=True)
        self.assertContains(response, "finished before it could be cancelled")

    def test_a_track_under_way_is_not_removed(self) -> None:
        row = make_generation(self.alice, State.RENDERING)
        response = self.client.post(self.page(row, "track_remove"), follow=True)
        self.assertContains(response, "cancel it first")
        assert Generation.objects.filter(pk=row.pk).exists()

    # ------------------------------------------------------------------------------------------------- finished
    def finished(self) -> Generation:
        row = make_generation(
            self.alice,
            State.COMPLETED,
            title="Night shift",
            sections=SECTIONS,
            peaks=[0.2, 0.9, 0.4, 0.1] * 30,
            review=REVIEW,
            warnings=[{"field": "key", "code": "mood_and_mode", "message": "key: calm music is more often in minor"}],
        )
        for name in ("night-shift.mp3", "night-shift.flac"):
            make_file(row, name)
        return row

    def test_it_plays_the_mp3_and_offers_every_file_by_format_and_size(self) -> None:
        row = self.finished()
        response = self.client.get(self.page(row))
        self.assertContains(response, f'data-source="{reverse("track_file", args=[row.public_id, "night-shift.mp3"])}"')
        self.assertContains(response, 'aria-label="Play"')
        page = response.content.decode()
        assert page.index("MP3 320 kbit/s") < page.index("FLAC 24 bit")
        self.assertContains(response, "10\xa0bytes", count=2)

    def test_it_sets_what_was_asked_beside_what_was_measured(self) -> None:
        response = self.client.get(self.page(self.finished()))
        self.assertContains(response, "120.04 BPM")
        self.assertContains(response, "30.0 s)")
        self.assertContains(response, "E♭ major", count=3)  # in the line under the title, asked, measured
        self.assertContains(response, '<tr class="further"><th scope="row">Centroid', html=False)
        self.assertContains(response, '<tr><th scope="row">Clicks')
        self.assertContains(response, "Calm music is more often in minor.")

    def test_its_sections_can_be_sought(self) -> None:
        response = self.client.get(self.page(self.finished()))
        self.assertContains(response, 'data-seek="20.000"')
        self.assertContains(response, "Head, 8 bars; Tag, 4 bars")

    def test_the_waveform_s_style_sheet_is_let_in_by_nonce_alone(self) -> None:
        response = self.client.get(self.page(self.finished()))
        policy = response["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        nonce = policy.partition("style-src 'self' 'nonce-")[2].partition("'")[0]
        assert nonce
        self.assertContains(response, f'nonce="{nonce}"')

    def test_it_is_removed_with_its_files(self) -> None:
        row = self.finished()
        response = self.client.post(self.page(row, "track_remove"), follow=True)
        self.assertRedirects(response, reverse("library"))
        self.assertContains(response, "“Night shift” is removed.")
        assert not Generation.objects.exists()

    # ------------------------------------------------------------------------------------- ended without music
    def test_it_gives_the_reason_and_one_way_on(self) -> None:
        row = make_generation(
            self.alice, State.FAILED, error_message="Making this took too long.", error_detail="Traceback secret"
        )
        response = self.client.get(self.page(row))
        self.assertContains(response, "Making this took too long.")
        self.assertContains(response, f"{reverse('create')}?from={row.public_id}", count=1)
        self.assertNotContains(response, "Traceback secret")
