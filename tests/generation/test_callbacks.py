"""Callbacks: signed, to public addresses only, at least once."""

import json
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest import mock

import pytest
from django.test import override_settings
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.services import signing_secret
from generation.addresses import callback_problem, public_address
from generation.callbacks import RETRY_AFTER_SECONDS, callback_send, callbacks_send
from generation.services import generation_cancel
from generation.states import State
from tests.people import PeopleTestCase, make_generation


class AddressTestCase(PeopleTestCase):
    def test_addresses_are_judged_before_anything_is_looked_up(self) -> None:
        with mock.patch("socket.getaddrinfo", side_effect=AssertionError("no look-up")):
            for url, code in (
                ("https://example.org/hook?x=1", None),
                ("https://example.org:8443/", None),
                ("http://example.org/", "not_https"),
                ("ftp://example.org/", "not_https"),
                ("javascript:alert(1)", "not_a_url"),
                ("https://", "not_a_url"),
                ("https://[::1", "not_a_url"),
                ("https://example.org:99999/", "not_a_url"),
                ("https://exa mple.org/", "not_a_url"),
                ("https://example.org/\n", "not_a_url"),
                ("https://user:secret@example.org/", "credentials"),
                ("https://example.org/" + "a" * 500, "not_a_url"),
                ("http://localhost/", "not_https"),
            ):
                with self.subTest(url):
                    found = callback_problem(url)
                    assert (found.code if found else None) == code

    @override_settings(DEBUG=True)
    def test_on_ones_own_machine_plain_http_will_do(self) -> None:
        assert callback_problem("http://localhost:9000/hook") is None
        assert callback_problem("http://example.org/") is not None

    def test_no_name_leads_inside(self) -> None:
        for inside in (
            "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.1", "100.64.0.1",
            "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "255.255.255.255",
            "64:ff9b::a9fe:a9fe", "2002:a00:1::", "fec0::1", "::7f00:1", "ff02::1",
        ):  # fmt: skip
            rows = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (inside, 443))]
            looked_up = mock.patch("socket.getaddrinfo", return_value=rows)
            with self.subTest(inside), looked_up, pytest.raises(OSError, match="not a public address"):
                public_address("example.org", 443)

    def test_a_public_name_gives_the_address_to_connect_to(self) -> None:
        for public in ("93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"):
            with mock.patch("socket.getaddrinfo", return_value=[(0, 0, 0, "", (public, 443))]):
                assert public_address("example.org", 443) == public


class Listener:
    """Another site: answers with the codes given, one after the other, and keeps what it was sent."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.got: list[tuple[str, dict[str, str], str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.codes.pop(0))
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def drip(server: socket.socket) -> None:
    """Answer one request with a line that never ends, a letter at a time."""
    line, _ = server.accept()
    with line, suppress(OSError):
        while True:
            line.sendall(b"x")
            time.sleep(0.02)


@override_settings(DEBUG=True)
class CallbackTestCase(PeopleTestCase):
    def listen(self, *codes: int) -> Listener:
        listener = Listener(*codes)
        self.addCleanup(listener.close)
        return listener

    def cancelled(self, url: str) -> Any:
        row = make_generation(self.alice, callback_url=url)
        with mock.patch("generation.queue.async_task") as ring, self.captureOnCommitCallbacks(execute=True):
            generation_cancel(generation=row)
        ring.assert_called_once_with("generation.tasks.send_callbacks")
        assert row.callback_state == "pending"
        return row

    def test_it_posts_the_end_signed_as_the_standard_says(self) -> None:
        listener = self.listen(204)
        row = self.cancelled(listener.url)
        assert callbacks_send() == 1
        path, headers, body = listener.got[0]
        assert path == "/hook?x=1"
        told = Webhook(signing_secret(user=self.alice)).verify(body, headers)
        assert (told["type"], told["data"]["id"]) == ("generation.cancelled", str(row.public_id))
        with pytest.raises(WebhookVerificationError):
            Webhook(signing_secret(user=self.bob)).verify(body, headers)
        row.refresh_from_db()
        assert (row.callback_state, row.callback_attempts, row.callback_due) == ("delivered", 1, None)
        assert callbacks_send() == 0
        assert len(listener.got) == 1

    def test_it_tries_again_later_with_the_same_id_and_gives_up_in_the_end(self) -> None:
        tries = len(RETRY_AFTER_SECONDS) + 1
        listener = self.listen(*[500] * tries)
        row = self.cancelled(listener.url)
        for attempt in range(tries):
            assert not callback_send(generation_pk=row.pk)
            assert not callback_send(generation_pk=row.pk), "not before it is due"
            row.refresh_from_db()
            if attempt < len(RETRY_AFTER_SECONDS):
                wait = (row.callback_due - timezone.now()).total_seconds()
                assert RETRY_AFTER_SECONDS[attempt] - 5 < wait <= RETRY_AFTER_SECONDS[attempt]
                type(row).objects.filter(pk=row.pk).update(callback_due=timezone.now() - timedelta(seconds=1))
        assert (row.callback_state, row.callback_due) == ("failed", None)
        assert len(listener.got) == tries
        assert len({headers["webhook-id"] for _, headers, _ in listener.got}) == 1

    def test_it_follows_no_redirect(self) -> None:
        listener = self.listen(302, 302)
        self.cancelled(listener.url)
        assert callbacks_send() == 0
        assert [path for path, _, _ in listener.got] == ["/hook?x=1"]

    def test_who_answers_by_the_drop_is_hung_up_on(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            row = self.cancelled(f"http://127.0.0.1:{server.getsockname()[1]}/")
            drips = threading.Thread(target=drip, args=(server,), daemon=True)
            drips.start()
            with mock.patch("generation.callbacks.TIMEOUT_SECONDS", 0.3):
                assert not callback_send(generation_pk=row.pk)
            drips.join(5)
            assert not drips.is_alive(), "the line is still open"

    def test_a_name_that_leads_inside_is_never_connected_to(self) -> None:
        row = self.cancelled("https://inside.example.org/")
        rows = [(0, 0, 0, "", ("10.0.0.1", 443))]
        with (
            mock.patch("socket.getaddrinfo", return_value=rows),
            mock.patch.object(socket.socket, "connect", side_effect=AssertionError("connected")),
        ):
            assert callbacks_send() == 0
        row.refresh_from_db()
        assert row.callback_state == "pending"

    def test_what_it_sends_says_why_there_is_no_music(self) -> None:
        listener = self.listen(200)
        row = make_generation(
            self.alice, State.FAILED, callback_url=listener.url, callback_state="pending",
            callback_due=timezone.now(), error_code="timeout", error_message="Ask for less.",
        )  # fmt: skip
        callback_send(generation_pk=row.pk)
        told = json.loads(listener.got[0][2])
        assert told["data"]["error"] == {"code": "timeout", "message": "Ask for less."}
