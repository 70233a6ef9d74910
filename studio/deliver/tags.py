"""What is written into a sound file beside the sound, and the name that each kind of tag has for it."""

import re
from dataclasses import dataclass, field, fields
from io import BytesIO
from typing import Any, NamedTuple, Self

from PIL import Image, UnidentifiedImageError

from studio import ENGINE_VERSION
from studio.errors import DeliveryError
from studio.score import Score
from studio.theory.key import Key

MAKER = "Songwright"
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png"}
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
"""ISO 3901: country, registrant, year and number, without hyphens."""
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
URL = re.compile(r"https?://[!-~]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither XML nor a text that ends with a zero can hold."""


class Names(NamedTuple):
    """What the four kinds of tag call one field of ``Tags``; empty where a kind has no name for it.

    ``id3``: a frame of ID3v2.4; ``vorbis``: a field of a Vorbis comment; ``mp4``: an atom, or the name of a free-form
    one; ``info``: a chunk of RIFF's LIST/INFO.
    """

    id3: str
    vorbis: str
    mp4: str
    info: str = ""


NAMES = {
    "title": Names("TIT2", "TITLE", "©nam", "INAM"),
    "artist": Names("TPE1", "ARTIST", "©ART", "IART"),
    "album": Names("TALB", "ALBUM", "©alb", "IPRD"),
    "genre": Names("TCON", "GENRE", "©gen", "IGNR"),
    "bpm": Names("TBPM", "BPM", "tmpo"),
    "key": Names("TKEY", "INITIALKEY", "initialkey"),
    "mood": Names("TMOO", "MOOD", "MOOD"),
    "isrc": Names("TSRC", "ISRC", "ISRC"),
    "lyrics": Names("USLT", "LYRICS", "©lyr"),
    "copyright": Names("TCOP", "COPYRIGHT", "cprt", "ICOP"),
    "licence_url": Names("WCOP", "LICENSE", "LICENSE"),
    "created": Names("TDRC", "DATE", "©day", "ICRD"),
    "software": Names("TSSE", "ENCODER", "©too", "ISFT"),
    "ai_disclosure": Names("TXXX:AI_DISCLOSURE", "AI_DISCLOSURE", "AI_DISCLOSURE"),
    "comment": Names("COMM", "COMMENT", "©cmt", "ICMT"),
}
"""Every field that is text. The cover is a picture and has its own place in each kind."""


@dataclass(frozen=True)
class Tags:
    """The words of a piece; what is empty is not written.

    ``bpm`` in the meter's pulses; ``key`` as DJ software spells it (``Am``); ``isrc`` without hyphens;
    ``created`` a date, ``YYYY-MM-DD``; ``cover`` the bytes of a JPEG or PNG file. Control characters are left out.
    Raises ``DeliveryError`` with every field that is not as it must be.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    bpm: float = 0.0
    key: str = ""
    mood: str = ""
    isrc: str = ""
    lyrics: str = ""
    copyright: str = ""
    licence_url: str = ""
    created: str = ""
    software: str = f"{MAKER} {ENGINE_VERSION}"
    ai_disclosure: str = f"Composed, performed and mixed by software (generative AI): {MAKER}"
    comment: str = ""
    cover: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, score: Score, **more: Any) -> Self:
        """Return the tags that a score itself gives (title, tempo, key), and ``more`` fields by name."""
        bpm = score.tempo.bpm[0] / score.meter.pulse_beats
        own: dict[str, Any] = {"title": score.title, "bpm": round(bpm, 3), "key": initial_key(score.key)}
        return cls(**own | more)

    def __post_init__(self) -> None:
        for name in (row.name for row in fields(self) if row.type is str):
            object.__setattr__(self, name, _CONTROL.sub("", getattr(self, name)).strip())
        checks = {
            "isrc": (ISRC, "twelve letters and digits, such as QZABC2600001"),
            "created": (DATE, "a date, such as 2026-11-21"),
            "licence_url": (URL, "an address that begins with http:// or https://"),
        }
        values = {name: getattr(self, name) for name in checks}
        wrong = [
            f"{name}: {values[name]!r} is not {right}"
            for name, (pattern, right) in checks.items()
            if values[name] and not pattern.fullmatch(values[name])
        ]
        if self.cover and not self.cover_type:
            wrong.append("cover: the bytes are neither a JPEG nor a PNG picture")
        if wrong:
            raise DeliveryError("; ".join(wrong))

    @property
    def cover_type(self) -> str:
        """The MIME type of the cover; empty when there is none, or none that can be read."""
        try:
            with Image.open(BytesIO(self.cover), formats=tuple(PICTURES)) as picture:
                return PICTURES[picture.format or ""]
        except UnidentifiedImageError:
            return ""

    @property
    def cover_size(self) -> tuple[int, int]:
        """Width and height of the cover in pixels."""
        with Image.open(BytesIO(self.cover), formats=tuple(PICTURES)) as picture:
            return picture.size

    def texts(self) -> dict[str, str]:
        """Return every field of ``NAMES`` that is not empty, as text: a tempo with the decimals it needs."""
        values = {name: getattr(self, name) for name in NAMES}
        return {name: f"{value:g}" if name == "bpm" else value for name, value in values.items() if value}


def initial_key(key: Key) -> str:
    """Return the key as ID3 writes it, three characters at most: ``C``, ``F#m``; modes by their third."""
    return str(key).split()[0] + ("m" if key.is_minor else "")
