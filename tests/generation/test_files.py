"""Downloading: ranges, names, owners; the API's door and the portal's."""

from typing import Any

from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation


class FileTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.row = make_generation(self.alice, State.COMPLETED, title="Après l’heure: bleue")
        self.file = make_file(self.row)
        self.url = f"/api/v1/generations/{self.row.public_id}/files/blue-hour.mp3"

    def get(self, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(self.url, headers={**self.bearing(self.alice), **headers})

    def body(self, response: Any) -> bytes:
        return b"".join(response.streaming_content) if response.streaming else response.content

    def test_it_sends_the_whole_file_under_a_good_name(self) -> None:
        response = self.get(Accept="audio/mpeg")
        assert (response.status_code, self.body(response)) == (200, b"0123456789")
        assert response["Content-Type"] == "audio/mpeg"
        assert response["Content-Length"] == "10"
        assert response["Accept-Ranges"] == "bytes"
        name = "attachment; filename*=utf-8''Apr%C3%A8s%20l%E2%80%99heure%20bleue.mp3"
        assert response["Content-Disposition"] == name

    def test_ranges(self) -> None:
        for asked, status, body, content_range in (
            ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
            ("bytes=7-", 206, b"789", "bytes 7-9/10"),
            ("bytes=-3", 206, b"789", "bytes 7-9/10"),
            ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
            ("bytes=4-99", 206, b"456789", "bytes 4-9/10"),
            ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
            ("bytes=10-", 416, b"", "bytes */10"),
            ("bytes=-0", 416, b"", "bytes */10"),
            ("bytes=4-2", 200, b"0123456789", None),
            ("bytes=-", 200, b"0123456789", None),
            ("bytes=a-b", 200, b"0123456789", None),
            ("bytes=0-1,4-5", 200, b"0123456789", None),
            ("lines=1-2", 200, b"0123456789", None),
            ("bytes=" + "9" * 400 + "-", 200, b"0123456789", None),
        ):
            with self.subTest(asked):
                response = self.get(Range=asked)
                assert (response.status_code, self.body(response)) == (status, body)
                assert response.get("Content-Range") == content_range
                if status == 206:
                    assert response["Content-Length"] == str(len(body))

    def test_if_range_with_another_version_gets_the_whole(self) -> None:
        etag = self.get()["ETag"]
        assert self.get(Range="bytes=2-4", If_Range=etag).status_code == 206
        assert self.get(Range="bytes=2-4", If_Range='"another"').status_code == 200

    def test_what_the_client_has_is_not_sent_again(self) -> None:
        etag = self.get()["ETag"]
        for held, status in ((etag, 304), (f'"x", W/{etag}', 304), ("*", 304), ('"x"', 200), ("", 200)):
            assert self.get(If_None_Match=held).status_code == status, held

    def test_head_tells_the_length_only(self) -> None:
        response = self.client.head(self.url, headers=self.bearing(self.alice))
        assert (response.status_code, response["Content-Length"], self.body(response)) == (200, "10", b"")

    def test_names_are_never_paths(self) -> None:
        base = f"/api/v1/generations/{self.row.public_id}/files/"
        for trick in (
            "../blue-hour.mp3", "..%2F..%2Fsettings.py", "%2e%2e%2fblue-hour.mp3", "blue-hour.mp3%00.wav", "%00",
            "....//blue-hour.mp3", "/etc/passwd", "C:%5Cwindows", "BLUE-HOUR.MP3", "blue-hour.mp3/", "*", "",
        ):  # fmt: skip
            with self.subTest(trick):
                response = self.client.get(base + trick, headers=self.bearing(self.alice))
                assert response.status_code == 404
                assert response["Content-Type"] == "application/problem+json"

    def test_a_file_gone_from_the_storage_is_not_found(self) -> None:
        self.file.file.storage.delete(self.file.file.name)
        assert self.get().status_code == 404


class TrackFileTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        row = make_generation(self.alice, State.COMPLETED)
        make_file(row)
        self.url = f"/tracks/{row.public_id}/files/blue-hour.mp3"

    def test_its_owner_can_seek(self) -> None:
        self.sign_in(self.alice)
        response: Any = self.client.get(self.url, headers={"Range": "bytes=2-4"})
        assert (response.status_code, b"".join(response.streaming_content)) == (206, b"234")

    def test_a_stranger_finds_nothing_and_nobody_is_asked_to_sign_in(self) -> None:
        assert self.client.get(self.url).status_code == 302
        self.sign_in(self.charlie)
        assert self.client.get(self.url).status_code == 404
