"""How bodies of API requests are read: JSON only, and nothing in it that could not be stored."""

import json
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """Raises 400 for what is not JSON, nests too deep, or holds half characters or NUL."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = json.loads(stream.read().decode("utf-8"), parse_constant=_not_json)
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
