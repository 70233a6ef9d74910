"""ID3v2.4 (id3.org, *ID3 tag version 2.4.0*, 2000), for MP3 and for a chunk of a WAV file; written by mutagen."""

from io import BytesIO

from mutagen import id3

from studio.deliver.tags import NAMES, Tags

UTF8, FRONT_COVER = 3, 3
COMMENT_LANGUAGE, UNKNOWN_LANGUAGE = "eng", "XXX"


def id3_tag(tags: Tags) -> bytes:
    """Return the tag as it stands before the first MPEG frame; the same tags give the same bytes."""
    tag = id3.ID3()
    for name, text in tags.texts().items():
        tag.add(_frame(NAMES[name].id3, text))
    if tags.cover:
        tag.add(id3.APIC(encoding=UTF8, mime=tags.cover_type, type=FRONT_COVER, desc="", data=tags.cover))
    rendered = BytesIO()
    tag.save(rendered, v1=0, v2_version=4, padding=lambda _info: 0)
    return rendered.getvalue()


def _frame(name: str, text: str) -> id3.Frame:
    """Return one frame; ``TXXX`` frames are named with their description behind a colon."""
    name, _, description = name.partition(":")
    if name == "COMM":
        return id3.COMM(encoding=UTF8, lang=COMMENT_LANGUAGE, desc="", text=[text])
    if name == "USLT":
        return id3.USLT(encoding=UTF8, lang=UNKNOWN_LANGUAGE, desc="", text=text)
    if name == "TXXX":
        return id3.TXXX(encoding=UTF8, desc=description, text=[text])
    if name == "WCOP":
        return id3.WCOP(url=text)
    if name == "TBPM":  # whole beats, by the standard
        text = str(round(float(text)))
    return id3.Frames[name](encoding=UTF8, text=[text])
