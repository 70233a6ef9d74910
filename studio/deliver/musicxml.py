"""MusicXML 4.0 (W3C Music Notation Community Group, 2021), score-partwise: a full score, or a lead sheet.

All parts are at concert pitch; divisions are 24 a quarter note.
"""

from pathlib import Path
from xml.etree import ElementTree as ET

from studio.deliver.midi import channels, program
from studio.deliver.paper.sheet import Player, Sheet, full_score, is_percussion, lead_sheet
from studio.deliver.paper.xml_measure import write_measure
from studio.deliver.percussion import stroke
from studio.deliver.recording import Recording
from studio.deliver.tags import MAKER
from studio.instruments import INSTRUMENTS

RIGHTS = "Original work. Use is granted by its licence."
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def write_musicxml(recording: Recording, path: Path) -> None:
    """Write the full score to ``path``; the same score gives the same bytes."""
    path.write_text(musicxml(full_score(recording), recording), encoding="utf-8", newline="\n")


def write_lead_sheet(recording: Recording, path: Path) -> None:
    """Write melody and chord symbols to ``path``."""
    path.write_text(musicxml(lead_sheet(recording), recording), encoding="utf-8", newline="\n")


def musicxml(sheet: Sheet, recording: Recording) -> str:
    """Return a sheet as a MusicXML document; names and words come from ``recording``."""
    root = ET.Element("score-partwise", version="4.0")
    ET.SubElement(ET.SubElement(root, "work"), "work-title").text = sheet.score.title
    identification = ET.SubElement(root, "identification")
    ET.SubElement(identification, "creator", type="composer").text = recording.tags.artist or MAKER
    ET.SubElement(identification, "rights").text = recording.tags.copyright or RIGHTS
    encoding = ET.SubElement(identification, "encoding")
    ET.SubElement(encoding, "software").text = recording.tags.software
    for element in ("accidental", "beam", "stem"):
        ET.SubElement(encoding, "supports", element=element, type="yes" if element != "stem" else "no")
    part_list = ET.SubElement(root, "part-list")
    seats = channels(tuple(player.part for player in sheet.players))
    for number, (player, (_, channel)) in enumerate(zip(sheet.players, seats, strict=True), 1):
        _list_part(part_list, f"P{number}", player, channel + 1)
    for number, player in enumerate(sheet.players, 1):
        part = ET.SubElement(root, "part", id=f"P{number}")
        for index in range(len(sheet.keys)):
            write_measure(part, sheet, player, index, f"P{number}", leads=number == 1)
    ET.indent(root, " ")
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _list_part(part_list: ET.Element, part_id: str, player: Player, channel: int) -> None:
    """Write a part's name, its instruments and how MIDI plays them; a kit has an instrument for every sound."""
    known = INSTRUMENTS.get(player.part.instrument)
    entry = ET.SubElement(part_list, "score-part", id=part_id)
    ET.SubElement(entry, "part-name").text = player.name
    keys = sorted({int(key) for key in player.part.notes["pitch"]}) if is_percussion(player) else [None]
    rows = [(f"{part_id}-I{key or 1}", key) for key in keys]
    for identity, key in rows:
        instrument = ET.SubElement(entry, "score-instrument", id=identity)
        words = stroke(key).name if key is not None else known.name if known else player.name
        ET.SubElement(instrument, "instrument-name").text = words
    for identity, key in rows:
        midi = ET.SubElement(entry, "midi-instrument", id=identity)
        ET.SubElement(midi, "midi-channel").text = str(channel)
        ET.SubElement(midi, "midi-program").text = str(program(known) + 1)
        if key is not None:
            ET.SubElement(midi, "midi-unpitched").text = str(key + 1)
