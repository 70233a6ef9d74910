"""REAPER projects read back with the ``rpp`` package."""

import io
from zipfile import ZipFile

import pytest
import rpp  # type: ignore[import-untyped]
import soundfile

from studio.deliver.midi import TICKS
from studio.deliver.project import write_reaper
from tests.studio.deliver.session import SECONDS, TITLE, hard, stems_of


@pytest.fixture
def piece(score):
    return hard(score)


@pytest.fixture
def archive(piece, tmp_path):
    write_reaper(piece, stems_of(piece, tmp_path), tmp_path / "piece.zip", title=TITLE)
    return ZipFile(tmp_path / "piece.zip")


@pytest.fixture
def project(archive):
    return rpp.loads(archive.read(archive.namelist()[0]).decode())


def line(element, name):
    """The values of a block's line."""
    return element.find(name)[1:]


def number(element, name):
    return float(line(element, name)[0])


def test_project_is_named_after_the_title_and_runs_at_the_rate_of_the_stems(archive, project):
    assert archive.namelist()[0] == "Über -Café- & -Bar--ó.rpp"
    assert line(project, "TITLE") == [TITLE]
    assert line(project, "SAMPLERATE")[:2] == ["44100", "1"]
    assert line(project, "TEMPO") == ["120", "4", "4"]


def test_tempo_points_stand_at_their_seconds_and_hold(project):
    points = [point[1:] for point in project.find("TEMPOENVEX").findall("PT")]
    assert [(float(point[0]), float(point[1])) for point in points] == [(0, 120), (6, 90)]
    assert {point[2] for point in points} == {"1"}
    assert points[0][3] == str(4 << 16 | 4)


def test_sections_are_coloured_regions(project):
    regions = [row[1:] for row in project.findall("MARKER")]
    starts, ends = regions[::2], regions[1::2]
    assert [(row[2], float(row[1])) for row in starts] == [("Verse", 2.0), ("Chorus", 6.0)]
    assert [float(row[1]) for row in ends] == pytest.approx([6.0, 6 + 8 * 60 / 90])
    assert int(starts[0][4]) == 0x01E6A361  # the verse's 61A3E6, blue first
    assert starts[0][3] == "1"


def test_stems_lie_in_place(archive, project, piece):
    tracks = project.findall("TRACK")[: len(piece.parts) + 1]
    assert [line(track, "NAME")[0] for track in tracks] == [*(part.name for part in piece.parts), "Room: hall/ó"]
    assert len({line(track, "PEAKCOL")[0] for track in tracks}) == 4
    for track in tracks:
        item = track.find("ITEM")
        assert number(item, "POSITION") == pytest.approx(1.75)
        assert number(item, "LENGTH") == pytest.approx(SECONDS)
        assert line(track, "MUTESOLO")[0] == "0"
        source = item.find("SOURCE")
        assert source.attrib == ["FLAC"]
        assert soundfile.info(io.BytesIO(archive.read(line(source, "FILE")[0]))).duration == SECONDS


def test_notes_lie_muted_in_a_folder_that_closes(project, piece):
    folder, *tracks = project.findall("TRACK")[len(piece.parts) + 1 :]
    assert line(folder, "ISBUS") == ["1", "1"]
    assert [line(track, "ISBUS") for track in tracks] == [["0", "0"], ["0", "0"], ["2", "-1"]]
    assert {line(track, "MUTESOLO")[0] for track in [folder, *tracks]} == {"1"}
    item = tracks[0].find("ITEM")
    assert number(item, "POSITION") == 0
    assert number(item, "LENGTH") == pytest.approx(6 + 8 * 60 / 90)
    source = item.find("SOURCE")
    assert line(source, "HASDATA") == ["1", str(TICKS), "QN"]
    now, strikes = 0, []
    for _, wait, status, key, velocity in source.findall("E"):
        now += int(wait)
        if status == "90":
            strikes.append((now / TICKS, int(key, 16), int(velocity, 16)))
    assert strikes[:2] == [(3.5, 67, 64), (4.0, 60, 80)]
    assert now / TICKS == 20  # the bar in front and four of music


def test_same_piece_gives_same_bytes(piece, tmp_path):
    stems = stems_of(piece, tmp_path)
    for name in "ab":
        write_reaper(piece, stems, tmp_path / name, title=TITLE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
