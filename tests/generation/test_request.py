"""generation_request: what is accepted, once."""

from unittest import mock

import pytest
from django.test import override_settings

from generation.errors import IdempotencyConflictError, TooManyInFlightError
from generation.models import Generation
from generation.services import generation_cancel, generation_request
from generation.states import State
from studio.brief import BriefError
from templates_app.services import template_save
from tests.people import BRIEF, PeopleTestCase, make_generation


class RequestTestCase(PeopleTestCase):
    def test_it_queues_the_complete_brief(self) -> None:
        generation = generation_request(user=self.alice, asked={"genre": "jazz", "tempo": 120})
        assert generation.state == State.QUEUED
        assert generation.asked == {"genre": "jazz", "tempo": 120}
        assert generation.brief["tempo"] == 120
        assert isinstance(generation.brief["seed"], int), "the seed drawn is kept, so that a retry makes the same piece"
        assert generation.title

    def test_it_rings_after_the_commit_and_not_before(self) -> None:
        with mock.patch("generation.queue.async_task") as ring:
            with self.captureOnCommitCallbacks(execute=True):
                generation_request(user=self.alice, asked=BRIEF)
                ring.assert_not_called()
            ring.assert_called_once_with("generation.tasks.run_next")

    def test_a_broken_bell_does_not_lose_the_request(self) -> None:
        broken = mock.patch("generation.queue.async_task", side_effect=OSError("no broker"))
        with broken, self.assertLogs("django", "ERROR"), self.captureOnCommitCallbacks(execute=True):
            generation_request(user=self.alice, asked=BRIEF)
        assert Generation.objects.count() == 1

    def test_it_lists_every_problem_and_stores_nothing(self) -> None:
        asked = {"genre": "polka", "tempo": 999, "volume": 11}
        with pytest.raises(BriefError) as caught:
            generation_request(user=self.alice, asked=asked, callback_url="ftp://example.org", idempotency_key="é")
        fields = {problem.field for problem in caught.value.problems}
        assert fields == {"genre", "tempo", "volume", "callback_url", "Idempotency-Key"}
        assert not Generation.objects.exists()

    def test_the_same_key_and_request_give_the_same_row(self) -> None:
        first = generation_request(user=self.alice, asked=BRIEF, idempotency_key="k1")
        second = generation_request(user=self.alice, asked=dict(reversed(BRIEF.items())), idempotency_key="k1")
        assert first.pk == second.pk
        assert Generation.objects.count() == 1

    def test_the_same_key_with_another_request_is_a_conflict(self) -> None:
        generation_request(user=self.alice, asked=BRIEF, idempotency_key="k1")
        for other in ({"asked": {**BRIEF, "seed": 8}}, {"asked": BRIEF, "callback_url": "https://example.org/x"}):
            with self.subTest(other=other), pytest.raises(IdempotencyConflictError):
                generation_request(user=self.alice, idempotency_key="k1", **other)

    def test_keys_are_each_persons_own(self) -> None:
        first = generation_request(user=self.alice, asked=BRIEF, idempotency_key="k1")
        second = generation_request(user=self.bob, asked=BRIEF, idempotency_key="k1")
        assert first.pk != second.pk

    def test_the_loser_of_a_race_for_a_key_gets_the_winners_row(self) -> None:
        winner = generation_request(user=self.alice, asked=BRIEF, idempotency_key="k1")
        with mock.patch("generation.services.asked_before", side_effect=[None, winner]):
            loser = generation_request(user=self.alice, asked=BRIEF, idempotency_key="k1")
        assert loser.pk == winner.pk

    @override_settings(GENERATIONS_IN_FLIGHT=2)
    def test_it_limits_what_one_person_has_in_flight(self) -> None:
        first = generation_request(user=self.alice, asked=BRIEF)
        make_generation(self.alice, State.RENDERING)
        make_generation(self.alice, State.COMPLETED)
        with pytest.raises(TooManyInFlightError, match="2 tracks under way"):
            generation_request(user=self.alice, asked=BRIEF)
        generation_request(user=self.bob, asked=BRIEF)
        generation_cancel(generation=first)
        generation_request(user=self.alice, asked=BRIEF)

    def test_it_remembers_the_template_and_its_version(self) -> None:
        template = template_save(slug="trio", fields={"title": "Trio", "brief": {"genre": "jazz", "tempo": 99}})[0]
        generation = generation_request(user=self.alice, asked={"mood": "sad"}, template=template)
        assert (generation.brief["tempo"], generation.brief["mood"]) == (99, "sad")
        assert (generation.template, generation.template_version) == (template, 1)
        assert generation.asked == {"mood": "sad"}
