"""The commands of docs/api.md, sent as they stand there."""

import itertools
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.services import token_for, user_create
from generation.models import Generation
from generation.states import State
from tests.people import PeopleTestCase, make_file, make_generation

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def commands() -> list[list[str]]:
    """Return every curl command of the page as its words."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line) for line in lines]


class DocumentedTestCase(PeopleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.demo = user_create(email=settings.DEMO_EMAIL, password=settings.DEMO_PASSWORD)
        self.row = make_generation(self.demo, State.COMPLETED, sections=[{"name": "Chorus"}])
        make_file(self.row)

    def send(self, words: list[str]) -> Any:
        """Send a curl command through the test client."""
        values = {"$TOKEN": token_for(user=self.demo).key, "$ID": str(self.row.public_id), "$NAME": "blue-hour.mp3"}
        for name, value in values.items():
            words = [word.replace(name, value) for word in words]
        url = urlsplit(next(word for word in words if word.startswith("http://localhost:8000")))
        after = {flag: word for flag, word in itertools.pairwise(words) if flag in ("-d", "-X")}
        headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
        kind = headers.pop("Content-Type", "")
        method = after.get("-X", "POST" if "-d" in after else "GET")
        return self.client.generic(method, f"{url.path}?{url.query}", after.get("-d", ""), kind, headers=headers)

    def test_each_does_what_the_page_says(self) -> None:
        codes = []
        for words in commands():
            assert words[0] == "curl"
            response = self.send(words)
            codes.append(response.status_code)
            if response.streaming:
                response.getvalue()
        assert codes == [200, 202, 200, 200, 200, 200, 206, 202, 200, 204, 202]
        assert not Generation.objects.filter(pk=self.row.pk).exists(), "the DELETE of the page"
        assert Generation.objects.filter(user=self.demo, state=State.QUEUED).count() == 3
