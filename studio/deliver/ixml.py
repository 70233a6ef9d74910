"""iXML (Gallery Software, *iXML specification*, 2.10): the words of a piece for editors and workstations."""

from xml.etree import ElementTree as ET

from studio.deliver.bext import Levels
from studio.deliver.tags import Tags

VERSION = "2.10"
SIDES = ("Left", "Right")


def ixml(tags: Tags, levels: Levels, *, rate: int, bits: int) -> bytes:
    """Return the chunk's body for a stereo file of ``bits`` bits at ``rate`` Hz.

    Fields of ``Tags`` that iXML has no name for stand under ``USER``, as it asks.
    """
    root = ET.Element("BWFXML")
    _fill(root, {"IXML_VERSION": VERSION, "PROJECT": tags.album, "NOTE": tags.comment})
    speed = {"FILE_SAMPLE_RATE": rate, "AUDIO_BIT_DEPTH": bits, "TIMESTAMP_SAMPLE_RATE": rate}
    _fill(ET.SubElement(root, "SPEED"), {name: str(value) for name, value in speed.items()})
    tracks = ET.SubElement(root, "TRACK_LIST")
    _fill(tracks, {"TRACK_COUNT": str(len(SIDES))})
    for number, side in enumerate(SIDES, start=1):
        track = {"CHANNEL_INDEX": str(number), "INTERLEAVE_INDEX": str(number), "NAME": side}
        _fill(ET.SubElement(tracks, "TRACK"), track)
    _fill(ET.SubElement(root, "BEXT"), _broadcast(tags, levels))
    texts = {name.upper(): text for name, text in tags.texts().items() if name not in ("title", "comment")}
    _fill(ET.SubElement(root, "USER"), {"FULL_TITLE": tags.title} | texts)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _broadcast(tags: Tags, levels: Levels) -> dict[str, str]:
    """Return what the ``bext`` chunk says, in words of iXML."""
    return {
        "BWF_DESCRIPTION": tags.title,
        "BWF_ORIGINATOR": tags.software,
        "BWF_ORIGINATION_DATE": tags.created,
        "BWF_LOUDNESS_VALUE": f"{levels.loudness:.2f}",
        "BWF_LOUDNESS_RANGE": f"{levels.loudness_range:.2f}",
        "BWF_MAX_TRUE_PEAK_LEVEL": f"{levels.true_peak:.2f}",
        "BWF_MAX_MOMENTARY_LOUDNESS": f"{levels.momentary:.2f}",
        "BWF_MAX_SHORT_TERM_LOUDNESS": f"{levels.short_term:.2f}",
    }


def _fill(parent: ET.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if text:
            ET.SubElement(parent, name).text = text
