"""Single-range file responses (RFC 9110 §14): Django's FileResponse has none, and players need them to seek."""

import re
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class _Slice:
    """The next ``left`` bytes of a file."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self.file, self.left = file, left

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()


def requested_range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Return the first and last byte asked for, none for the whole file. Raises ``ValueError`` if outside the file.

    A header that is malformed, asks for several ranges, or carries an If-Range of another version is ignored, as the
    standard wants (§14.2, §13.1.5).
    """
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method != "GET" or not found or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if first and last and int(first) > int(last):
        return None
    start, end = (int(first), min(int(last or size - 1), size - 1)) if first else (max(size - int(last), 0), size - 1)
    if start >= size or start > end:
        raise ValueError("the range lies outside the file")
    return start, end


def ranged_response(
    request: HttpRequest, file: IO[bytes], *, size: int, mime: str, etag: str, filename: str
) -> HttpResponseBase:
    """Answer with the file or the range of it that was asked for: 200, 206, 304 or 416.

    ``etag`` is a strong validator with its quotes. The file is closed with the response.
    """
    response: HttpResponseBase
    held = {known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")}
    if held & {etag, "*"}:  # the weak comparison, RFC 9110 §13.1.2
        file.close()
        response = HttpResponse(status=304)
    else:
        try:
            span = requested_range(request, size, etag)
        except ValueError:
            file.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
        response = _body(request, file, span, size=size, mime=mime, filename=filename)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _body(
    request: HttpRequest, file: IO[bytes], span: tuple[int, int] | None, *, size: int, mime: str, filename: str
) -> HttpResponseBase:
    start, end = span or (0, size - 1)
    source: Any = _Slice(file, end - start + 1)
    file.seek(start)
    response = FileResponse(
        source, status=206 if span else 200, content_type=mime, as_attachment=True, filename=filename
    )
    response["Content-Length"] = str(end - start + 1)
    if span:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
