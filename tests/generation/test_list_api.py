"""GET /api/v1/generations."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from accounts.models import User
from generation.states import State
from tests.people import PeopleTestCase, make_generation


class ListTestCase(PeopleTestCase):
    def get(self, query: str = "", user: User | None = None) -> Any:
        return self.client.get(f"/api/v1/generations{query}", headers=self.bearing(user or self.alice))

    def test_it_lists_ones_own_newest_first(self) -> None:
        first, second = make_generation(self.alice), make_generation(self.alice)
        make_generation(self.bob)
        assert [row["id"] for row in self.get().json()["results"]] == [str(second.public_id), str(first.public_id)]
        assert self.get(user=self.charlie).json()["results"] == []

    def test_pages_neither_skip_nor_repeat_while_new_ones_arrive(self) -> None:
        rows = [make_generation(self.alice) for _ in range(5)]
        page = self.get("?limit=2").json()
        seen = [row["id"] for row in page["results"]]
        make_generation(self.alice)
        while page["next"]:
            page = self.client.get(page["next"], headers=self.bearing(self.alice)).json()
            seen += [row["id"] for row in page["results"]]
        assert seen == [str(row.public_id) for row in reversed(rows)]

    def test_it_filters_by_state(self) -> None:
        make_generation(self.alice)
        done = make_generation(self.alice, State.COMPLETED)
        assert [row["id"] for row in self.get("?state=completed").json()["results"]] == [str(done.public_id)]
        wrong = self.get("?state=dancing")
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "state")

    def test_a_broken_cursor_is_a_clear_404(self) -> None:
        places = ("p=yesterday", "p=2026-13-45", "p=\0", "p=0001-01-01T00:00:00+14:00", "o=x")
        for cursor in ("x", *(b64encode(place.encode()).decode() for place in places)):
            assert self.get(f"?cursor={quote(cursor)}").status_code == 404, cursor

    def test_a_longer_list_takes_no_more_queries(self) -> None:
        headers = self.bearing(self.alice)
        for _ in range(6):
            make_generation(self.alice, State.COMPLETED)
        with self.assertNumQueries(3):  # token and user, rows, their files
            self.client.get("/api/v1/generations", headers=headers)
