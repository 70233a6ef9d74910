"""ID3v2.3 tags (id3.org, *ID3 tag version 2.3.0*, 1999): the few text frames that players show."""

import struct

from studio.deliver.recording import Recording
from studio.theory.key import Key

LONGEST_BPM = 999


def id3_tag(recording: Recording) -> bytes:
    """Return the tag that stands before the first MPEG frame."""
    score = recording.score
    texts = {
        "TIT2": score.title,
        "TPE1": recording.artist,
        "TCON": recording.genre,
        "TBPM": str(min(round(recording.tempo), LONGEST_BPM)),
        "TKEY": initial_key(score.key),
    }
    frames = b"".join(_frame(name, _utf16(text)) for name, text in texts.items() if text)
    if recording.comment:
        frames += _frame("COMM", b"\x01eng" + "\0".encode("utf-16")[:4] + _utf16(recording.comment)[1:])
    return b"ID3\x03\x00\x00" + _synchsafe(len(frames)) + frames


def initial_key(key: Key) -> str:
    """Return the key as ID3 writes it, three characters at most: ``C``, ``F#m``; modes by their third."""
    return str(key).split()[0] + ("m" if key.is_minor else "")


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack(">IH", len(body), 0) + body


def _utf16(text: str) -> bytes:
    """Encoding byte 1: UTF-16 with a byte order mark, closed by a zero."""
    return b"\x01" + b"\xff\xfe" + text.encode("utf-16-le") + b"\0\0"


def _synchsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
