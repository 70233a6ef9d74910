from io import BytesIO

import pytest
from mutagen.id3 import ID3
from PIL import Image

from studio import ENGINE_VERSION
from studio.deliver.id3 import id3_tag
from studio.deliver.tags import NAMES, Tags, initial_key
from studio.errors import DeliveryError
from studio.theory.key import Key


def test_a_score_gives_title_tempo_and_key(score):
    tags = Tags.of(score, genre="Jazz", mood="calm")
    assert (tags.title, tags.bpm, tags.key, tags.genre, tags.mood) == ("Test – piece", 120.0, "Cm", "Jazz", "calm")
    assert tags.software == f"Songwright {ENGINE_VERSION}"
    assert "generative AI" in tags.ai_disclosure
    assert Tags.of(score, title="Another").title == "Another"


@pytest.mark.parametrize(("key", "text"), [("C minor", "Cm"), ("F# dorian", "F#m"), ("Bb mixolydian", "Bb")])
def test_keys_are_spelled_as_id3_wants(key, text):
    assert initial_key(Key.parse(key)) == text


def test_every_text_has_a_name_in_each_kind_of_tag():
    texts = {name for name in Tags.__dataclass_fields__ if name != "cover"}
    assert texts == set(NAMES)
    assert all(row.id3 and row.vorbis and row.mp4 for row in NAMES.values())


def test_what_is_empty_is_not_written():
    tag = ID3(BytesIO(id3_tag(Tags(title="Only", software="", ai_disclosure=""))))
    assert [frame.FrameID for frame in tag.values()] == ["TIT2"]


def test_every_field_that_is_wrong_is_told_at_once():
    with pytest.raises(DeliveryError) as raised:
        Tags(isrc="QZ-ABC", created="yesterday", licence_url="example.org", cover=b"GIF89a")
    told = str(raised.value)
    assert "isrc: 'QZ-ABC'" in told and "created: 'yesterday'" in told
    assert "licence_url: 'example.org'" in told and "cover: " in told


def test_control_characters_are_left_out():
    tags = Tags(title=" A\0B\x1f ", lyrics="one\ntwo\x0b")
    assert (tags.title, tags.lyrics) == ("AB", "one\ntwo")


def test_tempo_keeps_the_decimals_it_needs():
    assert Tags(bpm=97.5).texts()["bpm"] == "97.5"
    assert Tags(bpm=120.0).texts()["bpm"] == "120"
    assert ID3(BytesIO(id3_tag(Tags(bpm=97.6))))["TBPM"].text == ["98"]


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_covers_are_known_by_their_bytes(kind, mime):
    picture = BytesIO()
    Image.new("RGB", (30, 20)).save(picture, kind)
    tags = Tags(cover=picture.getvalue())
    assert (tags.cover_type, tags.cover_size) == (mime, (30, 20))
