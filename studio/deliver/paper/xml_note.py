"""Notes, chords and rests as MusicXML elements, with the accidentals that a measure needs."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from studio.deliver.paper.measures import Sign
from studio.deliver.paper.sheet import Line, Sheet
from studio.deliver.paper.spelling import LETTER_FIFTHS, Name
from studio.deliver.percussion import stroke
from studio.theory.key import Key

ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
Spelt = tuple[tuple[Name, str], ...]
"""For every pitch of a sign its name and the accidental drawn before it, or nothing."""


class Accidentals:
    """What is in force on one staff in one measure: the signature's alterations, then each accidental drawn."""

    def __init__(self, key: Key) -> None:
        self.signature = {
            letter: (1 if key.fifths > index else 0) if key.fifths >= 0 else (-1 if 7 + key.fifths <= index else 0)
            for index, letter in enumerate(LETTER_FIFTHS)
        }
        self.drawn: dict[tuple[str, int], int] = {}

    def of(self, sheet: Sheet, line: Line, index: int, voices: Sequence[int]) -> dict[tuple[int, int], Spelt]:
        """Return the spelling of every sign of the staff's measure, by voice and start, in order of time."""
        signs = [(sign.start, number, sign) for number in voices for sign in line.voices[number][index]]
        result = {}
        for start, number, sign in sorted(signs, key=lambda row: row[:2]):
            names = [sheet.named(pitch, sign.heard) for pitch in sign.pitches]
            rows = zip(sign.pitches, names, strict=True)
            result[number, start] = tuple((name, self._before(name, pitch, sign)) for pitch, name in rows)
        return result

    def _before(self, name: Name, pitch: int, sign: Sign) -> str:
        """Return the accidental a note needs; one that is tied to needs none."""
        if sign.tie_in:
            return ""
        place = (name.step, name.octave(pitch))
        if self.drawn.get(place, self.signature[name.step]) == name.alter:
            return ""
        self.drawn[place] = name.alter
        return ACCIDENTALS[name.alter]


def write_sign(measure: ET.Element, sign: Sign, spelt: Spelt, voice: int, staff: int, stem: str, part_id: str) -> None:
    """Add a rest, a note or all notes of a chord. Without ``spelt`` pitches are percussion keys."""
    for number, pitch in enumerate(sign.pitches or (None,)):
        note = ET.SubElement(measure, "note")
        if number:
            ET.SubElement(note, "chord")
        _what(note, sign, pitch, spelt[number][0] if spelt else None)
        ET.SubElement(note, "duration").text = str(sign.length)
        if pitch is not None:
            for kind, tied in (("stop", sign.tie_in), ("start", sign.tie_out)):
                if tied:
                    ET.SubElement(note, "tie", type=kind)
        if pitch is not None and not spelt:
            ET.SubElement(note, "instrument", id=f"{part_id}-I{pitch}")
        ET.SubElement(note, "voice").text = str(voice)
        if not sign.whole:
            _value(note, sign, spelt[number][1] if spelt else "")
        if stem and pitch is not None:
            ET.SubElement(note, "stem").text = stem
        if pitch is not None and not spelt and stroke(pitch).head != "normal":
            ET.SubElement(note, "notehead").text = stroke(pitch).head
        if staff:
            ET.SubElement(note, "staff").text = str(staff)
        if not number:
            for level, word in enumerate(sign.beams, 1):
                ET.SubElement(note, "beam", number=str(level)).text = word
        _notations(note, sign, first=not number)


def _what(note: ET.Element, sign: Sign, pitch: int | None, name: Name | None) -> None:
    """Write what sounds: a pitch, a percussion sound by its place on the staff, or nothing."""
    if pitch is None:
        ET.SubElement(note, "rest", {"measure": "yes"} if sign.whole else {})
    elif name is None:
        unpitched = ET.SubElement(note, "unpitched")
        ET.SubElement(unpitched, "display-step").text = stroke(pitch).step
        ET.SubElement(unpitched, "display-octave").text = str(stroke(pitch).octave)
    else:
        element = ET.SubElement(note, "pitch")
        ET.SubElement(element, "step").text = name.step
        if name.alter:
            ET.SubElement(element, "alter").text = str(name.alter)
        ET.SubElement(element, "octave").text = str(name.octave(pitch))


def _value(note: ET.Element, sign: Sign, accidental: str) -> None:
    """Write type, dots, accidental and the ratio of a triplet."""
    ET.SubElement(note, "type").text = sign.value.type
    for _ in range(sign.value.dots):
        ET.SubElement(note, "dot")
    if accidental:
        ET.SubElement(note, "accidental").text = accidental
    if sign.triplet:
        ratio = ET.SubElement(note, "time-modification")
        ET.SubElement(ratio, "actual-notes").text = "3"
        ET.SubElement(ratio, "normal-notes").text = "2"
        ET.SubElement(ratio, "normal-type").text = "eighth"


def _notations(note: ET.Element, sign: Sign, *, first: bool) -> None:
    """Write ties, the triplet's bracket and the staccato dot, where there are any."""
    notations = ET.Element("notations")
    if sign.pitches:
        for kind, tied in (("stop", sign.tie_in), ("start", sign.tie_out)):
            if tied:
                ET.SubElement(notations, "tied", type=kind)
    if first and sign.triplet in ("start", "stop"):
        ET.SubElement(notations, "tuplet", type=sign.triplet, number="1")
    if first and sign.staccato and sign.pitches:
        ET.SubElement(ET.SubElement(notations, "articulations"), "staccato")
    if len(notations):
        note.append(notations)
