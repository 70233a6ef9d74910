"""AAC in an MPEG-4 file, by ffmpeg's own encoder; tagged with MP4 atoms by mutagen."""

from functools import partial
from io import BytesIO
from pathlib import Path

from mutagen.mp4 import AtomDataType, MP4Cover, MP4FreeForm, MP4Tags

from studio.audio import SAMPLE_RATE, Audio
from studio.deliver import ffmpeg
from studio.deliver.lossy import coded_below
from studio.deliver.recording import Recording
from studio.deliver.tags import NAMES, Tags

KBPS = 256
FRAME = 1024
"""Sound frames in one AAC frame; the encoder puts one of silence before the sound."""
CONTAINER = "ipod"
"""ffmpeg's name for an MPEG-4 file of sound alone."""
OPTIONS = ("-aac_pns", "0", "-movie_timescale", str(SAMPLE_RATE), "-movflags", "+faststart")
"""No noise in place of noise: it would raise peaks by 3 dB more. Lengths are counted in frames."""
PLAIN = ("cprt",)
FREE_FORM = "----:com.apple.iTunes:"
COVERS = {"image/jpeg": MP4Cover.FORMAT_JPEG, "image/png": MP4Cover.FORMAT_PNG}


def write_aac(recording: Recording, path: Path) -> None:
    """Write the master to ``path``; raises ``DeliveryError`` where there is no ffmpeg."""
    frames = recording.audio.shape[1]
    decode = partial(_decode, frames=frames)
    stream = BytesIO(coded_below(recording.audio, _encode, decode))
    tags = MP4Tags()
    for name, values in atoms(recording.tags).items():
        tags[name] = values
    tags[FREE_FORM + "iTunSMPB"] = [_free_form(gapless(frames))]
    tags.save(stream)
    path.write_bytes(stream.getvalue())


def atoms(tags: Tags) -> dict[str, list[object]]:
    """Return the values that mutagen writes into MP4's ``ilst``; names that are none of its own are free-form."""
    values: dict[str, list[object]] = {}
    for name, text in tags.texts().items():
        atom = NAMES[name].mp4
        if name == "bpm":
            values[atom] = [round(tags.bpm)]
        elif atom.startswith("©") or atom in PLAIN:
            values[atom] = [text]
        else:
            values[FREE_FORM + atom] = [_free_form(text)]
    if tags.cover:
        values["covr"] = [MP4Cover(tags.cover, COVERS[tags.cover_type])]
    return values


def gapless(frames: int) -> str:
    """Return iTunes' word on the frames before and after the sound, and of it: hexadecimal numbers, most unused."""
    padding = -frames % FRAME
    unused = " 00000000" * 8
    return f" 00000000 {FRAME:08X} {padding:08X} {frames:016X}{unused}"


def _free_form(text: str) -> MP4FreeForm:
    return MP4FreeForm(text.encode(), AtomDataType.UTF8)


def _encode(audio: Audio) -> bytes:
    return ffmpeg.encode(audio, SAMPLE_RATE, CONTAINER, codec="aac", kbps=KBPS, options=OPTIONS)


def _decode(coded: bytes, *, frames: int) -> Audio:
    return ffmpeg.decode(coded)[:, :frames]
