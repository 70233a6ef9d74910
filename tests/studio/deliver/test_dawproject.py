"""DAWproject read back with lxml, held against the order and the references that its published schema asks for.

No package carries that schema; docs/projects.md tells what it said to these files.
"""

from dataclasses import replace
from zipfile import ZIP_STORED, ZipFile

import pytest
from lxml import etree  # type: ignore[import-untyped]

from studio.deliver.project import ProjectError, write_dawproject
from tests.studio.deliver.session import SECONDS, TITLE, hard, stems_of

ORDER = {
    "Project": ["Application", "Transport", "Structure", "Arrangement"],
    "Transport": ["Tempo", "TimeSignature"],
    "Track": ["Channel", "Track"],
    "Channel": ["Mute", "Pan", "Volume"],
    "Arrangement": ["Lanes", "Markers", "TempoAutomation"],
    "Points": ["Target", "RealPoint"],
    "TempoAutomation": ["Target", "RealPoint"],
}
"""Elements whose children the schema wants in this order."""


@pytest.fixture
def piece(score):
    return hard(score)


@pytest.fixture
def project(piece, tmp_path):
    """The document as read back, and the archive it came from."""
    path = tmp_path / "piece.dawproject"
    write_dawproject(piece, stems_of(piece, tmp_path), path, title=TITLE, artist="Ó & Co")
    archive = ZipFile(path)
    return etree.fromstring(archive.read("project.xml")), archive


def lanes_of(root, name):
    """The lanes of the tracks of that name, sound first."""
    ids = [track.get("id") for track in root.iter("Track") if track.get("name") == name]
    return [root.find(f"Arrangement/Lanes/Lanes[@track='{track}']") for track in ids]


def test_children_stand_in_order_and_references_lead_somewhere(project):
    root, _ = project
    for tag, order in ORDER.items():
        for element in root.iter(tag):
            places = [order.index(child.tag) for child in element]
            assert places == sorted(places), tag
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = {element.get(name) for element in root.iter() for name in ("track", "destination", "parameter")}
    assert named - {None} <= set(ids)


def test_transport_tempo_map_and_sections(project):
    root, _ = project
    assert float(root.find("Transport/Tempo").get("value")) == 120
    assert dict(root.find("Transport/TimeSignature").attrib).items() >= {"numerator": "4", "denominator": "4"}.items()
    tempo = root.find("Arrangement/TempoAutomation")
    assert tempo.find("Target").get("parameter") == root.find("Transport/Tempo").get("id")
    points = [(float(point.get("time")), float(point.get("value"))) for point in tempo.iter("RealPoint")]
    assert points == [(0, 120), (12, 90)]
    assert {point.get("interpolation") for point in tempo.iter("RealPoint")} == {"hold"}
    markers = root.findall("Arrangement/Markers/Marker")
    assert [(marker.get("name"), float(marker.get("time"))) for marker in markers] == [("Verse", 4), ("Chorus", 12)]
    assert markers[0].get("color") != markers[1].get("color")


def test_stems_begin_where_the_lead_in_does_and_end_by_the_tempo_map(project):
    root, archive = project
    sound, _ = lanes_of(root, "Bass")
    clip, audio = sound.find("Clips/Clip"), sound.find("Clips/Clip/Audio")
    assert float(clip.get("time")) == pytest.approx(3.5)
    # 8 beats take 4 s; the 1.75 s that are left of 5.75 hold 2.625 beats at 90 BPM.
    assert float(clip.get("duration")) == pytest.approx(0.5 + 8 + 2.625)
    assert (clip.get("contentTimeUnit"), audio.get("algorithm")) == ("seconds", "raw")
    assert float(audio.get("duration")) == pytest.approx(SECONDS)
    assert {file.get("path") for file in root.iter("File")} == set(archive.namelist()) - {"project.xml", "metadata.xml"}


def test_notes_and_their_automation_stand_muted_beside_the_sound(project, piece):
    root, _ = project
    _, keys = lanes_of(root, piece.parts[0].name)
    rows = [(float(note.get("time")), float(note.get("duration")), note.get("key")) for note in keys.iter("Note")]
    assert rows[:2] == [(3.5, 0.5, "67"), (4.0, 1.0, "60")]
    assert float(next(keys.iter("Note")).get("vel")) == pytest.approx(64 / 127)
    assert keys.find("Points/Target").get("controller") == "64"
    assert [float(point.get("value")) for point in keys.iter("RealPoint")] == [1, 1, 0]
    _, bass = lanes_of(root, "Bass")
    assert bass.find("Points/Target").get("expression") == "pitchBend"
    assert [float(point.get("value")) for point in bass.iter("RealPoint")] == pytest.approx([0.5, 0.5 + 2 / 24])
    for track in root.iter("Track"):
        muted = track.find("Channel/Mute").get("value") == "true"
        assert muted == (track.get("contentType") in ("notes", "tracks")), track.get("name")


def test_names_and_colours(project, piece):
    root, archive = project
    tracks = [track for track in root.findall("Structure/Track") if track.get("contentType") == "audio"]
    assert [track.get("name") for track in tracks] == [*(part.name for part in piece.parts), "Room: hall/ó"]
    assert len({track.get("color") for track in tracks}) == 4
    assert "audio/04 Room- hall-ó.flac" in archive.namelist()
    metadata = etree.fromstring(archive.read("metadata.xml"))
    assert (metadata.findtext("Title"), metadata.findtext("Artist")) == (TITLE, "Ó & Co")


@pytest.mark.parametrize(("lead_in", "sound", "verse"), [(0.0, 0, 0), (0.25, 3.5, 4), (3.0, 2, 8)])
def test_whole_bars_make_room_for_the_lead_in(score, tmp_path, lead_in, sound, verse):
    path, late = tmp_path / "piece.dawproject", replace(score, tempo=replace(score.tempo, lead_in=lead_in))
    write_dawproject(late, stems_of(late, tmp_path), path, title="Late")
    root = etree.fromstring(ZipFile(path).read("project.xml"))
    assert {float(clip.get("time")) for clip in root.iter("Clip") if clip.find("Audio") is not None} == {sound}
    assert float(root.find("Arrangement/Markers/Marker").get("time")) == verse


def test_same_piece_gives_same_bytes_and_holds_the_very_files(piece, tmp_path):
    stems = stems_of(piece, tmp_path)
    for name in "ab":
        write_dawproject(piece, stems, tmp_path / name, title=TITLE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    archive = ZipFile(tmp_path / "a")
    sounds = [entry for entry in archive.infolist() if entry.filename.startswith("audio/")]
    assert {entry.compress_type for entry in sounds} == {ZIP_STORED}
    assert [archive.read(entry) for entry in sounds] == [stem.path.read_bytes() for stem in stems]


def test_a_stem_that_is_no_sound_is_named(piece, tmp_path):
    first, *others = stems_of(piece, tmp_path)
    first.path.write_bytes(b"no sound")
    with pytest.raises(ProjectError, match="Piano"):
        write_dawproject(piece, [first, *others], tmp_path / "piece.dawproject", title=TITLE)
    with pytest.raises(ProjectError, match="Gone"):
        gone = replace(first, name="Gone", path=tmp_path / "gone.flac")
        write_dawproject(piece, [gone], tmp_path / "piece.dawproject", title=TITLE)
