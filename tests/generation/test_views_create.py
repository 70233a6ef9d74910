"""The create form."""

from typing import Any

from django.test import override_settings
from django.urls import reverse
from django.utils.html import escape

from generation.models import Generation
from generation.states import State
from studio.brief import MOODS
from studio.styles import genres
from templates_app.models import Template
from tests.people import PeopleTestCase, make_generation

FORM = {"genre": "jazz", "mood": "calm", "duration": "60", "complexity": "moderate", "key": "", "tempo": ""}


class CreateTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.sign_in(self.alice)

    def send(self, **changes: Any) -> Any:
        return self.client.post(reverse("create_submit"), {**FORM, **changes})

    def test_it_asks_strangers_to_sign_in(self) -> None:
        self.client.logout()
        for response in (self.client.get(reverse("create")), self.send()):
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("account_login"))
        assert not Generation.objects.exists()

    def test_it_offers_all_that_a_brief_may_say(self) -> None:
        page = self.client.get(reverse("create")).content.decode()
        for genre in genres().values():
            assert f'name="genre" value="{genre.id}" aria-labelledby="genre-{genre.id}"' in page
            for style in genre.styles.values():
                assert f'<option value="{style.id}">{escape(style.name)}</option>' in page
        assert all(f'<option value="{mood}">' in page for mood in MOODS)
        assert '<option value="D dorian">' in page

    def test_it_asks_for_what_was_chosen_and_leaves_out_what_was_not(self) -> None:
        response = self.send(tempo="120", instruments=["piano", "bass"], avoid=["drums"], title=" Night shift ")
        generation = Generation.objects.get()
        self.assertRedirects(response, reverse("track", args=[generation.public_id]))
        assert generation.asked == {
            "genre": "jazz", "mood": "calm", "duration": 60, "complexity": "moderate", "tempo": 120,
            "instruments": ["piano", "bass"], "avoid": ["drums"], "title": "Night shift",
        }  # fmt: skip
        assert (generation.user, generation.brief["key"], generation.title) == (self.alice, None, "Night shift")

    def test_it_says_everything_that_is_wrong_beside_its_field_and_keeps_what_was_typed(self) -> None:
        response = self.send(tempo="300", duration="soon", title="Night shift", key="D dorian")
        assert response.status_code == 422
        self.assertContains(response, "300 is above 240 BPM", status_code=422)
        self.assertContains(response, 'id="tempo-problem"', status_code=422)
        self.assertContains(response, "&#x27;soon&#x27; is not a number", status_code=422)
        self.assertContains(response, 'value="Night shift"', status_code=422)
        self.assertContains(response, '<option value="D dorian" selected>', status_code=422)
        self.assertContains(response, "2 things to change", status_code=422)
        assert not Generation.objects.exists()

    def test_numbers_beyond_all_bounds_are_problems_and_stay_as_typed(self) -> None:
        for typed in ("inf", "nan", "9" * 400, "1e999"):
            response = self.send(seed=typed)
            self.assertContains(response, f'value="{typed}"', status_code=422)
            self.assertContains(response, 'id="seed-problem"', status_code=422)

    def test_a_template_that_cannot_be_is_none(self) -> None:
        for slug in ("%00", "%ff", "nope"):
            assert self.client.get(f"{reverse('create')}?template={slug}").status_code == 200, slug

    def test_it_escapes_what_was_typed(self) -> None:
        response = self.send(tempo="300", title='"><script>alert(1)</script>')
        self.assertNotContains(response, "<script>alert", status_code=422)

    def test_a_form_sent_twice_makes_one_track_and_a_changed_one_makes_another(self) -> None:
        first, again = self.send(idempotency_key="k"), self.send(idempotency_key="k")
        assert first["Location"] == again["Location"]
        changed = self.send(idempotency_key="k", mood="sad")
        assert changed["Location"] != first["Location"]
        assert Generation.objects.count() == 2

    @override_settings(GENERATIONS_IN_FLIGHT=1)
    def test_it_keeps_the_form_when_too_many_are_under_way(self) -> None:
        make_generation(self.alice, State.QUEUED)
        response = self.send(title="Night shift")
        self.assertContains(response, "under way", status_code=429)
        self.assertContains(response, 'value="Night shift"', status_code=429)

    def test_it_begins_from_a_template_and_remembers_it(self) -> None:
        brief = {"genre": "blues", "mood": "sad", "tempo": 64}
        template = Template.objects.create(slug="slow-twelve", title="Slow twelve", brief=brief)
        page = self.client.get(reverse("create"), {"template": "slow-twelve"})
        self.assertContains(page, 'aria-describedby="genre-blues-is" checked')
        self.assertContains(page, 'name="template" value="slow-twelve"')
        self.send(genre="blues", mood="sad", tempo="70", template="slow-twelve")
        assert Generation.objects.latest("id").template == template
        self.send(genre="blues", mood="sad", tempo="", template="slow-twelve")
        emptied = Generation.objects.latest("id")
        assert (emptied.template, emptied.brief["tempo"]) == (None, None)

    def test_it_begins_from_a_track_of_ones_own_only(self) -> None:
        brief = {"genre": "blues", "duration": 45, "seed": 99, "title": "Stairwell"}
        own = make_generation(self.alice, State.FAILED, brief=brief)
        page = self.client.get(reverse("create"), {"from": str(own.public_id)})
        self.assertContains(page, 'value="Stairwell"')
        self.assertNotContains(page, 'value="99"')
        foreign = make_generation(self.bob, State.COMPLETED)
        for wrong in (str(foreign.public_id), "nonsense"):
            assert self.client.get(reverse("create"), {"from": wrong}).status_code == 404
