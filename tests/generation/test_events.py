"""GET /api/v1/generations/<id>/events."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

import pytest
from django.test import override_settings

from generation import events
from generation.events import EventStream, TooManyStreamsError
from generation.models import Generation
from generation.states import State
from tests.people import PeopleTestCase, make_generation


def parsed(text: str) -> list[dict[str, Any]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block]
    return [{**block, "data": json.loads(block["data"])} for block in blocks if "data" in block]


class EventsTestCase(PeopleTestCase):
    def stream(self, row: Generation, steps: Iterable[Callable[[], object]] = (), last_event: str = "") -> list[Any]:
        """Read a whole stream; one step is taken at every pause."""
        waiting = iter(steps)

        def sleep(_seconds: float) -> None:
            next(waiting)()

        return parsed("".join(EventStream(row.public_id, last_event, sleep=sleep)))

    def set(self, row: Generation, **fields: Any) -> Callable[[], object]:
        return lambda: Generation.objects.filter(pk=row.pk).update(**fields)

    def test_it_tells_each_change_once_and_ends_with_the_end(self) -> None:
        row = make_generation(self.alice, State.COMPOSING)
        done = {"state": State.CANCELLED, "lease_token": None, "lease_until": None, "finished_at": row.created_at}
        steps = [
            self.set(row, progress=10), lambda: None, self.set(row, state=State.RENDERING, progress=40),
            self.set(row, **done),
        ]  # fmt: skip
        told = self.stream(row, steps)
        assert [(event["data"]["state"], event["data"]["progress"]) for event in told] == [
            ("composing", 0), ("composing", 10), ("rendering", 40), ("cancelled", 40),
        ]  # fmt: skip
        assert told[-1]["data"]["final"] is True
        assert len({event["id"] for event in told}) == 4

    def test_who_comes_back_is_not_told_again(self) -> None:
        row = make_generation(self.alice, State.COMPOSING)
        first = self.stream(row, [self.set(row, progress=5), row.delete])[0]
        again = make_generation(self.alice, State.COMPOSING, public_id=row.public_id)
        told = self.stream(again, [self.set(again, progress=50), again.delete], last_event=first["id"])
        assert [event["data"].get("progress") for event in told] == [50, None]

    def test_it_ends_when_the_generation_is_removed(self) -> None:
        row = make_generation(self.alice)
        assert self.stream(row, [row.delete])[-1]["event"] == "removed"

    @override_settings(EVENT_STREAM_SECONDS=0)
    def test_it_is_bounded_and_says_when_to_come_back(self) -> None:
        row = make_generation(self.alice)
        assert "".join(EventStream(row.public_id)) == "retry: 2000\n\n"

    def test_over_the_cap_clients_are_sent_to_poll(self) -> None:
        row = make_generation(self.alice, State.COMPLETED)
        url, headers = f"/api/v1/generations/{row.public_id}/events", self.bearing(self.alice)
        with mock.patch.object(events, "_open_streams", events.threading.BoundedSemaphore(1)):
            held = EventStream(row.public_id)
            with pytest.raises(TooManyStreamsError):
                EventStream(row.public_id)
            response: Any = self.client.get(url, headers=headers)
            assert (response.status_code, response["Retry-After"]) == (503, "2")
            held.close()
            held.close()  # twice gives one place back, not two
            EventStream(row.public_id).close()  # unread
            response = self.client.get(url, headers={**headers, "Accept": "text/event-stream"})
            assert response.status_code == 200
            with pytest.raises(TooManyStreamsError):
                EventStream(row.public_id)
            assert b"".join(response.streaming_content)
            EventStream(row.public_id).close()

    def test_head_opens_no_stream(self) -> None:
        row = make_generation(self.alice)
        url = f"/api/v1/generations/{row.public_id}/events"
        with mock.patch.object(events, "_open_streams", events.threading.BoundedSemaphore(1)):
            response: Any = self.client.head(url, headers=self.bearing(self.alice))
            EventStream(row.public_id).close()
        assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
        assert self.client.head(url, headers=self.bearing(self.bob)).status_code == 404

    def test_the_api_sends_it_as_an_event_stream(self) -> None:
        row = make_generation(self.alice, State.COMPLETED, progress=100)
        response: Any = self.client.get(
            f"/api/v1/generations/{row.public_id}/events",
            headers={**self.bearing(self.alice), "Accept": "text/event-stream"},
        )
        assert response["Content-Type"] == "text/event-stream"
        assert response["Cache-Control"] == "no-store"
        told = parsed(b"".join(response.streaming_content).decode())
        assert [event["data"]["state"] for event in told] == ["completed"]
