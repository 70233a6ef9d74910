"""One measure of one part as MusicXML: attributes, what stands above the staff, then voice after voice."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from studio.deliver.paper.chord_symbols import KINDS
from studio.deliver.paper.measures import Sign
from studio.deliver.paper.sheet import Pace, Player, Sheet, is_percussion, sounding_voices
from studio.deliver.paper.spelling import Name, bass_name, root_name
from studio.deliver.paper.staves import Clef
from studio.deliver.paper.values import DIVISIONS
from studio.deliver.paper.xml_note import Accidentals, write_sign
from studio.score import ChordSpan
from studio.theory.key import Key

VOICES_A_STAFF = 4
"""Voices 1–4 are the first staff's, 5–8 the second's."""
NEARLY_STRAIGHT = 0.53
"""Off-beats up to here are not called swing."""
Mark = tuple[int, ET.Element]


def write_measure(part: ET.Element, sheet: Sheet, player: Player, index: int, part_id: str, *, leads: bool) -> None:
    """Add measure ``index`` (0 first) of ``player`` to ``part``. The part that ``leads`` carries what concerns all."""
    measure = ET.SubElement(part, "measure", number=str(index + 1))
    _attributes(measure, sheet, player, index)
    marks = sorted(_marks(sheet, player, index, leads), key=lambda mark: mark[0])
    written = 0
    for staff, line in enumerate(player.lines):
        accidentals = Accidentals(sheet.keys[index])
        numbers = sounding_voices(line, index)
        names = accidentals.of(sheet, line, index, numbers) if not is_percussion(player) else {}
        for number in numbers:
            if written:
                ET.SubElement(ET.SubElement(measure, "backup"), "duration").text = str(sheet.bar)
            for sign in line.voices[number][index]:
                if not written:
                    _place(measure, marks, sign)
                voice, on_staff = 1 + number + staff * VOICES_A_STAFF, staff + 1 if len(player.lines) > 1 else 0
                stem = ("up" if number == 0 else "down") if len(numbers) > 1 else ""
                write_sign(measure, sign, names.get((number, sign.start), ()), voice, on_staff, stem, part_id)
            written += 1
    _barline(measure, sheet, index)


def _attributes(measure: ET.Element, sheet: Sheet, player: Player, index: int) -> None:
    """Write key, meter and clefs where they begin or change."""
    key = sheet.keys[index]
    if index and key == sheet.keys[index - 1]:
        return
    attributes = ET.SubElement(measure, "attributes")
    if not index:
        ET.SubElement(attributes, "divisions").text = str(DIVISIONS)
    _key(attributes, key)
    if index:
        return
    time = ET.SubElement(attributes, "time")
    ET.SubElement(time, "beats").text = str(sheet.score.meter.numerator)
    ET.SubElement(time, "beat-type").text = str(sheet.score.meter.denominator)
    if len(player.lines) > 1:
        ET.SubElement(attributes, "staves").text = str(len(player.lines))
    for number, line in enumerate(player.lines, 1):
        _clef(attributes, line.clef, number if len(player.lines) > 1 else 0)


def _key(attributes: ET.Element, key: Key) -> None:
    element = ET.SubElement(attributes, "key")
    ET.SubElement(element, "fifths").text = str(key.fifths)
    ET.SubElement(element, "mode").text = key.mode


def _clef(attributes: ET.Element, clef: Clef, number: int) -> None:
    element = ET.SubElement(attributes, "clef", {"number": str(number)} if number else {})
    ET.SubElement(element, "sign").text = clef.sign
    ET.SubElement(element, "line").text = str(clef.line)
    if clef.octave:
        ET.SubElement(element, "clef-octave-change").text = str(clef.octave)


def _marks(sheet: Sheet, player: Player, index: int, leads: bool) -> Iterator[Mark]:
    """Yield what stands above or below the first staff in a measure, with its ticks."""
    if leads:
        if index in sheet.sections and sheet.sections[index].name:
            yield 0, _direction("rehearsal", sheet.sections[index].name)
        for pace in sheet.paces.get(index, ()):
            yield pace.tick, _pace(pace, sheet)
        if not index and sheet.swing.off_beat > NEARLY_STRAIGHT:
            yield 0, _swing(sheet)
        for tick, span in sheet.symbols.get(index, ()):
            yield tick, _harmony(span, sheet.keys[index])
    if index in player.dynamics:
        tick, mark = player.dynamics[index]
        direction = ET.Element("direction", placement="below")
        ET.SubElement(ET.SubElement(ET.SubElement(direction, "direction-type"), "dynamics"), mark)
        yield tick, direction


def _place(measure: ET.Element, marks: list[Mark], sign: Sign) -> None:
    """Add the marks that fall within a sign before it, moved to their own time."""
    while marks and marks[0][0] < sign.end:
        tick, element = marks.pop(0)
        if tick > sign.start:
            offset = ET.Element("offset")
            offset.text = str(tick - sign.start)
            after = [child for child in element if child.tag not in ("sound", "voice", "staff")]
            element.insert(len(after), offset)
        measure.append(element)


def _direction(kind: str, text: str) -> ET.Element:
    direction = ET.Element("direction", placement="above")
    ET.SubElement(ET.SubElement(direction, "direction-type"), kind).text = text
    return direction


def _pace(pace: Pace, sheet: Sheet) -> ET.Element:
    """Return a metronome mark, or the word that begins a ritard; inside one, only what is heard.

    A blank word carries that: without one MuseScore prints the number.
    """
    if pace.mark != "tempo":
        direction = _direction("words", pace.mark or " ")
    else:
        direction = ET.Element("direction", placement="above")
        metronome = ET.SubElement(ET.SubElement(direction, "direction-type"), "metronome")
        ET.SubElement(metronome, "beat-unit").text = "quarter"
        if sheet.score.meter.is_compound:
            ET.SubElement(metronome, "beat-unit-dot")
        per_minute = pace.bpm / sheet.score.meter.pulse_beats
        ET.SubElement(metronome, "per-minute").text = f"{per_minute:.2f}".rstrip("0").rstrip(".")
    ET.SubElement(direction, "sound", tempo=f"{pace.bpm:.3f}".rstrip("0").rstrip("."))
    return direction


def _swing(sheet: Sheet) -> ET.Element:
    """Return the word *Swing*; 4.0's element for its ratio would make the file invalid for readers of 3.1."""
    return _direction("words", "Swing 16ths" if sheet.swing.unit == "sixteenth" else "Swing")


def _harmony(span: ChordSpan, key: Key) -> ET.Element:
    """Return a chord symbol."""
    kind, root = KINDS[span.chord.quality], root_name(span, key)
    harmony = ET.Element("harmony")
    _tone(harmony, "root", root)
    ET.SubElement(harmony, "kind", text=kind.text).text = kind.value
    if span.chord.bass != span.chord.root:
        _tone(harmony, "bass", bass_name(span.chord, root, key))
    for degree in kind.degrees:
        element = ET.SubElement(harmony, "degree", {"print-object": "no"})
        ET.SubElement(element, "degree-value").text = str(degree.number)
        ET.SubElement(element, "degree-alter").text = str(degree.alter)
        ET.SubElement(element, "degree-type").text = degree.type
    return harmony


def _tone(harmony: ET.Element, what: str, name: Name) -> None:
    element = ET.SubElement(harmony, what)
    ET.SubElement(element, f"{what}-step").text = name.step
    if name.alter:
        ET.SubElement(element, f"{what}-alter").text = str(name.alter)


def _barline(measure: ET.Element, sheet: Sheet, index: int) -> None:
    """Close the piece by a final barline, a section by a double one."""
    style = "light-heavy" if index == len(sheet.keys) - 1 else "light-light" if index in sheet.closes else ""
    if style:
        ET.SubElement(ET.SubElement(measure, "barline", location="right"), "bar-style").text = style
