"""GET /api/v1/styles and /api/v1/templates."""

from studio.styles import genres
from templates_app.services import template_save
from tests.people import PeopleTestCase


class StylesTestCase(PeopleTestCase):
    def test_it_says_everything_a_brief_may_say(self) -> None:
        body = self.client.get("/api/v1/styles").json()
        assert [genre["id"] for genre in body["genres"]] == list(genres())
        jazz = next(genre for genre in body["genres"] if genre["id"] == "jazz")
        style = next(style for style in jazz["styles"] if style["id"] == jazz["default_style"])
        assert style["tempo"]["min"] <= style["tempo"]["typical"] <= style["tempo"]["max"]
        assert style["forms"][0]["sections"][0]["bars"] > 0
        assert set(style["instruments"]) <= set(body["instruments"])
        assert len(body["moods"]) >= 12
        assert (body["tempo"], body["duration"]) == ([40.0, 240.0], [30.0, 600.0])

    def test_what_it_offers_is_accepted(self) -> None:
        for genre in self.client.get("/api/v1/styles").json()["genres"]:
            style = genre["styles"][-1]
            brief = {
                "genre": genre["id"], "substyle": style["id"], "key": style["keys"][0], "meter": style["meters"][0],
                "mood": genre["moods"][0], "tempo": style["tempo"]["typical"], "form": style["forms"][0]["id"],
            }  # fmt: skip
            response = self.ask(brief, user=self.bob)
            assert response.status_code in (202, 429), response.content


class TemplatesTestCase(PeopleTestCase):
    def test_it_lists_the_catalogue(self) -> None:
        template_save(slug="trio", fields={"title": "Trio", "brief": {"genre": "jazz"}})
        rows = self.client.get("/api/v1/templates").json()
        assert [(row["slug"], row["brief"], row["version"]) for row in rows] == [("trio", {"genre": "jazz"}, 1)]
