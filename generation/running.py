"""One run: claim, make, store, finish. Whoever loses the lease throws the files away."""

import json
import logging
import shutil
import tempfile
import traceback
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django_q.exceptions import TimeoutException

from generation.heart import Heart, LeaseLostError
from generation.models import Generation, GenerationFile
from generation.originality import matches
from generation.outcome import Outcome, StoredFile
from generation.services import GAVE_UP, generation_claim, generation_fail, generation_finish
from studio import produce as studio_produce
from studio.brief import Brief, BriefError
from studio.deliver import FORMATS
from studio.errors import RenderError
from studio.review.fingerprint import fingerprint, line
from studio.review.leadsheet import lead_sheet
from studio.variations import Variations
from studio.watermark import Mark, payload_of

logger = logging.getLogger(__name__)

FORMATS_DELIVERED = ("mp3", "wav", "flac", "midi", "musicxml", "cover")
NOT_GOOD = "The music did not pass its review. Another seed will sound different."
TOO_LONG = "Making this track took too long. A shorter one, or fewer instruments, will work."


def run_next() -> str:
    """Make the longest waiting generation and return what became of it, for the queue's own record."""
    generation = generation_claim()
    if generation is None:
        return "nothing waiting"
    token = generation.lease_token
    assert token is not None  # noqa: S101 - the claim has just set it
    try:
        return f"{generation.public_id}: {_run(generation, token)}"
    except LeaseLostError:
        result = "lease lost or cancelled"
    except (BriefError, RenderError) as error:
        _failed(token, "not_possible", f"{str(error).rstrip('.')}. Change the brief and try again.", retry=False)
        result = "not possible"
    except TimeoutException:
        _failed(token, "timeout", TOO_LONG, retry=False)
        _discard(generation.public_id, token)
        raise
    except Exception:
        logger.exception("Generation %s failed in attempt %s", generation.public_id, generation.attempts)
        _failed(token, "internal", GAVE_UP, retry=True)
        result = "failed"
    _discard(generation.public_id, token)
    return f"{generation.public_id}: {result}"


def _run(generation: Generation, token: UUID) -> str:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix=f"{token}-") as folder, Heart(token) as heart:
        brief = Brief.from_mapping(generation.brief)
        track = studio_produce.produce(
            brief,
            Path(folder),
            formats=FORMATS_DELIVERED,
            progress=heart.tell,
            variations=Variations.from_dict(generation.variations) if generation.variations else None,
            known=partial(matches, user=generation.user),
            tags={"created": generation.created_at.date().isoformat()},
            mark=Mark(payload_of(generation.public_id), settings.WATERMARK_KEY.encode()),
        )
        files = [_store(generation.public_id, token, kind, path) for kind, path in track.files.items()]
        heart.tell("delivering", 0.99, "Putting the files away")
        outcome = _outcome(track, files)
    if not generation_finish(token=token, outcome=outcome):
        raise LeaseLostError(str(token))
    _discard(generation.public_id)
    return "rejected" if outcome.rejected else "completed"


def work_swept() -> int:
    """Delete the half-made music that killed runs left on this machine; return how many folders."""
    swept = 0
    for folder in settings.WORK_DIR.glob("*/"):
        token = folder.name[:36]
        if not Generation.objects.filter(lease_token=token).exists():
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


def _store(public_id: UUID, token: UUID, kind: str, path: Path) -> StoredFile:
    with path.open("rb") as source:
        digest = file_digest(source, "sha256").hexdigest()
        source.seek(0)
        stored = default_storage.save(f"generations/{public_id}/{token}/{path.name}", File(source))
    return StoredFile(kind, path.name, stored, path.stat().st_size, FORMATS[kind].mime, digest)


def _failed(token: UUID, code: str, message: str, *, retry: bool) -> None:
    generation_fail(token=token, code=code, detail=traceback.format_exc(), message=message, retry=retry)


def _discard(public_id: UUID, token: UUID | None = None) -> None:
    """Delete what one attempt stored, or every attempt; never what was delivered. What cannot be deleted is logged."""
    folder = f"generations/{public_id}"
    try:
        attempts = [str(token)] if token else default_storage.listdir(folder)[0]
        for attempt in attempts:
            if not GenerationFile.objects.filter(attempt=attempt).exists():
                for name in default_storage.listdir(f"{folder}/{attempt}")[1]:
                    default_storage.delete(f"{folder}/{attempt}/{name}")
                default_storage.delete(f"{folder}/{attempt}")
    except FileNotFoundError:
        pass  # nothing was stored
    except Exception:
        logger.exception("What attempts at generation %s left in the storage could not be deleted", public_id)


def _outcome(track: Any, files: list[StoredFile]) -> Outcome:
    """Return what the track says of itself. A track that fails its review is rejected and its files are not kept."""
    told = _plain(track.as_dict())
    rows = told["measured"]["rows"]
    refused = [f"{row['label']}: {row['measured']} {row['unit']}".strip() for row in rows if row["verdict"] == "fail"]
    return Outcome(
        title=track.title,
        review=rows,
        measured={row["name"]: row["measured"] for row in rows} | {"meter": told["composed"]["meter"]},
        sections=told["composed"]["sections"],
        peaks=_plain(list(track.peaks)),
        timings=told["timings"],
        variations=told["variations"],
        files=[] if refused else files,
        melody=fingerprint(line(lead_sheet(track.score))),
        rejected=f"{NOT_GOOD} ({'; '.join(refused)})"[:300] if refused else "",
    )


def _plain(value: Any) -> Any:
    """Return the value as JSON holds it; what JSON has no word for (an infinite loudness) becomes none."""
    return json.loads(json.dumps(value, default=_number), parse_constant=lambda _word: None)


def _number(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
