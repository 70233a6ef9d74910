"""DAWproject 1.0, the open exchange format of Bitwig Studio, Studio One and Cubase: a ZIP of XML and sound.

A track per stem; below them a muted folder of the notes, a track per part with its automation as MIDI controllers.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
from numpy.typing import NDArray

from studio import ENGINE_VERSION
from studio.deliver.archive import archive
from studio.deliver.midi import CONTROLLERS, normalised
from studio.deliver.project.colours import of_kind, of_role
from studio.deliver.project.session import Player, Session, Take, label, lay_out, part_name
from studio.deliver.stems import StemFile
from studio.score import Score

VERSION = "1.0"
SHORTEST = 1.0 / 480
"""Beats of the shortest note: one tick of the MIDI file."""

Target = dict[str, Any]
LANES: dict[str, Target] = {"bend": {"expression": "pitchBend"}} | {
    lane: {"expression": "channelController", "controller": controller} for lane, controller in CONTROLLERS.items()
}
"""Automation lane of a part → what its points move, all of them from 0 to 1."""


def write_dawproject(score: Score, stems: Sequence[StemFile], path: Path, *, title: str, artist: str = "") -> None:
    """Write the project of ``score`` as played and its ``stems`` to ``path``; the same input gives the same bytes.

    Tempo map, meter, sections as markers, each stem in place on a track of its own, notes muted beside them. Raises
    ``ProjectError`` for a stem that cannot be read.
    """
    session = lay_out(score, stems)
    with archive(path) as target:
        target.add_text("project.xml", _text(_Writer(session).project()))
        target.add_text("metadata.xml", _text(_metadata(title, artist)))
        for take in session.takes:
            target.add_file(take.file, take.stem.path)


class _Writer:
    """The document of one session; ids are counted as they are given out."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._ids = count()

    def project(self) -> Element:
        project = Element("Project", version=VERSION)
        SubElement(project, "Application", name="Songwright", version=ENGINE_VERSION)
        tempo = self._transport(project)
        lanes = Element("Lanes", timeUnit="beats", id=self._id())
        self._structure(SubElement(project, "Structure"), lanes)
        arrangement = SubElement(project, "Arrangement", id=self._id())
        arrangement.append(lanes)
        self._markers(arrangement)
        self._tempo_map(arrangement, tempo)
        return project

    def _id(self) -> str:
        return f"id{next(self._ids)}"

    def _transport(self, project: Element) -> str:
        transport, tempo = SubElement(project, "Transport"), self._id()
        bpm, meter = self.session.score.tempo.bpm[0], self.session.score.meter
        SubElement(transport, "Tempo", id=tempo, name="Tempo", unit="bpm", min="20.0", max="666.0", value=_number(bpm))
        numbers: dict[str, Any] = {"numerator": str(meter.numerator), "denominator": str(meter.denominator)}
        SubElement(transport, "TimeSignature", id=self._id(), **numbers)
        return tempo

    def _structure(self, structure: Element, lanes: Element) -> None:
        master = self._id()
        for take in self.session.takes:
            name = label(take.stem.name)
            track = self._track(structure, name, "audio", take.colour, channels=take.channels, to=master)
            self._audio(SubElement(lanes, "Lanes", track=track.get("id", ""), id=self._id()), take, name)
        if self.session.players:
            bus = self._id()
            folder = self._track(structure, "MIDI", "tracks", of_role(""), role="submix", to=master, own=bus, mute=True)
            for player in self.session.players:
                part = player.part
                track = self._track(folder, part_name(part), "notes", of_role(part.role), to=bus, mute=True)
                self._notes(SubElement(lanes, "Lanes", track=track.get("id", ""), id=self._id()), player)
        self._track(structure, "Master", "audio notes", of_role(""), role="master", own=master)

    def _track(
        self,
        parent: Element,
        name: str,
        content: str,
        colour: int,
        *,
        channels: int = 2,
        role: str = "regular",
        to: str = "",
        own: str = "",
        mute: bool = False,
    ) -> Element:
        track = SubElement(
            parent, "Track", id=self._id(), name=name, color=_colour(colour), contentType=content, loaded="true"
        )
        channel = SubElement(track, "Channel", id=own or self._id(), audioChannels=str(channels), role=role)
        if to:
            channel.set("destination", to)
        channel.set("solo", "false")
        SubElement(channel, "Mute", id=self._id(), name="Mute", value=str(mute).lower())
        SubElement(channel, "Pan", id=self._id(), name="Pan", unit="normalized", min="0.0", max="1.0", value="0.5")
        SubElement(channel, "Volume", id=self._id(), name="Volume", unit="linear", min="0.0", max="2.0", value="1.0")
        return track

    def _audio(self, lanes: Element, take: Take, name: str) -> None:
        """A clip in beats around sound in seconds, unstretched: the tempo map makes both ends meet."""
        begin, end = self.session.audio_beat, self.session.beat(take.seconds)
        clip = SubElement(
            SubElement(lanes, "Clips", id=self._id()),
            "Clip",
            name=name,
            color=_colour(take.colour),
            time=_number(begin),
            duration=_number(end - begin),
            contentTimeUnit="seconds",
            playStart="0.0",
            playStop=_number(take.seconds),
        )
        audio = SubElement(
            clip,
            "Audio",
            id=self._id(),
            timeUnit="seconds",
            algorithm="raw",
            channels=str(take.channels),
            sampleRate=str(take.sample_rate),
            duration=_number(take.seconds),
        )
        SubElement(audio, "File", path=take.file)

    def _notes(self, lanes: Element, player: Player) -> None:
        part, shift, channel = player.part, self.session.shift, str(player.channel)
        clips = SubElement(lanes, "Clips", id=self._id())
        clip = SubElement(clips, "Clip", name=part_name(part), color=_colour(of_role(part.role)), time="0.0")
        clip.set("duration", _number(self.session.end))
        clip.set("playStart", "0.0")
        notes = SubElement(clip, "Notes", id=self._id())
        for onset, duration, pitch, velocity in part.notes.tolist():
            begin = max(0.0, onset + shift)
            length = max(SHORTEST, onset + shift + duration - begin)
            SubElement(
                notes, "Note", time=_number(begin), duration=_number(length), channel=channel, key=str(pitch),
                vel=_number(velocity / 127), rel=_number(64 / 127),
            )  # fmt: skip
        for lane, target in LANES.items():
            if len(part.controls.get(lane, ())):
                points = SubElement(lanes, "Points", id=self._id(), timeUnit="beats", unit="normalized")
                SubElement(points, "Target", {name: str(value) for name, value in target.items()}, channel=channel)
                points.extend(_points(lane, part.controls[lane], shift))

    def _markers(self, arrangement: Element) -> None:
        markers = SubElement(arrangement, "Markers", id=self._id(), timeUnit="beats")
        for section in self.session.score.sections:
            time, colour = _number(section.start + self.session.shift), _colour(of_kind(section.kind))
            SubElement(markers, "Marker", name=label(section.name), color=colour, time=time)

    def _tempo_map(self, arrangement: Element, tempo: str) -> None:
        tempi = list(self.session.tempi())
        if len(tempi) == 1:
            return
        points = SubElement(arrangement, "TempoAutomation", id=self._id(), timeUnit="beats", unit="bpm")
        SubElement(points, "Target", parameter=tempo)
        for beat, bpm in tempi:
            SubElement(points, "RealPoint", time=_number(beat), value=_number(bpm), interpolation="hold")


def _points(lane: str, curve: NDArray[np.void], shift: float) -> Iterator[Element]:
    """Yield a lane's breakpoints; the pedal is up or down, everything else moves in straight lines."""
    interpolation = "hold" if lane == "sustain" else "linear"
    times = np.maximum(curve["beat"] + shift, 0.0)
    for time, value in zip(times.tolist(), normalised(lane, curve["value"]).tolist(), strict=True):
        yield Element("RealPoint", time=_number(time), value=_number(value), interpolation=interpolation)


def _metadata(title: str, artist: str) -> Element:
    metadata = Element("MetaData")
    for name, text in (("Title", title), ("Artist", artist), ("Comment", "Made with Songwright")):
        if text:
            SubElement(metadata, name).text = label(text)
    return metadata


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").removesuffix(".") if value % 1 else f"{value:.1f}"


def _colour(colour: int) -> str:
    return f"#{colour:06x}"


def _text(root: Element) -> str:
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tostring(root, encoding="unicode") + "\n"
