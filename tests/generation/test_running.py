"""One run, with a stand-in for the music: what is kept, what is thrown away, what the person is told."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections
from django.test import TransactionTestCase, override_settings
from django.utils import timezone
from django_q.exceptions import TimeoutException

from accounts.models import User
from generation import heart
from generation.models import Generation
from generation.originality import matches
from generation.running import run_next, work_swept
from generation.services import GAVE_UP, generation_cancel, generations_reap
from generation.states import State
from generation.tasks import reap
from studio.brief import Brief, BriefError, Problem
from studio.errors import RenderError, SoundLibraryError
from studio.review.leadsheet import lead_sheet
from studio.score import Part, Score, Section, TempoMap, notes
from studio.theory.key import Key
from studio.theory.meter import Meter
from studio.variations import Variations
from tests.people import BRIEF, make_generation

TUNE = Part("lead", "Lead", "lead", "piano", notes([(k * k / 8, 0.5, 60 + k * k % 13, 80) for k in range(30)]))
SCORE = Score(
    "Blue hour", Key(0, "major"), Meter(4, 4), TempoMap((0.0,), (120.0,)), 60.0,
    (Section("Theme", "theme", 0, 120, 30, 0.5),), (), (TUNE,),
)  # fmt: skip


class Track:
    """What ``produce`` returns, made of nothing."""

    title = "Blue hour"
    score = SCORE
    peaks = (0.0, 0.5, 1.0)

    def __init__(self, files: dict[str, Path], verdict: str = "pass") -> None:
        self.files, self.verdict = files, verdict

    def as_dict(self) -> dict[str, Any]:
        loudness = {"name": "loudness", "label": "Loudness", "asked": -14.0, "measured": float("-inf"), "unit": "LUFS"}
        return {
            "composed": {"meter": "4/4", "sections": [{"name": "Theme", "kind": "theme", "bars": 8}]},
            "measured": {"rows": [{**loudness, "verdict": self.verdict}]},
            "timings": {"composing": 0.25},
            "variations": {"counts": {"melody@Theme": 1}, "steps": []},
        }


class Studio:
    """A stand-in for ``studio.produce.produce``: tells progress, lets ``during`` happen, writes two small files."""

    def __init__(self, during: Callable[[], object] = lambda: None, verdict: str = "pass") -> None:
        self.during, self.verdict = during, verdict
        self.briefs: list[Brief] = []
        self.variations: list[Variations | None] = []
        self.went_on = False

    def __call__(
        self,
        brief: Brief,
        folder: Path,
        *,
        formats: Any,
        progress: Any,
        variations: Any,
        known: Any,
        tags: Any,
        mark: Any,
    ) -> Track:
        assert {"mp3", "midi"} <= set(formats)
        assert known.func is matches, "the melody is held against music made before"
        assert date.fromisoformat(tags["created"]) and 0 < mark.payload < 1 << 48 and not mark.audible
        self.briefs.append(brief)
        self.variations.append(variations)
        progress("rendering", 0.5, "Rendering bass (1 of 2)")
        self.during()
        progress("delivering", 0.9, "Writing files")
        self.went_on = True
        files = {kind: folder / f"blue-hour.{suffix}" for kind, suffix in (("mp3", "mp3"), ("midi", "mid"))}
        for path in files.values():
            path.write_bytes(path.name.encode())
        return Track(files, self.verdict)


def stored() -> list[Path]:
    """Return every file in the storage."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@mock.patch.object(heart, "WRITE_EVERY", 0.02)
class RunningTestCase(TransactionTestCase):
    """Transactions are real here: the heart beats through a connection of its own."""

    def setUp(self) -> None:
        self.alice = User.objects.create_user("alice@example.org", "x")
        self.row = make_generation(self.alice)

    def run_with(self, studio: Callable[..., Any]) -> str:
        with mock.patch("studio.produce.produce", studio):
            result = run_next()
        self.row.refresh_from_db()
        return result

    def until(self, **wanted: Any) -> Callable[[], None]:
        """Return a function that waits until the heart has written so much."""

        def wait() -> None:
            for _ in range(500):
                if Generation.objects.filter(pk=self.row.pk, **wanted).exists():
                    return
                heart.time.sleep(0.01)
            raise AssertionError(f"never saw {wanted}")

        return wait

    def test_it_makes_stores_and_completes(self) -> None:
        studio = Studio()
        assert self.run_with(studio).endswith("completed")
        assert studio.briefs == [Brief.from_mapping(BRIEF)]
        assert (self.row.state, self.row.title, self.row.progress) == (State.COMPLETED, "Blue hour", 100)
        assert (self.row.measured, self.row.peaks) == ({"loudness": None, "meter": "4/4"}, [0.0, 0.5, 1.0])
        assert self.row.sections[0]["kind"] == "theme"
        files = {file.format: file for file in self.row.files.all()}
        assert set(files) == {"mp3", "midi"}
        assert files["mp3"].mime == "audio/mpeg"
        for file in files.values():
            assert file.file.read() == file.name.encode()
            assert (file.size, file.sha256) == (len(file.name), sha256(file.name.encode()).hexdigest())
            assert str(file.attempt) in str(file.file.name)
        assert not list(settings.WORK_DIR.iterdir())

    def test_another_person_s_music_is_compared_with_what_was_made(self) -> None:
        bob = User.objects.create_user("bob@example.org", "x")
        assert matches(lead_sheet(SCORE), user=bob) is None
        self.run_with(Studio(verdict="fail"))
        assert matches(lead_sheet(SCORE), user=bob) is None, "what was refused is nobody's"
        self.row = make_generation(self.alice)
        self.run_with(Studio())
        found = matches(lead_sheet(SCORE), user=bob)
        assert found is not None
        assert found.notes == 30
        assert matches(lead_sheet(SCORE), user=self.alice) is None

    def test_progress_is_in_the_row_while_it_works(self) -> None:
        seen = self.until(state=State.RENDERING, progress=50, message="Rendering bass (1 of 2)")
        assert self.run_with(Studio(during=seen)).endswith("completed")

    def test_with_nothing_waiting_it_does_nothing(self) -> None:
        self.row.delete()
        with mock.patch("studio.produce.produce", side_effect=AssertionError("must not be called")):
            assert run_next() == "nothing waiting"

    def test_cancelled_in_the_middle_it_leaves_nothing(self) -> None:
        def cancel() -> None:
            generation_cancel(generation=self.row)
            for _ in range(500):  # the heart notices at its next beat
                if not any(thread.name.startswith("heart") for thread in heart.threading.enumerate()):
                    return
                heart.time.sleep(0.01)

        with mock.patch.object(settings, "GENERATION_LEASE_SECONDS", 0.06):
            studio = Studio(during=cancel)
            assert self.run_with(studio).endswith("lease lost or cancelled")
        assert not studio.went_on, "it stops at the next step, not at the end"
        assert self.row.state == State.CANCELLED
        assert not stored()
        assert not list(settings.WORK_DIR.iterdir())

    def test_a_run_whose_lease_went_to_another_throws_its_files_away(self) -> None:
        """It hangs past its lease, a second worker makes the music, the first comes back and finds itself late."""

        def hang() -> None:
            Generation.objects.filter(pk=self.row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
            generations_reap()
            with mock.patch("studio.produce.produce", Studio()):
                assert run_next().endswith("completed")

        with mock.patch.object(heart.Heart, "_beat", lambda self: None):
            assert self.run_with(Studio(during=hang)).endswith("lease lost or cancelled")
        assert (self.row.state, self.row.attempts) == (State.COMPLETED, 2)
        assert len(stored()) == self.row.files.count() == 2
        assert all(default_storage.exists(str(file.file.name)) for file in self.row.files.all())

    def test_what_a_killed_attempt_stored_goes_with_the_next_success(self) -> None:
        left = Path(settings.MEDIA_ROOT) / f"generations/{self.row.public_id}/{uuid.uuid4()}/half.wav"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"half")
        self.run_with(Studio())
        assert len(stored()) == 2
        assert not left.exists()

    def test_what_cannot_be_tidied_away_costs_nothing_that_was_delivered(self) -> None:
        left = Path(settings.MEDIA_ROOT) / f"generations/{self.row.public_id}/{uuid.uuid4()}/half.wav"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"half")
        delete = default_storage.delete

        def refuse(name: str) -> None:
            if name.endswith("half.wav"):
                raise PermissionError(name)
            delete(name)

        with mock.patch.object(default_storage, "delete", refuse), self.assertLogs("generation.running", "ERROR"):
            assert self.run_with(Studio()).endswith("completed")
        assert (self.row.state, self.row.files.count()) == (State.COMPLETED, 2)
        assert all(default_storage.exists(str(file.file.name)) for file in self.row.files.all())

    @override_settings(MEDIA_ROOT=__file__)
    def test_a_storage_that_takes_nothing_fails_the_music_with_a_sentence(self) -> None:
        for _ in range(3):
            with self.assertLogs("generation.running", "ERROR"):
                assert self.run_with(Studio()).endswith("failed")
        assert (self.row.state, self.row.error_message) == (State.FAILED, GAVE_UP)
        assert "NotADirectoryError" in self.row.error_detail

    def test_a_reason_too_long_for_its_column_is_cut(self) -> None:
        def refuse() -> None:
            raise BriefError(tuple(Problem("tempo", "odd", f"tempo: {n} will not do") for n in range(30)))

        assert self.run_with(Studio(during=refuse)).endswith("not possible")
        assert self.row.state == State.FAILED
        assert len(self.row.error_message) == 300

    def test_music_that_cannot_be_rendered_fails_at_once_with_its_reason(self) -> None:
        def silent() -> None:
            raise RenderError("The music came out silent.")

        assert self.run_with(Studio(during=silent)).endswith("not possible")
        assert (self.row.state, self.row.attempts) == (State.FAILED, 1)
        assert self.row.error_message == "The music came out silent. Change the brief and try again."
        assert "RenderError" in self.row.error_detail

    def test_a_fault_of_ours_is_tried_again_and_then_told(self) -> None:
        def missing() -> None:
            raise SoundLibraryError("no such file: /srv/sound.sf3")

        for attempt in (1, 2, 3):
            with self.assertLogs("generation.running", "ERROR"):
                self.run_with(Studio(during=missing))
            assert self.row.attempts == attempt
        assert self.row.state == State.FAILED
        assert "/srv/sound.sf3" in self.row.error_detail
        assert "/srv" not in self.row.error_message
        assert "try again" in self.row.error_message

    def test_a_run_that_takes_too_long_says_so(self) -> None:
        def late() -> None:
            raise TimeoutException

        with pytest.raises(TimeoutException):
            self.run_with(Studio(during=late))
        self.row.refresh_from_db()
        assert (self.row.state, self.row.error_code) == (State.FAILED, "timeout")
        assert "shorter" in self.row.error_message

    def test_music_that_fails_its_review_is_rejected_and_not_kept(self) -> None:
        assert self.run_with(Studio(verdict="fail")).endswith("rejected")
        assert self.row.state == State.REJECTED
        assert "Loudness" in self.row.error_message
        assert not self.row.files.exists()
        assert not stored()

    @override_settings(GENERATION_LEASE_SECONDS=2)
    def test_the_heart_keeps_the_lease_and_closes_its_connection(self) -> None:
        self.row.refresh_from_db()
        seen: list[Any] = []

        def wait() -> None:
            first: Any = Generation.objects.get(pk=self.row.pk).lease_until
            self.until(lease_until__gt=first + timedelta(seconds=0.5))()
            seen.append(first)

        assert self.run_with(Studio(during=wait)).endswith("completed")
        assert seen
        assert len(connections.all(initialized_only=True)) == 1


class WorkSweptTestCase(TransactionTestCase):
    def test_it_deletes_what_no_lease_stands_for(self) -> None:
        alice = User.objects.create_user("alice@example.org", "x")
        row = make_generation(alice, State.RENDERING)
        kept, left = settings.WORK_DIR / f"{row.lease_token}-abc", settings.WORK_DIR / f"{uuid.uuid4()}-abc"
        for folder in (kept, left):
            folder.mkdir(parents=True)
            (folder / "half.wav").write_bytes(b"half")
        assert work_swept() == 1
        assert kept.exists()
        assert not left.exists()

    def test_the_reaper_has_it_done_once_a_lease_has_run_out(self) -> None:
        alice = User.objects.create_user("alice@example.org", "x")
        row = make_generation(alice, State.RENDERING)
        left = settings.WORK_DIR / f"{row.lease_token}-abc"
        left.mkdir(parents=True)
        reap()
        assert left.exists()
        Generation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert reap() == {"returned": 1, "failed": 0}
        assert not left.exists()
