"""How bodies of API requests are read: JSON only, of bounded size, and nothing that cannot be stored."""

import json
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class TooLargeError(APIException):
    """A body over the limit."""

    status_code = 413
    default_code = "too_large"
    default_detail = f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} kB."


class BoundedJSONParser(JSONParser):
    """Raises 413 over the size limit, and 400 for what is not JSON, nests too deep, or holds half characters."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLargeError
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_not_json)
            text = json.dumps(data, ensure_ascii=False)
            text.encode("utf-8")  # a lone surrogate cannot be
        except RecursionError:
            raise ParseError("The JSON is nested too deep.") from None
        except UnicodeError:
            raise ParseError("The body is not UTF-8 text.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from None
        if "\\u0000" in text:
            raise ParseError("Text must not hold the character NUL.")
        return data


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")
