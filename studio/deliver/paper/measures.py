"""A voice cut into measures: signs with ties, rests, triplets and beams, every measure filled exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from studio.deliver.paper.staves import Event
from studio.deliver.paper.values import BEAMS, TRIPLET_VALUES, VALUES, Value, split, ticks
from studio.theory.meter import Meter

PUSH = 12
"""Ticks into a note at which its chord is looked up: one struck an eighth early belongs to the chord to come."""


@dataclass(frozen=True)
class Sign:
    """A note, chord or rest (no pitches) as drawn: ``start`` in ticks from its measure's beginning.

    ``tie_in`` and ``tie_out``: whether it continues the sign before and goes on in the next. ``triplet``: ``start``,
    ``inside``, ``stop`` or empty. ``beams``: MusicXML's word for each beam, outermost first. ``whole``: a rest of the
    whole measure. ``heard``: the tick of the piece whose chord names its pitches.
    """

    start: int
    length: int
    value: Value
    pitches: tuple[int, ...] = ()
    tie_in: bool = False
    tie_out: bool = False
    triplet: str = ""
    beams: tuple[str, ...] = ()
    staccato: bool = False
    whole: bool = False
    heard: int = 0

    @property
    def end(self) -> int:
        """The tick at which it ends."""
        return self.start + self.length


def measures(voice: Sequence[Event], meter: Meter, count: int) -> list[list[Sign]]:
    """Return ``count`` measures of a voice; one in which it is silent holds a single whole rest."""
    bar = ticks(meter.bar_beats)
    held: list[list[Event]] = [[] for _ in range(count)]
    for event in voice:
        for number in range(event.start // bar, min(-(-event.end // bar), count)):
            held[number].append(event)
    return [_measure(events, number * bar, meter) for number, events in enumerate(held)]


def is_silent(measure: Sequence[Sign]) -> bool:
    """Whether a measure holds nothing but its rest."""
    return all(not sign.pitches for sign in measure)


def _measure(events: Sequence[Event], begin: int, meter: Meter) -> list[Sign]:
    bar = ticks(meter.bar_beats)
    if not events:
        return [Sign(0, bar, VALUES[bar], whole=True)]
    stretches: list[tuple[int, int, Event | None]] = []
    now = 0
    for event in events:
        start, end = max(event.start - begin, 0), min(event.end - begin, bar)
        if start > now:
            stretches.append((now, start, None))
        stretches.append((start, end, event))
        now = end
    if now < bar:
        stretches.append((now, bar, None))
    triplets = _triplet_pulses(stretches, meter)
    signs = [sign for start, end, event in stretches for sign in _signs(start, end, event, begin, triplets, meter)]
    return _beamed(_bracketed(signs, ticks(meter.pulse_beats)), meter)


def _triplet_pulses(stretches: Sequence[tuple[int, int, Event | None]], meter: Meter) -> frozenset[int]:
    """Return the numbers of the pulses that something divides in three."""
    if meter.is_compound:
        return frozenset()
    pulse = ticks(meter.pulse_beats)
    return frozenset(edge // pulse for start, end, _ in stretches for edge in (start, end) if edge % 3)


def _signs(start: int, end: int, event: Event | None, begin: int, triplets: frozenset[int], meter: Meter) -> list[Sign]:
    """Return the signs of one stretch, tied together when it sounds."""
    pieces = []
    for piece_start, piece_end, triplet in _pieces(start, end, triplets, ticks(meter.pulse_beats)):
        if triplet:
            pieces += [(*piece, TRIPLET_VALUES, "inside") for piece in _thirds(piece_start, piece_end)]
        else:
            cuts = split(piece_start, piece_end, meter, rest=event is None)
            pieces += [(*piece, VALUES, "") for piece in cuts]
    signs = [Sign(low, high - low, table[high - low], triplet=triplet) for low, high, table, triplet in pieces]
    if event is None:
        return signs
    return [
        replace(
            sign,
            pitches=event.pitches,
            tie_in=begin + sign.start > event.start,
            tie_out=begin + sign.end < event.end,
            staccato=event.staccato and len(signs) == 1,
            heard=event.start + min(PUSH, (event.end - event.start) // 2),
        )
        for sign in signs
    ]


def _pieces(start: int, end: int, triplets: frozenset[int], pulse: int) -> list[tuple[int, int, bool]]:
    """Return a stretch cut where triplets begin and end, each with whether it stands in one."""
    pieces: list[tuple[int, int, bool]] = []
    for number in range(start // pulse, -(-end // pulse)):
        low, high = max(start, number * pulse), min(end, (number + 1) * pulse)
        triplet = number in triplets
        if pieces and not triplet and not pieces[-1][2]:
            pieces[-1] = (pieces[-1][0], high, False)
        else:
            pieces.append((low, high, triplet))
    return pieces


def _thirds(start: int, end: int) -> list[tuple[int, int]]:
    """Return a stretch within a triplet as lengths that one sign can write."""
    longest = next(length for length in TRIPLET_VALUES if length <= end - start)
    rest = [] if start + longest == end else _thirds(start + longest, end)
    return [(start, start + longest), *rest]


def _bracketed(signs: list[Sign], pulse: int) -> list[Sign]:
    """Mark the first and the last sign of every triplet."""
    result = []
    for sign in signs:
        if sign.triplet:
            first, last = sign.start % pulse == 0, sign.end % pulse == 0
            sign = replace(sign, triplet="start" if first else "stop" if last else "inside")
        result.append(sign)
    return result


def _beamed(signs: list[Sign], meter: Meter) -> list[Sign]:
    """Join short notes of one pulse by beams; in four, plain eighths of half a bar."""
    result: list[Sign] = []
    for _, group in groupby(signs, key=_beam_groups(signs, meter)):
        result += _joined(list(group))
    return result


def _beam_groups(signs: Sequence[Sign], meter: Meter) -> Callable[[Sign], tuple[int, int, bool]]:
    """Return what gives each sign its group."""
    pulse = ticks(meter.pulse_beats)
    wide = 2 * pulse if meter.pulses == 4 and not meter.is_compound else pulse
    plain = {
        number
        for number in range(ticks(meter.bar_beats) // wide)
        if all(
            sign.pitches and sign.value == VALUES[12] and not sign.triplet
            for sign in signs
            if sign.end > number * wide and sign.start < (number + 1) * wide
        )
    }

    def group(sign: Sign) -> tuple[int, int, bool]:
        number = sign.start // wide
        return number, -1 if number in plain else sign.start // pulse, bool(sign.pitches and sign.value.type in BEAMS)

    return group


def _joined(group: list[Sign]) -> list[Sign]:
    """Return the signs of one group with the words of their beams, if there are two at least to join."""
    counts = [BEAMS.get(sign.value.type, 0) if sign.pitches else 0 for sign in group]
    if len(group) < 2 or not all(counts):
        return group
    result = []
    for index, sign in enumerate(group):
        words = []
        for beam in range(counts[index]):
            before = index > 0 and counts[index - 1] > beam
            after = index + 1 < len(group) and counts[index + 1] > beam
            lone = "backward hook" if index else "forward hook"
            words.append("continue" if before and after else "end" if before else "begin" if after else lone)
        result.append(replace(sign, beams=tuple(words)))
    return result
