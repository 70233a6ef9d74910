"""The template catalogue: its data, its loader and its readers."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import TestCase

from studio.brief import Brief, BriefError
from studio.styles import genres
from templates_app.models import Template
from templates_app.selectors import brief_from_template, template_by_slug, templates_published
from templates_app.services import template_save

GOOD = {"title": "Trio", "brief": {"genre": "jazz", "tempo": 120}, "locked": ["genre"]}


class LoadCatalogueTestCase(TestCase):
    def test_it_holds_templates_of_every_genre(self) -> None:
        call_command("load_catalogue", verbosity=0)
        assert Template.objects.count() >= 12
        assert {template.genre for template in templates_published()} == set(genres())

    def test_no_starter_asks_for_something_odd(self) -> None:
        call_command("load_catalogue", verbosity=0)
        for template in templates_published():
            brief = Brief.from_mapping(brief_from_template(template=template, asked={}))
            assert not brief.warnings, (template.slug, brief.warnings)

    def test_it_changes_nothing_the_second_time(self) -> None:
        call_command("load_catalogue", verbosity=0)
        before = list(Template.objects.values())
        call_command("load_catalogue", verbosity=0)
        assert list(Template.objects.values()) == before


class TemplateSaveTestCase(TestCase):
    def test_a_change_of_what_is_heard_makes_a_new_version(self) -> None:
        assert template_save(slug="trio", fields=GOOD)[0].version == 1
        assert template_save(slug="trio", fields={**GOOD, "title": "The trio"})[0].version == 1
        assert template_save(slug="trio", fields={**GOOD, "brief": {"genre": "jazz"}})[0].version == 2

    def test_it_refuses_what_breaks_a_rule(self) -> None:
        for fields in (
            {**GOOD, "brief": {"genre": "polka"}},
            {**GOOD, "brief": {"genre": "jazz", "tempo": 999}},
            {**GOOD, "brief": {"genre": "jazz", "volume": 3}},
            {**GOOD, "brief": ["jazz"]},
            {**GOOD, "locked": ["key"]},
        ):
            with self.subTest(fields=fields), pytest.raises(ValidationError):
                template_save(slug="trio", fields=fields)
        assert not Template.objects.exists()


class BriefFromTemplateTestCase(TestCase):
    def setUp(self) -> None:
        self.template = template_save(slug="trio", fields=GOOD)[0]

    def test_what_was_asked_lies_over_the_template(self) -> None:
        brief = brief_from_template(template=self.template, asked={"tempo": 90, "key": "", "mood": "sad"})
        assert brief == {"genre": "jazz", "tempo": 90, "mood": "sad"}

    def test_a_locked_field_cannot_be_changed(self) -> None:
        with pytest.raises(BriefError) as caught:
            brief_from_template(template=self.template, asked={"genre": "rock"})
        problem = caught.value.problems[0]
        assert (problem.field, problem.code, problem.allowed) == ("genre", "locked", "jazz")

    def test_saying_the_locked_value_again_is_no_change(self) -> None:
        assert brief_from_template(template=self.template, asked={"genre": "jazz"})["genre"] == "jazz"

    def test_an_unknown_slug_names_those_there_are(self) -> None:
        with pytest.raises(BriefError) as caught:
            template_by_slug(slug="nope")
        assert caught.value.problems[0].allowed == ("trio",)

    def test_an_unpublished_template_is_not_on_offer(self) -> None:
        Template.objects.update(is_published=False)
        with pytest.raises(BriefError):
            template_by_slug(slug="trio")
