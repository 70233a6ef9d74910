"""The MusicXML 4.0 schema that the ``musicxml`` package carries, and the sums every measure must keep."""

from collections import Counter
from functools import cache
from importlib.resources import files

from lxml import etree  # type: ignore[import-untyped]

XLINK = "".join(
    f'<xs:attribute name="{name}" type="xs:string"/>' for name in ("href", "type", "role", "title", "show", "actuate")
)
IMPORTED = {
    "xml.xsd": ("http://www.w3.org/XML/1998/namespace", '<xs:attribute name="lang" type="xs:language"/>'
                '<xs:attribute name="space" type="xs:NCName"/>'),
    "xlink.xsd": ("http://www.w3.org/1999/xlink", XLINK),
}  # fmt: skip
"""What the schema imports by address: the few attributes it uses of each."""


class Local(etree.Resolver):
    def resolve(self, url, _public, context):
        space, attributes = IMPORTED[url.rsplit("/", 1)[-1]]
        text = (
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{space}">{attributes}</xs:schema>'
        )
        return self.resolve_string(text, context)


@cache
def schema():
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    with (files("musicxml") / "generate_classes" / "musicxml_4_0.xsd").open("rb") as file:
        return etree.XMLSchema(etree.parse(file, parser))


def validated(text):
    """Return the document's root; fails where the schema does, or a voice does not fill its measure exactly."""
    root = etree.fromstring(text.encode(), etree.XMLParser(load_dtd=False, no_network=True))
    assert schema().validate(root), schema().error_log[:3]
    first = root.find("part/measure/attributes")
    bar = 4 * int(first.findtext("time/beats")) * int(first.findtext("divisions"))
    bar //= int(first.findtext("time/beat-type"))
    for part in root.iter("part"):
        for measure in part.iter("measure"):
            assert voices(measure) == dict.fromkeys(voices(measure), bar), (part.get("id"), measure.get("number"))
    return root


def voices(measure):
    """Return how many divisions every voice of a measure holds; each begins where the measure does."""
    lengths, now = Counter[str](), 0
    for element in measure:
        if element.tag == "backup":
            now -= int(element.findtext("duration"))
            assert now == 0
        elif element.tag == "note" and element.find("chord") is None:
            length = int(element.findtext("duration"))
            lengths[element.findtext("voice")] += length
            now += length
    return dict(lengths)
