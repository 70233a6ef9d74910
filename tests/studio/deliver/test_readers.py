"""Every sound file is opened by programs that are not ours, and says what was written into it."""

import base64
import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.flac import Picture
from PIL import Image

from studio.audio import SAMPLE_RATE
from studio.deliver import FORMATS, Recording, Tags, deliver
from studio.mix.loudness import true_peak
from tests.studio.deliver.conftest import make_score, make_sound

FRAMES = 100_001
SOUND = [name for name, row in FORMATS.items() if row.kind == "sound" and row.available]
WAV = [name for name in SOUND if name.startswith("wav")]
RATES = {"wav-96": 96_000, "opus": 48_000}
BITS = {"wav": 24, "wav-16": 16, "wav-96": 24, "flac": 24}
WORDS = {
    "title": "Test – piece", "artist": "Ada Ünder", "album": "Album", "genre": "Jazz", "copyright": "2026 Ada",
    "comment": "Ours",
}  # fmt: skip
DISCLOSURE = Tags().ai_disclosure

needs_ffprobe = pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
needs_mediainfo = pytest.mark.skipif(not shutil.which("mediainfo"), reason="mediainfo is not installed")


def cover() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (64, 48), (90, 10, 200)).save(picture, "PNG")
    return picture.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    score = make_score()
    more = {
        "mood": "calm", "isrc": "QZABC2600001", "lyrics": "one\ntwo", "licence_url": "https://example.org/l/1",
        "created": "2026-11-21", "cover": cover(),
    }  # fmt: skip
    tags = Tags.of(score, **WORDS, **more)
    return deliver(Recording(make_sound(FRAMES), score, tags), SOUND, tmp_path_factory.mktemp("files"), "x")


def frames_of(name: str) -> int:
    return round(FRAMES * RATES.get(name, SAMPLE_RATE) / SAMPLE_RATE)


def told(*command: str | Path) -> dict:
    return json.loads(subprocess.run([str(word) for word in command], capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", [name for name in SOUND if name != "m4a"])
def test_libsndfile_reads_length_rate_and_depth(files, name):
    info = soundfile.info(files[name])
    assert (info.frames, info.samplerate) == (frames_of(name), RATES.get(name, SAMPLE_RATE))
    if name in BITS:
        assert info.subtype == f"PCM_{BITS[name]}"


@pytest.mark.parametrize("name", ["wav", "flac", "ogg"])
def test_libsndfile_reads_the_words(files, name):
    with soundfile.SoundFile(files[name]) as file:
        assert {word: getattr(file, word) for word in WORDS} == WORDS


@needs_ffprobe
@pytest.mark.parametrize("name", SOUND)
def test_ffprobe_agrees(files, name):
    found = told("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", files[name])
    sound, picture = found["streams"]
    tags = {key.lower(): text for part in (found["format"], sound) for key, text in part.get("tags", {}).items()}
    assert {word: tags.get(word) for word in WORDS} == WORDS
    assert tags["date"] == "2026-11-21"
    assert int(sound["sample_rate"]) == RATES.get(name, SAMPLE_RATE)
    assert sound["channels"] == 2
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("png", 64, 48)
    assert float(found["format"]["duration"]) == pytest.approx(FRAMES / SAMPLE_RATE, abs=0.04)
    if name in BITS:
        assert int(sound["bits_per_raw_sample" if BITS[name] == 24 else "bits_per_sample"]) == BITS[name]
    if name not in WAV:
        assert tags["ai_disclosure"] == DISCLOSURE


@needs_ffmpeg
@pytest.mark.parametrize("name", SOUND)
def test_ffmpeg_decodes_the_very_length_below_the_promised_peak(files, name):
    command = ["ffmpeg", "-v", "error", "-i", str(files[name]), "-map", "0:a", "-f", "f32le", "-"]
    heard = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32).reshape(-1, 2)
    spare = 1024 if name == "m4a" else 0  # ffmpeg 5 leaves the padding of the last AAC frame
    assert 0 <= len(heard) - frames_of(name) <= spare
    assert true_peak(np.ascontiguousarray(heard.T)) <= -1.0


@needs_mediainfo
@pytest.mark.parametrize("name", SOUND)
def test_mediainfo_agrees(files, name):
    general, sound, *_ = told("mediainfo", "--Output=JSON", files[name])["media"]["track"]
    more = general | general.get("extra", {}) | sound.get("extra", {})
    lower = {key.lower(): value for key, value in more.items()}
    title = general["Title"].encode("latin-1").decode() if name in WAV else general["Title"]  # LIST/INFO as Latin-1
    assert (title, general["Performer"], general["Genre"]) == ("Test – piece", "Ada Ünder", "Jazz")
    assert (general["BPM"], general["ISRC"], general["Cover"]) == ("120", "QZABC2600001", "Yes")
    assert "Cm" in (lower.get("initialkey"), lower.get("initial_key"), lower.get("initial key"))
    assert lower["ai_disclosure"] == DISCLOSURE
    assert lower["mood"] == "calm"
    assert "one" in general["Lyrics"] and "two" in general["Lyrics"]
    assert float(general["Duration"]) == pytest.approx(FRAMES / SAMPLE_RATE, abs=0.04)


@needs_mediainfo
@pytest.mark.parametrize("name", WAV)
def test_mediainfo_reads_the_broadcast_extension(files, name):
    general, sound = told("mediainfo", "--Output=JSON", files[name])["media"]["track"][:2]
    assert general["Description"] == "Test - piece"
    assert general["Producer"] == Tags().software
    assert general["Encoded_Date"] == "2026-11-21 00:00:00"
    assert f"W={BITS[name]},M=stereo" in general["Encoded_Library_Settings"]
    loudness = {key: float(value) for key, value in sound["extra"].items()}
    assert loudness["MaxTruePeakLevel"] == pytest.approx(true_peak(make_sound(FRAMES)), abs=0.006)
    assert -12.0 < loudness["LoudnessValue"] < loudness["MaxMomentaryLoudness"] < 0.0


@needs_ffmpeg
def test_ffmpeg_measures_the_loudness_that_the_broadcast_extension_states(files):
    command = ["ffmpeg", "-nostats", "-i", str(files["wav"]), "-af", "ebur128=peak=true", "-f", "null", "-"]
    summary = subprocess.run(command, capture_output=True, check=True, text=True).stderr.rsplit("Summary:", 1)[1]
    lines = {line.split(":")[0].strip(): line.split(":")[1] for line in summary.splitlines() if ":" in line}
    body = chunks_of(files["wav"])[b"bext"]
    loudness, _, peak, momentary, short_term = np.frombuffer(body[412:422], "<i2") / 100.0
    assert float(lines["I"].split()[0]) == pytest.approx(loudness, abs=0.11)
    assert float(lines["Peak"].split()[0]) == pytest.approx(peak, abs=0.11)
    assert loudness <= short_term <= momentary


def chunks_of(path: Path) -> dict[bytes, bytes]:
    data, at, found = path.read_bytes(), 12, {}
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found[data[at : at + 4]] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


@pytest.mark.parametrize("name", WAV)
def test_ixml_says_what_the_file_is(files, name):
    root = ET.fromstring(chunks_of(files[name])[b"iXML"])  # noqa: S314 - our own
    assert root.findtext("SPEED/FILE_SAMPLE_RATE") == str(RATES.get(name, SAMPLE_RATE))
    assert root.findtext("SPEED/AUDIO_BIT_DEPTH") == str(BITS[name])
    assert root.findtext("USER/FULL_TITLE") == "Test – piece"
    assert (root.findtext("USER/BPM"), root.findtext("USER/KEY")) == ("120", "Cm")
    assert float(root.findtext("BEXT/BWF_MAX_TRUE_PEAK_LEVEL") or 0.0) < -1.0


@pytest.mark.parametrize("name", ["mp3", "mp3-192", *WAV])
def test_mutagen_reads_id3(files, name):
    tag = mutagen.File(files[name]).tags
    assert tag.version == (2, 4, 0)
    assert {frame: str(tag[frame]) for frame in ("TIT2", "TBPM", "TKEY", "TMOO", "TSRC", "TDRC", "TSSE")} == {
        "TIT2": "Test – piece", "TBPM": "120", "TKEY": "Cm", "TMOO": "calm", "TSRC": "QZABC2600001",
        "TDRC": "2026-11-21", "TSSE": Tags().software,
    }  # fmt: skip
    assert tag["WCOP"].url == "https://example.org/l/1"
    assert tag["TXXX:AI_DISCLOSURE"].text == [DISCLOSURE]
    assert tag.getall("USLT")[0].text == "one\ntwo"
    assert (tag["APIC:"].mime, tag["APIC:"].data) == ("image/png", cover())


def test_mutagen_reads_the_length_of_an_mp3_from_its_header(files):
    for name in ("mp3", "mp3-192"):
        info = mutagen.File(files[name]).info
        assert info.length == pytest.approx(FRAMES / SAMPLE_RATE, abs=1e-4)
        assert round(info.bitrate, -2) == (320_000 if name == "mp3" else 192_000)
        assert info.encoder_info.startswith("LAME")


@pytest.mark.parametrize("name", ["flac", "ogg", "opus"])
def test_mutagen_reads_vorbis_comments(files, name):
    file = mutagen.File(files[name])
    assert (file["bpm"], file["initialkey"], file["isrc"]) == (["120"], ["Cm"], ["QZABC2600001"])
    if name == "flac":
        (picture,) = file.pictures
    else:
        picture = Picture(base64.b64decode(file["metadata_block_picture"][0]))
    assert (picture.type, picture.mime, picture.width, picture.data) == (3, "image/png", 64, cover())


@pytest.mark.skipif("m4a" not in SOUND, reason="ffmpeg is not installed")
def test_mutagen_reads_mp4_atoms(files):
    file = mutagen.File(files["m4a"])
    assert (file["tmpo"], file["©nam"], file["covr"]) == ([120], ["Test – piece"], [cover()])
    free = {name: bytes(file[f"----:com.apple.iTunes:{name}"][0]).decode() for name in ("initialkey", "iTunSMPB")}
    assert free["initialkey"] == "Cm"
    _, delay, padding, length, *_ = free["iTunSMPB"].split()
    assert (int(delay, 16), int(length, 16)) == (1024, FRAMES)
    assert (FRAMES + int(padding, 16)) % 1024 == 0
    assert file.info.length == pytest.approx((1024 + FRAMES) / SAMPLE_RATE, abs=1e-3), "with the encoder's delay"
    assert 200_000 < file.info.bitrate < 300_000
