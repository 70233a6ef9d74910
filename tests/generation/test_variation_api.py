"""Variations of a finished track, asked for through the API and made by a worker."""

from typing import Any
from unittest import mock

from generation import running
from generation.models import Generation
from generation.states import State
from tests.generation.test_running import Studio
from tests.people import PeopleTestCase, make_generation

SECTIONS = [{"name": "Verse"}, {"name": "Chorus"}]


class VariationTests(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        made = {"counts": {"melody@Chorus": 1}, "steps": []}
        self.track = make_generation(self.alice, State.COMPLETED, sections=SECTIONS, variations=made)

    def vary(self, body: Any, user: Any = None, track: Any = None, key: str = "") -> Any:
        headers = self.bearing(user or self.alice) | ({"Idempotency-Key": key} if key else {})
        path = f"/api/v1/generations/{(track or self.track).public_id}/variations"
        return self.client.post(path, body, content_type="application/json", headers=headers)

    def test_a_variation_is_queued_with_its_steps_and_its_parent(self) -> None:
        answer = self.vary({"vary": ["drums", "melody"], "sections": {"chorus": ["bass"]}, "extend": 30})
        assert answer.status_code == 202
        body = answer.json()
        assert body["state"] == "queued" and body["parent"] == str(self.track.public_id)
        assert body["title"] == "Blue hour (variation 1)" and body["brief"] == self.track.brief
        steps = ["melody", "drums", "bass@Chorus", "extend 30"]
        assert body["variations"] == {"counts": {"melody@Chorus": 1}, "steps": steps}
        row = Generation.objects.get(public_id=body["id"])
        assert row.duration == 60 and answer["Location"] == body["url"]

    def test_a_section_without_layers_is_drawn_again_as_a_whole(self) -> None:
        steps = self.vary({"sections": {"Verse": []}}).json()["variations"]["steps"]
        assert steps == [f"{x}@Verse" for x in ("harmony", "melody", "bass", "drums", "accompaniment", "performance")]

    def test_every_problem_is_told_at_once(self) -> None:
        answer = self.vary({"vary": ["tune"], "sections": {"Bridge": []}, "extend": 600, "callback_url": "ftp://x"})
        assert answer.status_code == 422
        fields = {problem["field"] for problem in answer.json()["errors"]}
        assert fields == {"vary", "sections", "extend", "callback_url"}
        assert not Generation.objects.exclude(pk=self.track.pk).exists()

    def test_shapes_that_make_no_sense_are_problems(self) -> None:
        bodies: tuple[object, ...] = (
            [],
            {},
            {"vary": "melody"},
            {"sections": ["Verse"]},
            {"extend": "long"},
            {"very": ["melody"]},
        )
        for body in bodies:
            with self.subTest(body=body):
                assert self.vary(body).status_code == 422

    def test_others_tracks_are_not_there_and_unfinished_ones_cannot_be_varied(self) -> None:
        assert self.vary({"vary": ["melody"]}, user=self.bob).status_code == 404
        waiting = make_generation(self.alice)
        assert self.vary({"vary": ["melody"]}, track=waiting).status_code == 409

    def test_the_same_key_gives_the_same_variation_back(self) -> None:
        first, second = (self.vary({"vary": ["bass"]}, key="k1").json()["id"] for _ in range(2))
        assert first == second
        assert self.vary({"vary": ["drums"]}, key="k1").status_code == 409

    def test_the_worker_makes_it_from_the_brief_and_the_variations(self) -> None:
        made = self.vary({"vary": ["melody"]}).json()["id"]
        studio = Studio()
        with mock.patch("studio.produce.produce", studio):
            running.run_next()
        row = Generation.objects.get(public_id=made)
        assert row.state == State.COMPLETED and row.title == "Blue hour (variation 1)"
        assert studio.variations[0] is not None and studio.variations[0].count("melody", "Chorus") == 2

    def test_a_first_track_keeps_what_its_repairs_drew(self) -> None:
        row = make_generation(self.bob)
        studio = Studio()
        with mock.patch("studio.produce.produce", studio):
            running.run_next()
        row.refresh_from_db()
        assert studio.variations == [None] and row.variations["counts"] == {"melody@Theme": 1}

    def test_a_variation_outlives_its_parent(self) -> None:
        made = self.vary({"vary": ["melody"]}).json()["id"]
        self.track.delete()
        assert Generation.objects.get(public_id=made).parent is None
