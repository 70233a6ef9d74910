"""The files of a track, to their owner only."""

from pathlib import PurePath
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from generation.models import Generation, GenerationFile
from generation.ranges import ranged_response
from generation.selectors import get_generation_or_404


def file_response(request: HttpRequest, generation: Generation, name: str) -> HttpResponseBase:
    """Answer with one of the generation's files, looked up among its rows: a name is never a path."""
    for file in generation.files.all():
        if file.name == name:
            return _send(request, file, generation.title)
    raise Http404("No such file.")


def _send(request: HttpRequest, file: GenerationFile, title: str) -> HttpResponseBase:
    try:
        source = file.file.open("rb")
    except FileNotFoundError:
        raise Http404("This file is gone from the storage.") from None
    spoken = "".join(letter for letter in title if letter.isprintable() and letter not in '\\/:*?"<>|').strip(" .")
    return ranged_response(
        request,
        source,
        size=file.size,
        mime=file.mime,
        etag=f'"{file.sha256[:32]}"',
        filename=(spoken or "track") + PurePath(file.name).suffix,
    )


@require_safe
@login_required
def track_file(request: HttpRequest, public_id: UUID, name: str) -> HttpResponseBase:
    """The portal's door to a file."""
    return file_response(request, get_generation_or_404(request.user, public_id), name)
