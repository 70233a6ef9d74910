"""Voicings: which pitches a chord is played with, chosen so that the voices move little.

A voicing kind is a function from a chord to *stacks*: semitones above a pitch class, lowest note first. Stacks are laid
in every octave of the register; dynamic programming then finds the smoothest way through all chords.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from studio.theory.chord import QUALITIES, Chord

Stack = tuple[int, tuple[int, ...]]
"""The pitch class of the lowest note, and semitones above it, 0 first."""

CANDIDATES = 40
LARGEST_MOVE = 4
MISSING_VOICE = 6.0
LOW_UNISONS, LOW_THIRDS, LOW_SECONDS = 48, 52, 55
"""Below C3 only octaves and fifths; thirds from E3, seconds from G3 upward."""


def _stacked(tones: Sequence[int]) -> Stack:
    """Return pitch classes piled upward in the order given."""
    pitches = [tones[0]]
    for tone in tones[1:]:
        pitches.append(pitches[-1] + ((tone - pitches[-1] - 1) % 12 + 1))
    return tones[0] % 12, tuple(pitch - pitches[0] for pitch in pitches)


def _rotations(tones: Sequence[int], root: int) -> list[list[int]]:
    """Return the inversions of a chord in close position."""
    rising = sorted(tones, key=lambda tone: (tone - root) % 12)
    return [rising[turn:] + rising[:turn] for turn in range(len(rising))]


def _four(chord: Chord) -> list[tuple[int, ...]]:
    """Return the sets of up to four tones a chord may be reduced to; five-tone chords give up their root."""
    tones = chord.tones
    if len(tones) == 2:
        return [(*tones, tones[0])]
    return [tones] if len(tones) <= 4 else [tones[1:5]]


def _close(chord: Chord) -> list[Stack]:
    return [_stacked(turn) for tones in _four(chord) for turn in _rotations(tones, chord.root)]


def _drop2(chord: Chord) -> list[Stack]:
    """The second voice from the top of a close voicing goes down an octave."""
    return [_stacked([turn[-2], *turn[:-2], turn[-1]]) for tones in _four(chord) for turn in _turns(tones, chord)]


def _turns(tones: Sequence[int], chord: Chord) -> list[list[int]]:
    """Inversions of four tones; triads double the lowest."""
    return [turn if len(turn) > 3 else [*turn, turn[0]] for turn in _rotations(list(dict.fromkeys(tones)), chord.root)]


def _open(chord: Chord) -> list[Stack]:
    """The middle of a close triad, or the second voice of four, an octave up."""
    return [_stacked([turn[0], *turn[2:], turn[1]]) for tones in _four(chord) for turn in _rotations(tones, chord.root)]


def _rootless(chord: Chord) -> list[Stack]:
    """Third, fifth, seventh, ninth: the bass has the root."""
    tones = [tone for tone in chord.tones if tone != chord.root]
    if len(tones) < 3:
        return _close(chord)
    return [_stacked(turn) for turn in _rotations(tones, chord.root)]


def _shell(chord: Chord) -> list[Stack]:
    tones = chord.tones[:3] if len(chord.tones) > 2 else (*chord.tones, chord.root)
    root, *rest = tones
    return [_stacked([root, *order]) for order in permutations(rest)]


def _power(chord: Chord) -> list[Stack]:
    """Root and fifth, with the octave where there is room."""
    root, fifth = chord.root, chord.degree(5)
    return [_stacked([root, fifth, root]), _stacked([root, fifth])]


def _guitar(chord: Chord) -> list[Stack]:
    """Root, fifth, seventh or octave, third, fifth: the E and A shapes of an open or barre chord."""
    fifth, third, root = chord.degree(5), chord.degree(3), chord.root
    seventh = next(((root + step) % 12 for step in QUALITIES[chord.quality] if step in (9, 10, 11)), root)
    top = next(((root + step) % 12 for step in QUALITIES[chord.quality] if step in (13, 14, 15)), fifth)
    if third == fifth:
        return [_stacked([root, fifth, root, fifth])]
    shapes = [[root, fifth, seventh, third, top], [root, fifth, seventh, third], [root, fifth, root, third]]
    low = chord.bass
    if low != root:  # the bass alone at the bottom, a small chord above
        return [_stacked([low, *turn]) for turn in _rotations((root, third, fifth), root)]
    return [_stacked(shape) for shape in shapes]


def _quartal(chord: Chord) -> list[Stack]:
    """Fourths (now and then a tritone or fifth) out of the chord and its plain tensions."""
    steps = set(QUALITIES[chord.quality])
    colour = {2, 5, 10} if chord.is_minor else {2, 9}
    pool = {(chord.root + step) % 12 for step in steps | (colour if 6 not in steps and 8 not in steps else set())}
    stacks = []
    for start in sorted(pool):
        pitches = [start]
        while len(pitches) < 4:
            pitches.append(next((pitches[-1] + gap for gap in (5, 6, 7, 4) if (pitches[-1] + gap) % 12 in pool), -1))
            if pitches[-1] < 0:
                break
        if pitches[-1] >= 0 and {pitch % 12 for pitch in pitches} & {chord.degree(3), chord.degree(7)}:
            stacks.append(_stacked(pitches))
    return stacks or _drop2(chord)


def _spread(chord: Chord) -> list[Stack]:
    """A triad in open position with colour, or one of its own notes, far above."""
    triad = [chord.root, chord.degree(3), chord.degree(5)]
    colours = [tone for tone in chord.tones if tone not in triad] or triad
    return [
        _stacked([low, high, middle, top])
        for low, middle, high in _rotations(triad, chord.root)
        for top in colours
        if top != middle
    ]


def _octave(chord: Chord) -> list[Stack]:
    return [_stacked([chord.root, chord.root])]


def _fifths(chord: Chord) -> list[Stack]:
    """Open fifths and one colour above: the ninth or seventh if the chord has it, else the third."""
    colour = chord.tones[-1] if len(chord.tones) > 3 else chord.degree(3)
    fifth = chord.degree(5)
    colour = colour if colour != fifth else chord.degree(3)
    return [_stacked([chord.root, fifth, colour]), _stacked([chord.root, fifth, chord.root, colour])]


def _four_part(chord: Chord) -> list[Stack]:
    """Bass, tenor, alto, soprano: the third is there once, root or fifth doubled, no voices crossed."""
    tones = list(dict.fromkeys(chord.tones[:4]))
    doubled = [tones] if len(tones) > 3 else [[*tones, tones[0]], [*tones, tones[-1]]]
    stacks = set()
    for four in doubled:
        for upper in set(permutations(four, 3)):
            missing = set(four) - {*upper, chord.bass}
            if missing <= ({chord.degree(5)} if len(tones) > 3 else set()):
                bass, steps = _stacked([chord.bass, *upper])
                stacks |= {(bass, steps), (bass, (0, *(step + 12 for step in steps[1:])))}
    return sorted(stacks)


VOICINGS: dict[str, Callable[[Chord], list[Stack]]] = {
    "close": _close,
    "open": _open,
    "drop2": _drop2,
    "rootless": _rootless,
    "shell": _shell,
    "power": _power,
    "guitar": _guitar,
    "quartal": _quartal,
    "spread": _spread,
    "four-part": _four_part,
    "octave": _octave,
    "fifths": _fifths,
}
"""Name in the style files → the stacks that kind of voicing offers for a chord."""


def voice(
    chords: Sequence[Chord], kind: str, low: int, high: int, *, avoid_parallels: bool = False
) -> list[tuple[int, ...]]:
    """Return the pitches (ascending) of every chord, so that the voices move as little as they can.

    Within MIDI pitches ``[low, high]`` where the kind fits there. ``avoid_parallels`` keeps any two voices from moving
    in parallel fifths or octaves; four-part writing always does. Raises ``KeyError`` for an unknown kind.
    """
    if not chords:
        return []
    avoid_parallels = avoid_parallels or kind == "four-part"
    options = [_candidates(chord, kind, low, high) for chord in chords]
    cost = options[0][1]
    back: list[NDArray[np.int64]] = []
    for before, after in pairwise(options):
        total = cost[:, None] + _motion(before[0], after[0], avoid_parallels)
        back.append(np.argmin(total, axis=0))
        cost = total.min(axis=0) + after[1]
    path = [int(np.argmin(cost))]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return [option[0][index] for option, index in zip(options, reversed(path), strict=True)]


@lru_cache(maxsize=2048)
def _candidates(
    chord: Chord, kind: str, low: int, high: int
) -> tuple[tuple[tuple[int, ...], ...], NDArray[np.float64]]:
    """Return the voicings of a chord that fit a register, and what each costs by itself."""
    stacks = VOICINGS[kind](chord)
    for slack in (0, 5, 12, 24):
        found = {pitches for stack in stacks for pitches in _laid(stack, low - slack, high + slack)}
        clear = [pitches for pitches in found if _clear(pitches)]
        if clear or (found and slack):
            break
    else:
        clear = [tuple(low + (tone - low) % 12 for tone in chord.tones[:1])]
    centre = (low + high) / 2
    ranked = sorted(clear or found, key=lambda pitches: (abs(float(np.mean(pitches)) - centre), pitches))[:CANDIDATES]
    most = max(map(len, ranked))
    own = np.array(
        [
            0.3 * abs(float(np.mean(pitches)) - centre)
            + _outside(pitches, low, high)
            + MISSING_VOICE * (most - len(pitches))
            for pitches in ranked
        ]
    )
    return tuple(ranked), own


def _laid(stack: Stack, low: int, high: int) -> list[tuple[int, ...]]:
    pitch_class, steps = stack
    first = low + (pitch_class - low) % 12
    return [tuple(base + step for step in steps) for base in range(first, high - steps[-1] + 1, 12) if base >= 0]


def _outside(pitches: Sequence[int], low: int, high: int) -> float:
    return 4.0 * (max(low - pitches[0], 0) + max(pitches[-1] - high, 0))


def _clear(pitches: Sequence[int]) -> bool:
    """Whether the low intervals of a voicing do not growl."""
    for below, above in pairwise(pitches):
        gap = above - below
        if below < LOW_UNISONS and gap < 15 and gap % 12 not in (0, 7):
            return False
        if (below < LOW_THIRDS and gap < 5) or (below < LOW_SECONDS and gap < 3):
            return False
    return True


@lru_cache(maxsize=4096)
def _motion(
    before: tuple[tuple[int, ...], ...], after: tuple[tuple[int, ...], ...], avoid_parallels: bool
) -> NDArray[np.float64]:
    """Return the cost of going from each voicing to each other, (before, after): total motion, and what is disliked."""
    voices = max(map(len, (*before, *after)))
    pad = lambda pitches: (*pitches, *[pitches[-1]] * (voices - len(pitches)))  # noqa: E731
    old, new = np.array([pad(p) for p in before]), np.array([pad(p) for p in after])
    move = new[None, :, :] - old[:, None, :]
    size = np.abs(move)
    cost: NDArray[np.float64] = size.sum(axis=2) + 4.0 * np.maximum(size.max(axis=2) - LARGEST_MOVE, 0)
    if not avoid_parallels:
        return cost
    for lower in range(voices):
        for upper in range(lower + 1, voices):
            interval = (old[:, upper] - old[:, lower])[:, None] % 12
            same = ((new[:, upper] - new[:, lower])[None, :] % 12 == interval) & np.isin(interval, (0, 7))
            parallel = same & (move[:, :, lower] == move[:, :, upper]) | same & (
                move[:, :, lower] * move[:, :, upper] > 0
            )
            cost = cost + 100.0 * (parallel & (move[:, :, lower] != 0) & (old[:, upper] != old[:, lower])[:, None])
    return cost
